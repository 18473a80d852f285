package future_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

func TestScope_wait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		start := time.Now()
		f := future.Go(ctx, func(ctx context.Context) (int, error) {
			future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Minute); return 0, nil })
			time.Sleep(time.Second)
			return 1, ctx.Err()
		})
		p := future.NewPromise[int](ctx) // is not waited for
		behind := follow(ctx, p.Future(), func(context.Context, future.Result[int]) (int, error) { return 2, nil })
		scope.Wait()
		require.Equal(t, time.Minute, time.Since(start), "it joins, and cancels nothing")
		require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, f))
		require.NoError(t, ctx.Err())
		p.Complete(1, nil)
		scope.Wait()
		require.Equal(t, 2, futuretest.Await(t, behind).Value)
		require.Equal(t, 3, futuretest.Await(t, future.Go(ctx, func(context.Context) (int, error) { return 3, nil })).Value, "the scope is still open")
		require.NoError(t, scope.Close())
		scope.Wait()
	})
}

func TestScope_grace(t *testing.T) {
	t.Run("names what ignores its ctx", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg(), future.Grace(3*time.Second))
			hold := make(chan struct{})
			named := future.Go(future.Named(ctx, "slow one"), func(ctx context.Context) (int, error) {
				<-stubborn(ctx, hold).Done() // this one has no name of its own, and inherits none
				return 0, nil
			})
			var running atomic.Int32
			obedient(future.Named(ctx, "obedient"), &running)
			synctest.Wait()
			for range 3 { // every Close joins again
				before := time.Now()
				err := scope.Close()
				require.Equal(t, 3*time.Second, time.Since(before))
				late, ok := errors.AsType[*future.StragglerError](err)
				require.True(t, ok)
				require.Equal(t, 3*time.Second, late.Grace)
				require.Len(t, late.Names, 2)
				require.Contains(t, late.Names, "slow one")
				require.Contains(t, strings.Join(late.Names, " "), "guarantees_scope_test.go:")
				require.NotContains(t, err.Error(), "\n")
				require.Contains(t, err.Error(), "slow one")
			}
			close(hold)
			require.NoError(t, scope.Close())
			require.NoError(t, futuretest.Await(t, named).Err)
		})
	})
	t.Run("does not wait longer than it must", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int32
			ctx, scope := future.WithScope(bg(), future.Grace(time.Hour))
			obedient(ctx, &running)
			synctest.Wait()
			before := time.Now()
			require.NoError(t, scope.Close())
			require.Equal(t, time.Second, time.Since(before))
		})
	})
	t.Run("Close from inside the scope's work ends by it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg(), future.Grace(time.Second))
			f := future.Go(future.Named(ctx, "me"), func(context.Context) (int, error) { return 0, scope.Close() })
			late, ok := errors.AsType[*future.StragglerError](futuretest.Await(t, f).Err)
			require.True(t, ok)
			require.Equal(t, []string{"me"}, late.Names)
			scope.Close()
		})
	})
	t.Run("a straggler's late failure is not lost", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg(), future.Grace(time.Second))
			hold := make(chan struct{})
			future.Go(ctx, func(context.Context) (int, error) { <-hold; return 0, errBoom })
			require.NotErrorIs(t, scope.Close(), errBoom)
			close(hold)
			require.ErrorIs(t, scope.Close(), errBoom)
			require.NoError(t, scope.Close())
		})
	})
	t.Run("callbacks and quick functions that hang", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg(), future.Grace(time.Second))
			hold := make(chan struct{})
			future.Go(ctx, func(context.Context) (int, error) { return 0, nil }).OnDone(func(future.Result[int]) { <-hold })
			p := future.NewPromise[int](ctx)
			quickly(p.Future(), func(future.Result[int]) (int, error) { <-hold; return 0, nil })
			p.Complete(1, nil)
			synctest.Wait()
			late, ok := errors.AsType[*future.StragglerError](scope.Close())
			require.True(t, ok)
			require.NotEmpty(t, late.Names)
			close(hold)
			require.NoError(t, scope.Close())
		})
	})
}

