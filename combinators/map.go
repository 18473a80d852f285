package combinators

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Map returns a future for fn of f's value. fn is quick and pure: it runs
// inline, on the goroutine that completes f, before any body behind f; on the
// caller's goroutine, as an ordinary call, if f is complete (a runtime.Goexit there ends the caller).
//
// Failure: f's failure is the result, and fn is not called.
// Cancellation: ends the future at once; f goes on.
// Panics: a panic becomes a [*future.PanicError].
// Ordering: inline functions behind one future run one after another, in the order they were registered.
// Cost: one allocation, two while f is pending; no goroutine.
func Map[A, B any](f future.Future[A], fn func(A) B) future.Future[B] {
	must.HaveFunc("combinators.Map", fn == nil)
	return future.Follow(nil, f, future.ModeQuick, mapping[A, B](fn))
}

type mapping[A, B any] func(A) B

func (mapping[A, B]) Pass(in future.Result[A]) (v B, passes bool) { return v, in.Err != nil }

func (fn mapping[A, B]) Run(_ context.Context, in future.Result[A]) (B, future.Future[B], error) {
	return fn(in.Value), future.Future[B]{}, nil
}

// Tap calls fn with f's value, for its effect, and returns a future for the
// same value. fn is quick: it runs inline, as the function of [Map] does.
//
// Failure: f's failure is the result, and fn is not called.
// Cancellation: ends the future at once and is passed on to f.
// Panics: a panic becomes the result, a [*future.PanicError].
// Cost: one allocation, two while f is pending.
func Tap[T any](f future.Future[T], fn func(T)) future.Future[T] {
	must.HaveFunc("combinators.Tap", fn == nil)
	return future.Follow(nil, f, future.ModeQuick|future.ModeDressed, tap[T](fn))
}

type tap[T any] func(T)

func (tap[T]) Pass(in future.Result[T]) (T, bool) { return in.Value, in.Err != nil }

func (fn tap[T]) Run(_ context.Context, in future.Result[T]) (T, future.Future[T], error) {
	fn(in.Value)
	return in.Value, future.Future[T]{}, nil
}
