package combinators

import (
	"context"
	"iter"
	"sync/atomic"

	"github.com/jade-go/jade/future"
)

// AsCompleted yields the index and the result of each of fs, in the order in
// which they complete. If ctx ends first, those that are missing are yielded
// with its cause, in the order of fs; they go on.
//
// The sequence may be ranged over again, and left early: then nothing of it stays behind.
func AsCompleted[T any](ctx context.Context, fs ...future.Future[T]) iter.Seq2[int, future.Result[T]] {
	must("AsCompleted", ctx == nil, false)
	fs = clone(fs)
	return func(yield func(int, future.Result[T]) bool) {
		a := &arrivals{queue: make(chan int, len(fs))}
		listeners := make([]future.Future[struct{}], len(fs))
		for i, f := range fs {
			listeners[i] = future.Follow(nil, f, future.Quick|future.Listens, arrival[T]{i, f, a})
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
	queue   chan int    // has room for all
	blocked atomic.Bool // a wait blocks, and no arrival has taken that up
}

// next waits for one, unless ctx ends first; one that is there wins.
func (a *arrivals) next(ctx context.Context) (i int, ok bool) {
	select {
	case i = <-a.queue:
		return i, true
	default:
	}
	a.blocked.Store(true)
	select {
	case i = <-a.queue:
		a.blocked.Store(false)
		return i, true
	case <-ctx.Done():
	}
	if !a.blocked.CompareAndSwap(true, false) {
		return <-a.queue, true
	}
	return 0, false
}

// arrival tells of its input. What a blocked wait is going to return has been
// seen from now on: so nobody reports it before the wait has come to look.
type arrival[T any] struct {
	i  int
	of future.Future[T]
	to *arrivals
}

func (arrival[T]) Pass(future.Result[T]) (v struct{}, passes bool) { return v, false }

func (a arrival[T]) Run(context.Context, future.Result[T]) (v struct{}, none future.Future[struct{}], err error) {
	if a.to.blocked.CompareAndSwap(true, false) {
		a.of.Peek()
	}
	a.to.queue <- a.i
	return v, none, nil
}
