package recovery

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Fallback returns a future for f's value, or for v if f fails. A
// cancellation is passed on as it is, and so is any failure once the ctx of
// f's scope has ended.
//
// Cancellation: ends the future at once and is passed on to f.
// Cost: one allocation, two while f is pending; no goroutine.
//
// v is shared by all who get it: for a fresh value, use [Recover].
func Fallback[T any](f future.Future[T], v T) future.Future[T] {
	return future.Follow(nil, f, future.ModeQuick|future.ModeDressed, fallback[T]{v})
}

type fallback[T any] struct{ v T }

func (fallback[T]) Pass(in future.Result[T]) (T, bool) { return in.Value, in.Err == nil }

func (b fallback[T]) Run(scope context.Context, in future.Result[T]) (T, future.Future[T], error) {
	if scope.Err() != nil || future.IsCanceled(in.Err) {
		return in.Value, future.Future[T]{}, in.Err
	}
	return b.v, future.Future[T]{}, nil
}

// OnError calls fn with f's failure, if it fails, and returns a future for the
// same result: for logging and counting. Cancellations are told too. fn is
// quick: it runs inline, as the function of Map does.
//
// Cancellation: ends the future at once and is passed on to f.
// Panics: a panic of fn is joined to the failure, as a [*future.PanicError].
// Cost: one allocation, two while f is pending; no goroutine.
func OnError[T any](f future.Future[T], fn func(error)) future.Future[T] {
	must.HaveFunc("recovery.OnError", fn == nil)
	return future.Follow(nil, f, future.ModeQuick|future.ModeDressed, listener[T](fn))
}

type listener[T any] func(error)

func (listener[T]) Pass(in future.Result[T]) (T, bool) { return in.Value, in.Err == nil }

func (fn listener[T]) Run(_ context.Context, in future.Result[T]) (T, future.Future[T], error) {
	fn(in.Err)
	return in.Value, future.Future[T]{}, in.Err
}
