package combinators

import (
	"context"
	"errors"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Finally calls fn with f's result, whatever it is, and returns a future for
// the same result that is complete once fn has returned: for cleanup.
//
// fn's ctx carries the values of ctx and none of its cancellation or deadline.
//
// Cancellation: is passed on to f. Finally itself always waits for f and then
// for fn, even if ctx has ended or its scope closes.
// Panics: a panic of fn becomes a [*future.PanicError], joined to f's failure if there is one.
// Cost: three allocations.
func Finally[T any](ctx context.Context, f future.Future[T], fn func(context.Context, future.Result[T])) future.Future[T] {
	must.HaveCtx("combinators.Finally", ctx)
	must.HaveFunc("combinators.Finally", fn == nil)
	return future.Follow(context.WithoutCancel(ctx), f, future.ModeDressed|future.ModeCleanup, finally[T](fn))
}

type finally[T any] func(context.Context, future.Result[T])

func (finally[T]) Pass(future.Result[T]) (v T, passes bool) { return v, false }

func (fn finally[T]) Run(ctx context.Context, in future.Result[T]) (T, future.Future[T], error) {
	fn(ctx, in)
	return in.Value, future.Future[T]{}, in.Err
}

var (
	// ErrEmpty is the error of [Race] and [Any] of no futures.
	ErrEmpty = errors.New("no futures given")
	// ErrLost is the cause that the losers of [Race], [Any] and [Quorum] see.
	ErrLost = errors.New("another future was faster")
)
