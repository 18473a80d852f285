package future_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// inside runs look with the ctx of a running function depth calls of Go deep,
// which was started with ctx.
func inside(ctx context.Context, depth int, look func(context.Context)) {
	f := future.Go(ctx, func(ctx context.Context) (int, error) {
		if depth > 1 {
			inside(ctx, depth-1, look)
		} else {
			look(ctx)
		}
		return 0, nil
	})
	<-f.Done()
}

func TestContext_endIsSeenWhenCancelReturns(t *testing.T) {
	for depth := 1; depth <= 4; depth++ {
		ctx, cancel := context.WithCancelCause(bg())
		inside(ctx, depth, func(ctx context.Context) {
			cancel(errBoom)
			require.ErrorIs(t, ctx.Err(), context.Canceled, "depth %d", depth)
			require.ErrorIs(t, context.Cause(ctx), errBoom, "depth %d", depth)
		})
	}
}

func TestContext_endIsSeenByDerivedContextsWhenCancelReturns(t *testing.T) {
	for depth := 1; depth <= 3; depth++ {
		ctx, cancel := context.WithCancelCause(bg())
		inside(ctx, depth, func(ctx context.Context) {
			child, stop := context.WithCancel(ctx)
			defer stop()
			cancel(errBoom)
			<-child.Done()
			require.Equal(t, context.Canceled, child.Err())
			require.ErrorIs(t, context.Cause(child), errBoom)
		})
	}
}

func TestG21_doneBeforeTheStart(t *testing.T) {
	t.Run("an ancestor further out has ended", func(t *testing.T) {
		for depth := 1; depth <= 4; depth++ {
			ctx, cancel := context.WithCancelCause(bg())
			inside(ctx, depth, func(ctx context.Context) {
				cancel(errBoom)
				var ran atomic.Bool
				f := future.Go(ctx, func(context.Context) (int, error) { ran.Store(true); return 0, nil })
				r := futuretest.Await(t, f)
				require.ErrorIs(t, r.Err, errBoom, "depth %d", depth)
				require.False(t, ran.Load(), "depth %d", depth)
			})
		}
	})
}

// A ctx whose Err is set has a closed Done and a Cause: code that asks for one
// and then reads another must not find a hole between them.
func TestContext_errDoneAndCauseAgree(t *testing.T) {
	for range 300 {
		p := future.NewPromise[int](bg())
		ctx := p.Context()
		done := ctx.Done() // from now on there is a channel to close
		ready := make(chan struct{})
		result := make(chan string, 1)
		go func() {
			close(ready)
			for ctx.Err() == nil {
				runtime.Gosched()
			}
			switch cause := context.Cause(ctx); {
			case cause == nil:
				result <- "Err is set and Cause is nil"
			case !errors.Is(cause, errBoom):
				result <- "Cause is " + cause.Error()
			default:
				select {
				case <-done:
					result <- ""
				default:
					result <- "Err is set and Done is open"
				}
			}
		}()
		<-ready
		p.Future().Cancel(errBoom)
		require.Empty(t, <-result)
	}
}

