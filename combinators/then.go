package combinators

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Then returns a future for what fn makes of f's value. fn starts as soon as f
// has succeeded, with a ctx that carries the values and deadline of ctx.
//
// Failure: f's failure is the result, at once, and fn is not called.
// Cancellation: while f is pending, Then's future ends with the cause of ctx
// when that ends or its scope closes; f itself goes on. Once fn runs, the
// future ends when fn returns.
// Panics: a panic becomes a [*future.PanicError], runtime.Goexit becomes [future.ErrGoexit].
// Concurrency: fn runs on a goroutine of ctx's scope, never on a caller of Then or Complete.
// Cost: two allocations; three more with a cancellable ctx that is not Jade's own.
//
// Then differs from [Map], whose fn is quick and cannot fail, and from
// [FlatMap], whose fn returns a future.
func Then[A, B any](ctx context.Context, f future.Future[A], fn func(context.Context, A) (B, error)) future.Future[B] {
	must.HaveCtx("combinators.Then", ctx)
	must.HaveFunc("combinators.Then", fn == nil)
	return future.Follow(ctx, f, 0, then[A, B](fn))
}

type then[A, B any] func(context.Context, A) (B, error)

func (then[A, B]) Pass(in future.Result[A]) (v B, passes bool) { return v, in.Err != nil }

func (fn then[A, B]) Run(ctx context.Context, in future.Result[A]) (B, future.Future[B], error) {
	v, err := fn(ctx, in.Value)
	return v, future.Future[B]{}, err
}

// FlatMap is [Then] for a function that returns a future: the result of that future is
// the result. The ctx given to fn is done once that future is complete.
//
// Failure: f's failure is the result, at once, and fn is not called.
// Cancellation: ends the future at once, unless fn itself runs. It also ends the ctx given to fn, and so cancels
// the future that fn returned if fn started that with its ctx.
// Panics: a panic becomes a [*future.PanicError], runtime.Goexit becomes [future.ErrGoexit].
// Cycles: a future that waits for itself by way of other FlatMaps fails; one that waits for itself by way of a Map or an All hangs.
// Cost: three allocations. A recursion keeps about 500 bytes a step until its last
// step is complete: write a loop of many steps as a for statement in one function.
func FlatMap[A, B any](ctx context.Context, f future.Future[A], fn func(context.Context, A) future.Future[B]) future.Future[B] {
	must.HaveCtx("combinators.FlatMap", ctx)
	must.HaveFunc("combinators.FlatMap", fn == nil)
	return future.Follow(ctx, f, 0, flatMap[A, B](fn))
}

type flatMap[A, B any] func(context.Context, A) future.Future[B]

func (flatMap[A, B]) Pass(in future.Result[A]) (v B, passes bool) { return v, in.Err != nil }

func (fn flatMap[A, B]) Run(ctx context.Context, in future.Result[A]) (v B, inner future.Future[B], err error) {
	inner = fn(ctx, in.Value)
	if inner == (future.Future[B]{}) {
		return v, inner, future.ErrZero
	}
	return v, inner, nil
}
