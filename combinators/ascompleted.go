package combinators

import (
	"context"
	"iter"

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
		arrivals := make(chan int, len(fs))
		listeners := make([]future.Future[struct{}], len(fs))
		for i, f := range fs {
			listeners[i] = future.Follow(nil, f, future.Quick, arrival[T]{i, arrivals})
		}
		defer func() {
			for _, l := range listeners {
				l.Cancel(ErrLost)
			}
		}()
		seen := make([]bool, len(fs))
		for range fs {
			i, ok := nextArrival(ctx, arrivals)
			if !ok {
				break
			}
			seen[i] = true
			if !yield(i, peek(fs[i])) {
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

// nextArrival waits for one, unless ctx ends first; one that is there wins.
func nextArrival(ctx context.Context, arrivals <-chan int) (i int, ok bool) {
	select {
	case i = <-arrivals:
		return i, true
	default:
	}
	select {
	case i = <-arrivals:
		return i, true
	case <-ctx.Done():
		return 0, false
	}
}

// arrival sends its index; the channel has room for all.
type arrival[T any] struct {
	i  int
	to chan<- int
}

func (arrival[T]) Pass(future.Result[T]) (v struct{}, passes bool) { return v, false }

func (a arrival[T]) Run(context.Context, future.Result[T]) (v struct{}, none future.Future[struct{}], err error) {
	a.to <- a.i
	return v, none, nil
}