func TestScope_nested(t *testing.T) {
	t.Run("the outer one joins the inner one's work", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int32
			ctx, outer := future.WithScope(bg())
			inner, _ := future.WithScope(ctx) // never closed
			deepest, _ := future.WithScope(context.WithoutCancel(inner))
			f := obedient(inner, &running)
			g := future.Go(deepest, func(ctx context.Context) (int, error) { time.Sleep(time.Hour); return 1, ctx.Err() })
			p := future.NewPromise[int](inner)
			require.NoError(t, outer.Close())
			require.Zero(t, running.Load())
			require.ErrorIs(t, futuretest.Await(t, f).Err, future.ErrScopeClosed)
			require.ErrorIs(t, futuretest.Await(t, p.Future()).Err, future.ErrScopeClosed)
			require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, g), "joined, not cancelled")
			require.ErrorIs(t, context.Cause(inner), future.ErrScopeClosed)
		})
	})
	t.Run("the inner one leaves the outer one alone", func(t *testing.T) {
		ctx, outer := future.WithScope(bg())
		defer outer.Close()
		f := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil })
		inner, scope := future.WithScope(ctx)
		g := future.Go(inner, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil })
		require.NoError(t, scope.Close())
		futuretest.Await(t, g)
		require.NoError(t, ctx.Err())
		_, done := f.Peek()
		require.False(t, done)
	})
	t.Run("an empty one does not keep the outer one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, outer := future.WithScope(bg())
			for range 3 {
				inner, _ := future.WithScope(ctx)
				future.NewPromise[int](inner)
				futuretest.Await(t, future.Go(inner, func(context.Context) (int, error) { return 0, nil }))
			}
			outer.Wait()
			require.NoError(t, outer.Close())
		})
	})
	t.Run("names reach the outer one's report", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, outer := future.WithScope(bg(), future.Grace(time.Second))
			inner, _ := future.WithScope(ctx)
			hold := make(chan struct{})
			stubborn(future.Named(inner, "deep"), hold)
			late, ok := errors.AsType[*future.StragglerError](outer.Close())
			require.True(t, ok)
			require.Equal(t, []string{"deep"}, late.Names)
			close(hold)
			require.NoError(t, outer.Close())
		})
	})
}

func TestScope_withoutCancelIsJoinedNotCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		free := context.WithoutCancel(ctx)
		work := func(ctx context.Context) (int, error) { time.Sleep(time.Minute); return 1, ctx.Err() }
		direct := future.Go(free, work)
		named := future.Go(future.Named(free, "n"), work)
		body := follow(free, future.Of(1, nil), func(ctx context.Context, _ future.Result[int]) (int, error) { return work(ctx) })
		pending := follow(free, future.NewPromise[int](bg()).Future(), func(ctx context.Context, _ future.Result[int]) (int, error) { return work(ctx) })
		promise := future.NewPromise[int](free).Future()
		synctest.Wait()
		before := time.Now()
		require.NoError(t, scope.Close())
		require.Equal(t, time.Minute, time.Since(before))
		for _, f := range []future.Future[int]{direct, named, body} {
			require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, f))
		}
		for _, f := range []future.Future[int]{pending, promise} {
			require.ErrorIs(t, futuretest.Await(t, f).Err, future.ErrScopeClosed)
		}
	})
}

// Several options and misuse of the scope's pieces must not change the rest.
func TestScope_ofAnEndedContext(t *testing.T) {
	ended, cancel := context.WithCancelCause(bg())
	cancel(errBoom)
	ctx, scope := future.WithScope(ended)
	matchesBoth(t, ctx, future.Cause(ctx))
	require.ErrorIs(t, context.Cause(ctx), errBoom)
	f := future.Go(ctx, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
	require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom)
	require.NoError(t, scope.Close())
	ran := false
	_, err := future.Run(ended, func(ctx context.Context) (int, error) { ran = true; return 0, context.Cause(ctx) })
	require.True(t, ran, "Run's body is not started work: it is called")
	require.ErrorIs(t, err, errBoom)
}
