package future_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// step is a body that always runs: the smallest continuation with a function.
type step[A, B any] func(context.Context, future.Result[A]) (B, error)

func (step[A, B]) Pass(future.Result[A]) (v B, passes bool) { return v, false }

func (fn step[A, B]) Run(ctx context.Context, in future.Result[A]) (B, future.Future[B], error) {
	v, err := fn(ctx, in)
	return v, future.Future[B]{}, err
}

// hop is a body whose result is another future's.
type hop[A, B any] func(context.Context, future.Result[A]) future.Future[B]

func (hop[A, B]) Pass(future.Result[A]) (v B, passes bool) { return v, false }

func (fn hop[A, B]) Run(ctx context.Context, in future.Result[A]) (v B, next future.Future[B], err error) {
	return v, fn(ctx, in), nil
}

// follow starts fn behind f, as a body; quickly does so inline.
func follow[A, B any](ctx context.Context, f future.Future[A], fn func(context.Context, future.Result[A]) (B, error)) future.Future[B] {
	return future.Follow(ctx, f, 0, step[A, B](fn))
}

func quickly[A, B any](f future.Future[A], fn func(future.Result[A]) (B, error)) future.Future[B] {
	return future.Follow(nil, f, future.ModeQuick, step[A, B](func(_ context.Context, in future.Result[A]) (B, error) { return fn(in) }))
}

func bg() context.Context { return context.Background() }

type big = futuretest.Big

var errBoom = errors.New("boom")

// matchesBoth checks the rule for causes: err matches ctx.Err() and context.Cause(ctx).
func matchesBoth(t testing.TB, ctx context.Context, err error) {
	t.Helper()
	require.Error(t, err)
	require.Error(t, ctx.Err())
	require.ErrorIs(t, err, ctx.Err())
	require.ErrorIs(t, err, context.Cause(ctx))
}

// ownCause checks that ctx ended by one of Jade's causes, and well formed.
func ownCause(t testing.TB, ctx context.Context) {
	t.Helper()
	err, cause := ctx.Err(), context.Cause(ctx)
	require.Contains(t, []error{context.Canceled, context.DeadlineExceeded}, err)
	require.ErrorIs(t, cause, err)
	if err == context.Canceled {
		require.IsType(t, (*future.CanceledError)(nil), cause)
	}
	select {
	case <-ctx.Done():
	default:
		t.Error("Err is set and Done is not closed")
	}
}

// tallied is a Gatherer made of a slice and a function.
type tallied[R any] struct {
	inputs []future.Future[int]
	gather func(future.Tally) (R, error)
}

func (g *tallied[R]) Input(i int) future.Input { return g.inputs[i] }

func (g *tallied[R]) Gather(t future.Tally, v *R) (err error) {
	*v, err = g.gather(t)
	return err
}

func watchAll[R any](inputs []future.Future[int], rule future.Rule, gather func(future.Tally) (R, error)) future.Future[R] {
	return future.Watch(len(inputs), rule, &tallied[R]{inputs, gather})
}
