package combinators

import (
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/jade-go/jade/future"
)

// Race returns a future for the first of fs to complete, be it a success or a failure.
//
// Failure: that of the first, if it failed.
// Empty: with no arguments it fails with [ErrEmpty].
// Cancellation: when one is complete the others are cancelled, with a cause
// that matches [ErrLost]; Race does not wait for them. A cancellation of Race's future reaches all.
// Ordering: among futures already complete, the lowest index wins.
// Cost: a few allocations, and none an input.
//
// Race differs from [Any], which only a success wins.
func Race[T any](fs ...future.Future[T]) future.Future[T] {
	if len(fs) == 0 {
		return empty[T]("Race")
	}
	fs = clone(fs)
	return future.Watch(len(fs), owning(future.Rule{Total: 1}), &race[T]{fs})
}

type race[T any] struct{ inputs[T] }

func (r *race[T]) Gather(t future.Tally, v *T) error {
	if err := t.Failure(); err != nil {
		return err
	}
	*v = peek(r.inputs[t.Last]).Value
	return nil
}

// Any returns a future for the first success among fs.
//
// Failure: if all fail, its error joins theirs in the order of fs.
// Empty: with no arguments it fails with [ErrEmpty].
// Cancellation: when one wins, the others are cancelled, with a cause that
// matches [ErrLost]; Any does not wait for them. A cancellation of Any's future reaches all.
// Ordering: among futures already complete, the lowest index wins.
// Cost: a few allocations, and none an input.
//
// Any differs from [Race], which also lets a failure win.
func Any[T any](fs ...future.Future[T]) future.Future[T] {
	if len(fs) == 0 {
		return empty[T]("Any")
	}
	fs = clone(fs)
	return future.Watch(len(fs), owning(future.Rule{Successes: 1, Total: len(fs)}), &first[T]{fs})
}

type first[T any] struct{ inputs[T] }

func (a *first[T]) Gather(t future.Tally, v *T) error {
	if t.Failure() == nil {
		*v = peek(a.inputs[t.Last]).Value
		return nil
	}
	return errors.Join(lo.Map(a.inputs, func(f future.Future[T], _ int) error { return peek(f).Err })...)
}

// Quorum returns a future for the first n values among fs, in the order of fs.
//
// Failure: as soon as n successes are out of reach, with the failures so far, joined in the order of fs.
// Empty: n must be at least 1, else Quorum panics; with fewer than n futures it fails at once.
// Cancellation: when n have succeeded, or cannot any more, the others are cancelled, with a cause
// that matches [ErrLost]; Quorum does not wait for them. A cancellation of Quorum's future reaches all.
// Cost: a few allocations, and none an input.
func Quorum[T any](n int, fs ...future.Future[T]) future.Future[[]T] {
	if n < 1 {
		panic(fmt.Sprintf("combinators.Quorum: the quorum is %d, and must be at least 1", n))
	}
	if n > len(fs) {
		var decided T
		Race(append([]future.Future[T]{future.Of(decided, nil)}, fs...)...) // so that all of fs have lost
		return future.Of[[]T](nil, fmt.Errorf("combinators.Quorum: %d of %d futures", n, len(fs)))
	}
	fs = clone(fs)
	rule := owning(future.Rule{Successes: n, Failures: len(fs) - n + 1})
	return future.Watch(len(fs), rule, &quorum[T]{fs, n})
}

type quorum[T any] struct {
	inputs[T]
	n int
}

func (q *quorum[T]) Gather(t future.Tally, out *[]T) error {
	var values []T
	var errs []error
	for i, f := range q.inputs {
		if !t.Counted(i) {
			continue
		}
		if r := peek(f); r.Err != nil {
			errs = append(errs, r.Err)
		} else {
			values = append(values, r.Value)
		}
	}
	if len(values) < q.n {
		return errors.Join(errs...)
	}
	*out = values
	return nil
}

// owning adds to a rule that the inputs which lose are cancelled.
func owning(r future.Rule) future.Rule {
	r.Owns, r.Lost = true, ErrLost
	return r
}

func empty[T any](name string) future.Future[T] {
	var zero T
	return future.Of(zero, fmt.Errorf("combinators.%s: %w", name, ErrEmpty))
}
