package combinators

import (
	"context"
	"iter"
	"sync"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// AsCompleted yields the index and the result of each of fs, in the order in
// which they complete; those that are complete when the range begins come first,
// in the order of fs. If ctx ends first, those that are missing are yielded
// with its cause, in the order of fs; they go on.
//
// The sequence may be ranged over again, and left early: then nothing of it stays behind.
func AsCompleted[T any](ctx context.Context, fs ...future.Future[T]) iter.Seq2[int, future.Result[T]] {
	must.HaveCtx("combinators.AsCompleted", ctx)
	fs = clone(fs)
	return func(yield func(int, future.Result[T]) bool) {
		a := &arrivals{}
		listeners := make([]future.Future[struct{}], len(fs))
		for i, f := range fs {
			listeners[i] = future.Watch(1, future.Rule{Total: 1, Keeps: true}, arrival[T]{i, f, a})
		}
		defer func() {
			for _, l := range listeners {
				l.Cancel(ErrLost)
			}
		}()
		seen := make([]bool, len(fs))
		for range fs {
			i, ok := a.next(ctx)
			if !ok {
				break
			}
			seen[i] = true
			listeners[i].Peek()
			r, _ := fs[i].Peek()
			if !yield(i, r) {
				return
			}
		}
		for i := range fs {
			if !seen[i] && !yield(i, future.Result[T]{Err: future.Cause(ctx)}) {
				return
			}
		}
	}
}

// arrivals are the inputs that are complete and not yielded yet.
type arrivals struct {
	mu      sync.Mutex
	queue   []int
	waiting chan int // takes the next arrival; nil if nobody waits
}

// next waits for one, unless ctx ends first; one that is there wins.
func (a *arrivals) next(ctx context.Context) (i int, ok bool) {
	a.mu.Lock()
	if len(a.queue) > 0 {
		i, a.queue = a.queue[0], a.queue[1:]
		a.mu.Unlock()
		return i, true
	}
	waiting := make(chan int, 1)
	a.waiting = waiting
	a.mu.Unlock()
	select {
	case i = <-waiting:
		return i, true
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		return <-waiting, true
	}
	a.waiting = nil
	return 0, false
}

// arrival tells of its input. What a blocked wait is going to return has been
// seen from now on: so nobody reports it before the wait has come to look.
type arrival[T any] struct {
	i  int
	of future.Future[T]
	to *arrivals
}

func (a arrival[T]) Input(int) future.Input { return a.of }

func (a arrival[T]) Gather(future.Tally, *struct{}) error {
	a.to.mu.Lock()
	defer a.to.mu.Unlock()
	if a.to.waiting == nil {
		a.to.queue = append(a.to.queue, a.i)
		return nil
	}
	a.of.Peek()
	a.to.waiting <- a.i
	a.to.waiting = nil
	return nil
}
