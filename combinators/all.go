package combinators

import (
	"github.com/samber/lo"

	"github.com/jade-go/jade/future"
)

// All returns a future for the values of all fs, in the order of fs.
//
// Failure: the first failure is the result, at once.
// Empty: succeeds with an empty slice.
// Cancellation: ends All's future at once; fs go on, also after a failure: they end with their scope.
// Cost: a few allocations, and none an input.
//
// All differs from [Settle], which waits for all and keeps the failures.
func All[T any](fs ...future.Future[T]) future.Future[[]T] {
	if len(fs) == 0 {
		return future.Of([]T{}, nil)
	}
	fs = clone(fs)
	return future.Watch(len(fs), future.Rule{Failures: 1, Total: len(fs)}, &all[T]{fs, make([]T, len(fs))})
}

// inputs are the inputs of the gatherers that have them in a slice.
type inputs[T any] []future.Future[T]

func (fs inputs[T]) Input(i int) future.Input { return fs[i] }

type all[T any] struct {
	inputs[T]
	values []T // made in advance: Gather runs on a small stack, which would have to grow for it
}

func (a *all[T]) Gather(t future.Tally, values *[]T) error {
	if err := t.Failure(); err != nil {
		return err
	}
	for i, f := range a.inputs {
		a.values[i] = peek(f).Value
	}
	*values = a.values
	return nil
}

// AllMap is [All] for futures that have names.
func AllMap[K comparable, T any](fs map[K]future.Future[T]) future.Future[map[K]T] {
	keys := lo.Keys(fs)
	all := All(lo.Map(keys, func(k K, _ int) future.Future[T] { return fs[k] })...)
	return future.Follow(nil, all, future.ModeQuick|future.ModePrivate, mapping[[]T, map[K]T](func(values []T) map[K]T {
		out := make(map[K]T, len(keys))
		for i, k := range keys {
			out[k] = values[i]
		}
		return out
	}))
}

// Settle returns a future for the results of all fs, failures included, in
// the order of fs. It never fails, unless it is cancelled.
//
// Empty: succeeds with an empty slice.
// Cancellation: ends Settle's future at once; fs go on.
// Cost: a few allocations, and none an input.
func Settle[T any](fs ...future.Future[T]) future.Future[[]future.Result[T]] {
	if len(fs) == 0 {
		return future.Of([]future.Result[T]{}, nil)
	}
	fs = clone(fs)
	return future.Watch(len(fs), future.Rule{Total: len(fs), Keeps: true}, &settled[T]{fs, make([]future.Result[T], len(fs))})
}

type settled[T any] struct {
	inputs[T]
	results []future.Result[T] // see all
}

func (s *settled[T]) Gather(_ future.Tally, results *[]future.Result[T]) error {
	for i, f := range s.inputs {
		s.results[i] = peek(f)
	}
	*results = s.results
	return nil
}

// clone keeps a caller who reuses the slice of a variadic call from changing ours.
func clone[T any](fs []future.Future[T]) []future.Future[T] {
	return append(make([]future.Future[T], 0, len(fs)), fs...)
}

// peek is the result of a future that is known to be complete. That the failure is known does not mean that somebody has seen it.
func peek[T any](f future.Future[T]) future.Result[T] {
	r, _ := future.Inspect(f)
	return r
}