func TestContext_fullCitizen(t *testing.T) {
	type key struct{}
	cases := map[string]struct {
		derive func(context.Context) (context.Context, func())
	}{
		"itself":     {func(ctx context.Context) (context.Context, func()) { return ctx, func() {} }},
		"WithCancel": {func(ctx context.Context) (context.Context, func()) { c, f := context.WithCancel(ctx); return c, f }},
		"WithCancelCause": {func(ctx context.Context) (context.Context, func()) {
			c, f := context.WithCancelCause(ctx)
			return c, func() { f(nil) }
		}},
		"WithTimeout": {func(ctx context.Context) (context.Context, func()) { return context.WithTimeout(ctx, time.Hour) }},
		"WithDeadlineCause": {func(ctx context.Context) (context.Context, func()) {
			return context.WithDeadlineCause(ctx, time.Now().Add(time.Hour), errors.New("late"))
		}},
		"WithValue": {func(ctx context.Context) (context.Context, func()) {
			return context.WithValue(ctx, key{}, 1), func() {}
		}},
		"Named": {func(ctx context.Context) (context.Context, func()) { return future.Named(ctx, "n"), func() {} }},
		"deep mixture": {func(ctx context.Context) (context.Context, func()) {
			c, f := context.WithCancel(context.WithValue(future.Named(ctx, "n"), key{}, 1))
			c, g := context.WithTimeout(future.Named(c, "m"), time.Hour)
			return c, func() { g(); f() }
		}},
		"embedded in a user's type": {func(ctx context.Context) (context.Context, func()) {
			return context.WithCancel(struct{ context.Context }{ctx})
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := future.NewPromise[int](bg())
			ctx, stop := c.derive(p.Context())
			defer stop()
			before := runtime.NumGoroutine()
			var more []func()
			for range 20 {
				child, stop := c.derive(ctx)
				_ = child.Done()
				more = append(more, stop)
			}
			require.LessOrEqual(t, runtime.NumGoroutine(), before, "a derived context costs no goroutine")
			require.NoError(t, ctx.Err())
			require.NoError(t, context.Cause(ctx))

			called := make(chan struct{})
			context.AfterFunc(ctx, func() { close(called) })
			stopped := context.AfterFunc(ctx, func() { t.Error("AfterFunc ran after it was stopped") })
			require.True(t, stopped())

			p.Future().Cancel(errBoom)
			<-called
			<-ctx.Done()
			require.Equal(t, context.Canceled, ctx.Err())
			require.ErrorIs(t, context.Cause(ctx), errBoom)
			require.ErrorIs(t, context.Cause(ctx), context.Canceled)
			require.IsType(t, (*future.CanceledError)(nil), context.Cause(ctx))
			for _, stop := range more {
				stop()
			}
		})
	}
}

func TestContext_withoutCancelGoesOn(t *testing.T) {
	type key struct{}
	p := future.NewPromise[int](context.WithValue(bg(), key{}, "v"))
	ctx := context.WithoutCancel(p.Context())
	p.Future().Cancel(nil)
	require.NoError(t, ctx.Err())
	require.Nil(t, ctx.Done())
	require.Equal(t, "v", ctx.Value(key{}))
	_, has := ctx.Deadline()
	require.False(t, has)
}

// The ctx of work that is complete ends with a cause of Jade's, whoever asks
// for what, and however late.
func TestContext_afterTheWork(t *testing.T) {
	looks := map[string]func(*testing.T, context.Context){
		"Err first":   func(t *testing.T, ctx context.Context) { require.Equal(t, context.Canceled, ctx.Err()) },
		"Cause first": func(t *testing.T, ctx context.Context) { require.ErrorIs(t, context.Cause(ctx), context.Canceled) },
		"Done first":  func(t *testing.T, ctx context.Context) { <-ctx.Done() },
		"WithCancel": func(t *testing.T, ctx context.Context) {
			child, stop := context.WithCancel(ctx)
			defer stop()
			ownCause(t, child)
		},
		"AfterFunc": func(t *testing.T, ctx context.Context) {
			called := make(chan struct{})
			context.AfterFunc(ctx, func() { close(called) })
			<-called
		},
		"Go": func(t *testing.T, ctx context.Context) {
			r := futuretest.Await(t, future.Go(ctx, func(context.Context) (int, error) { t.Error("called"); return 0, nil }))
			require.ErrorIs(t, r.Err, context.Canceled)
		},
		"Go through Named": func(t *testing.T, ctx context.Context) {
			r := futuretest.Await(t, future.Go(future.Named(ctx, "n"), func(context.Context) (int, error) { t.Error("called"); return 0, nil }))
			require.ErrorIs(t, r.Err, context.Canceled)
		},
		"NewPromise": func(t *testing.T, ctx context.Context) {
			p := future.NewPromise[int](ctx)
			require.ErrorIs(t, futuretest.Await(t, p.Future()).Err, context.Canceled)
			require.False(t, p.Complete(1, nil))
		},
		"WithScope": func(t *testing.T, ctx context.Context) {
			inner, scope := future.WithScope(ctx)
			ownCause(t, inner)
			require.NoError(t, scope.Close())
		},
	}
	works := map[string]func(keep *context.Context){
		"Go": func(keep *context.Context) {
			f := future.Go(bg(), func(ctx context.Context) (int, error) { *keep = ctx; return 0, nil })
			<-f.Done()
		},
		"Go in a scope": func(keep *context.Context) {
			ctx, scope := future.WithScope(bg())
			f := future.Go(ctx, func(ctx context.Context) (int, error) { *keep = ctx; return 0, nil })
			<-f.Done()
			defer scope.Close()
		},
		"Go that asked for Done": func(keep *context.Context) {
			f := future.Go(bg(), func(ctx context.Context) (int, error) { *keep = ctx; ctx.Done(); return 0, nil })
			<-f.Done()
		},
		"body": func(keep *context.Context) {
			f := follow(bg(), future.Of(1, nil), func(ctx context.Context, _ future.Result[int]) (int, error) { *keep = ctx; return 0, nil })
			<-f.Done()
		},
		"promise": func(keep *context.Context) {
			p := future.NewPromise[int](bg())
			*keep = p.Context()
			p.Complete(1, nil)
		},
		"promise that was complete": func(keep *context.Context) {
			p := future.NewPromise[int](bg())
			p.Complete(1, nil)
			*keep = p.Context()
		},
		"closed scope": func(keep *context.Context) {
			ctx, scope := future.WithScope(bg())
			*keep = ctx
			scope.Close()
		},
	}
	for work, start := range works {
		for look, at := range looks {
			t.Run(work+"/"+look, func(t *testing.T) {
				var ctx context.Context
				start(&ctx)
				at(t, ctx)
				ownCause(t, ctx)
			})
		}
	}
}

