package recovery

import (
	"context"
	"errors"
	"runtime"
	"strings"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Recover returns a future for f's value or, if f fails, for what fn makes of
// the failure. A cancellation is passed on as it is.
//
// Failure: what fn returns.
// Cancellation: ends the future at once with its cause and is passed on to f; once fn runs,
// the future ends when fn returns. If ctx ends first, the future fails with ctx's cause.
// Panics: a panic of fn becomes a [*future.PanicError], joined to f's failure.
// Concurrency: fn runs on a goroutine of ctx's scope.
// Cost: two allocations; three more with a cancellable ctx that is not Jade's own.
//
// Recover differs from [Fallback], whose value is known beforehand.
func Recover[T any](ctx context.Context, f future.Future[T], fn func(context.Context, error) (T, error)) future.Future[T] {
	must.HaveCtx("recovery.Recover", ctx)
	must.HaveFunc("recovery.Recover", fn == nil)
	return future.Follow(ctx, f, future.ModeDressed, handler[T](fn))
}

type handler[T any] func(context.Context, error) (T, error)

func (handler[T]) Pass(in future.Result[T]) (T, bool) { return in.Value, in.Err == nil }

func (fn handler[T]) Run(ctx context.Context, in future.Result[T]) (v T, _ future.Future[T], err error) {
	if future.IsCanceled(in.Err) {
		return in.Value, future.Future[T]{}, in.Err
	}
	v, err = fn(ctx, in.Err)
	return v, future.Future[T]{}, err
}

// RecoverIs is [Recover] for the failures that match target under errors.Is.
// It is the explicit request that recovers a cancellation too, as
// RecoverIs(ctx, f, context.Canceled, fn) does. A nil target panics.
func RecoverIs[T any](ctx context.Context, f future.Future[T], target error, fn func(context.Context, error) (T, error)) future.Future[T] {
	must.HaveCtx("recovery.RecoverIs", ctx)
	must.HaveFunc("recovery.RecoverIs", fn == nil)
	if target == nil {
		panic("recovery.RecoverIs: nil target")
	}
	return future.Follow(ctx, f, future.ModeDressed, matching[T]{target, fn})
}

type matching[T any] struct {
	target error
	fn     func(context.Context, error) (T, error)
}

func (matching[T]) Pass(in future.Result[T]) (T, bool) { return in.Value, in.Err == nil }

func (m matching[T]) Func() any { return m.fn }

func (m matching[T]) Run(ctx context.Context, in future.Result[T]) (v T, _ future.Future[T], err error) {
	if !matches(in.Err, m.target) {
		return in.Value, future.Future[T]{}, in.Err
	}
	v, err = m.fn(ctx, in.Err)
	return v, future.Future[T]{}, err
}

// matches is errors.Is; an error that cannot be compared matches nothing.
func matches(err, target error) bool {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(runtime.Error); !ok || !strings.Contains(e.Error(), "comparing uncomparable") {
				panic(r) // of a method of err's
			}
		}
	}()
	return errors.Is(err, target)
}

// RecoverAs is [Recover] for the failures that errors.As finds an E in. A
// cancellation is recovered only if E is [*future.CanceledError] itself.
func RecoverAs[E error, T any](ctx context.Context, f future.Future[T], fn func(context.Context, E) (T, error)) future.Future[T] {
	must.HaveCtx("recovery.RecoverAs", ctx)
	must.HaveFunc("recovery.RecoverAs", fn == nil)
	return future.Follow(ctx, f, future.ModeDressed, typed[E, T](fn))
}

type typed[E error, T any] func(context.Context, E) (T, error)

func (typed[E, T]) Pass(in future.Result[T]) (T, bool) { return in.Value, in.Err == nil }

func (fn typed[E, T]) Run(ctx context.Context, in future.Result[T]) (v T, _ future.Future[T], err error) {
	var e E
	_, asked := any(e).(*future.CanceledError)
	if !asked && future.IsCanceled(in.Err) || !errors.As(in.Err, &e) {
		return in.Value, future.Future[T]{}, in.Err
	}
	v, err = fn(ctx, e)
	return v, future.Future[T]{}, err
}