// What was started with the ctx of a function ends with it; what was started
// with the scope's ctx does not.
func TestContext_endsWhatWasStartedWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		scopeCtx, scope := future.WithScope(bg())
		var child, grandchild, longer future.Future[string]
		var pending future.Future[int]
		waits := func(ctx context.Context) (string, error) { <-ctx.Done(); return "stopped", context.Cause(ctx) }
		f := future.Go(scopeCtx, func(ctx context.Context) (int, error) {
			child = future.Go(ctx, func(ctx context.Context) (string, error) {
				grandchild = future.Go(ctx, waits)
				return waits(ctx)
			})
			longer = future.Go(scopeCtx, waits)
			pending = future.NewPromise[int](ctx).Future()
			synctest.Wait()
			return 1, nil
		})
		require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, f))
		synctest.Wait()
		require.Equal(t, "stopped", futuretest.Await(t, child).Value)
		require.Equal(t, "stopped", futuretest.Await(t, grandchild).Value)
		require.ErrorIs(t, futuretest.Await(t, child).Err, context.Canceled)
		require.ErrorIs(t, futuretest.Await(t, pending).Err, context.Canceled)
		_, done := longer.Peek()
		require.False(t, done, "what was started with the scope's ctx outlives the function")
		require.NoError(t, scope.Close())
		require.ErrorIs(t, futuretest.Await(t, longer).Err, future.ErrScopeClosed)
	})
}

func TestContext_valuesAndDeadline(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		outer, cancel := context.WithTimeout(context.WithValue(bg(), key{}, "v"), time.Minute)
		defer cancel()
		end, _ := outer.Deadline()
		look := func(ctx context.Context) {
			require.Equal(t, "v", ctx.Value(key{}))
			require.Nil(t, ctx.Value("none"))
			got, has := ctx.Deadline()
			require.True(t, has)
			require.True(t, end.Equal(got))
		}
		for depth := 1; depth <= 3; depth++ {
			inside(outer, depth, look)
			inside(future.Named(outer, "n"), depth, look)
			_, err := future.Run(outer, func(ctx context.Context) (int, error) { look(ctx); inside(ctx, depth, look); return 0, nil })
			require.NoError(t, err)
		}
		look(future.NewPromise[int](outer).Context())
	})
}
