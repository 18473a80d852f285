package combinators_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	recovery "github.com/jade-go/jade/recover"
)

type (
	fint   = future.Future[int]
	build2 func(ctx context.Context, a, b fint) ending
)

func handles(context.Context, error) (int, error)                         { return 1, nil }
func add2(_ context.Context, a, b int) (int, error)                       { return a + b, nil }
func add3(_ context.Context, a, b, c int) (int, error)                    { return a + b + c, nil }
func toFuture(_ context.Context, a int) fint                              { return future.Of(a, nil) }
func cleanUp(context.Context, future.Result[int])                         {}
func handlesCanceled(context.Context, *future.CanceledError) (int, error) { return 1, nil }

// reaches are all ways to hang a future on two others, and what a cancellation
// of it does: the same work dressed and owners pass it on, dependents do not.
var reaches = map[string]struct {
	build  build2
	passes bool
	one    bool // has only a as input
}{
	"Within": {func(ctx context.Context, a, b fint) ending { return endingOf(deadline.Within(a, time.Hour)) }, true, true},
	"At": {func(ctx context.Context, a, b fint) ending {
		return endingOf(deadline.At(a, time.Now().Add(time.Hour)))
	}, true, true},
	"Recover": {func(ctx context.Context, a, b fint) ending { return endingOf(recovery.Recover(ctx, a, handles)) }, true, true},
	"RecoverIs": {func(ctx context.Context, a, b fint) ending {
		return endingOf(recovery.RecoverIs(ctx, a, context.Canceled, handles))
	}, true, true},
	"RecoverAs": {func(ctx context.Context, a, b fint) ending {
		return endingOf(recovery.RecoverAs(ctx, a, handlesCanceled))
	}, true, true},
	"Fallback": {func(ctx context.Context, a, b fint) ending { return endingOf(recovery.Fallback(a, 1)) }, true, true},
	"OnError":  {func(ctx context.Context, a, b fint) ending { return endingOf(recovery.OnError(a, func(error) {})) }, true, true},
	"Tap":      {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Tap(a, func(int) {})) }, true, true},
	"Finally":  {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Finally(ctx, a, cleanUp)) }, true, true},
	"Race":     {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Race(a, b)) }, true, false},
	"Any":      {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Any(a, b)) }, true, false},
	"Quorum":   {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Quorum(2, a, b)) }, true, false},
	"Partial":  {func(ctx context.Context, a, b fint) ending { return endingOf(deadline.Partial(time.Hour, 0, a, b)) }, true, false},
	"dressed three times": {func(ctx context.Context, a, b fint) ending {
		return endingOf(deadline.Within(recovery.Fallback(combinators.Tap(combinators.Race(a, b), func(int) {}), 1), time.Hour))
	}, true, false},

	"Then":  {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Then(ctx, a, again)) }, false, true},
	"Then2": {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Then2(ctx, a, b, add2)) }, false, false},
	"Then3": {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Then3(ctx, a, b, a, add3)) }, false, false},
	"Map": {func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.Map(a, func(int) int { return 1 }))
	}, false, true},
	"FlatMap": {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.FlatMap(ctx, a, toFuture)) }, false, true},
	"All":     {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.All(a, b)) }, false, false},
	"AllMap": {func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.AllMap(map[string]fint{"a": a, "b": b}))
	}, false, false},
	"Zip2":   {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Zip2(a, b)) }, false, false},
	"Zip5":   {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Zip5(a, b, a, b, a)) }, false, false},
	"Settle": {func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Settle(a, b)) }, false, false},
	"Shield": {func(ctx context.Context, a, b fint) ending { return endingOf(future.Shield(a)) }, false, true},
	"Within of a Shield": {func(ctx context.Context, a, b fint) ending {
		return endingOf(deadline.Within(future.Shield(a), time.Hour))
	}, false, true},
	"Race of Shields": {func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.Race(future.Shield(a), future.Shield(b)))
	}, false, false},
	"Tap of a Map": {func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.Tap(combinators.Map(a, func(i int) int { return i }), func(int) {}))
	}, false, true},
}

func TestCancel_reach(t *testing.T) {
	for name, kind := range reaches {
		for _, in := range []string{"no scope", "a scope", "a foreign ctx"} {
			t.Run(name+"/promises/"+in, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cleanup := contextKind(in)
					defer cleanup()
					a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
					f := kind.build(ctx, a.Future(), b.Future())
					require.False(t, f.done())
					f.cancel(errBoom)
					if name != "Finally" { // it waits for its input, then cleans up
						require.True(t, f.done(), "ends at once")
					}
					require.ErrorIs(t, f.err(t), errBoom)
					require.ErrorIs(t, f.err(t), context.Canceled)
					synctest.Wait()
					require.Equal(t, !kind.passes, futuretest.IsPending(a.Future()))
					require.Equal(t, kind.one || !kind.passes, futuretest.IsPending(b.Future()))
					if kind.passes {
						require.ErrorIs(t, futuretest.Await(t, a.Future()).Err, errBoom)
						require.ErrorIs(t, context.Cause(a.Context()), context.Canceled)
					} else {
						require.NoError(t, a.Context().Err())
						require.True(t, a.Complete(1, nil), "whoever else uses it still gets it")
					}
				})
			})
			t.Run(name+"/running work/"+in, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cleanup := contextKind(in)
					defer cleanup()
					hold := make(chan struct{})
					var asked [2]error
					work := func(i int) fint {
						return future.Go(ctx, func(ctx context.Context) (int, error) {
							<-hold // it does not stop at once
							asked[i] = context.Cause(ctx)
							return i, nil
						})
					}
					a, b := work(0), work(1)
					synctest.Wait()
					f := kind.build(ctx, a, b)
					f.cancel(errBoom)
					synctest.Wait()
					require.Equal(t, name != "Finally", f.done())
					require.True(t, futuretest.IsPending(a) && futuretest.IsPending(b), "a running function ends when it returns")
					close(hold)
					require.Equal(t, future.Result[int]{Value: 0}, futuretest.Await(t, a), "with what it returned")
					require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, b))
					if kind.passes {
						require.ErrorIs(t, asked[0], errBoom)
					} else {
						require.NoError(t, asked[0])
					}
					if kind.passes && !kind.one {
						require.ErrorIs(t, asked[1], errBoom)
					} else {
						require.NoError(t, asked[1])
					}
				})
			})
		}
	}
}

func contextKind(kind string) (ctx context.Context, cleanup func()) {
	switch kind {
	case "a scope":
		ctx, scope := future.WithScope(bg())
		return ctx, func() { scope.Close() }
	case "a foreign ctx":
		ctx, cancel := context.WithCancel(bg())
		return ctx, cancel
	}
	return bg(), func() {}
}

// What has a ctx ends with it, and leaves its inputs alone.
func TestCancel_theContextEndsWhatIsPending(t *testing.T) {
	withCtx := map[string]bool{"Recover": true, "RecoverIs": true, "RecoverAs": true, "Then": true, "Then2": true, "Then3": true, "FlatMap": true}
	for name, kind := range reaches {
		if !withCtx[name] {
			continue
		}
		for _, scoped := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(bg())
					closing := func() {}
					if scoped {
						c, scope := future.WithScope(bg())
						ctx, closing = c, func() { scope.Close() }
					}
					a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
					f := kind.build(ctx, a.Future(), b.Future())
					want := errBoom
					if scoped {
						closing()
						want = future.ErrScopeClosed
					} else {
						cancel(errBoom)
						synctest.Wait()
					}
					require.True(t, f.done(), "at once")
					require.ErrorIs(t, f.err(t), want)
					require.ErrorIs(t, f.err(t), context.Canceled)
					require.ErrorIs(t, f.err(t), context.Cause(ctx))
					require.True(t, futuretest.IsPending(a.Future()))
					require.True(t, futuretest.IsPending(b.Future()))
					cancel(nil)
				})
			})
		}
	}
}

func TestCancel_flatMap(t *testing.T) {
	t.Run("the inner future's work, started with the given ctx, is cancelled; other work is not", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var inside error
			own := future.NewPromise[int](bg())
			f := combinators.FlatMap(bg(), future.Of(1, nil), func(ctx context.Context, _ int) fint {
				return future.Go(ctx, func(ctx context.Context) (int, error) {
					<-ctx.Done()
					inside = context.Cause(ctx)
					return 0, nil
				})
			})
			g := combinators.FlatMap(bg(), future.Of(1, nil), func(context.Context, int) fint { return own.Future() })
			synctest.Wait()
			f.Cancel(errBoom)
			g.Cancel(errBoom)
			require.False(t, futuretest.IsPending(f), "at once: its own function is not running")
			require.False(t, futuretest.IsPending(g))
			synctest.Wait()
			require.ErrorIs(t, inside, errBoom)
			require.True(t, futuretest.IsPending(own.Future()))
		})
	})
	t.Run("the given ctx lives until the inner future is complete", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var given context.Context
			p := future.NewPromise[int](bg())
			f := combinators.FlatMap(bg(), future.Of(1, nil), func(ctx context.Context, _ int) fint { given = ctx; return p.Future() })
			synctest.Wait()
			require.NoError(t, given.Err())
			p.Complete(1, nil)
			futuretest.Await(t, f)
			require.ErrorIs(t, given.Err(), context.Canceled)
		})
	})
	t.Run("a cancellation while fn runs ends it when fn has returned", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hold := make(chan struct{})
			own := future.NewPromise[int](bg())
			f := combinators.FlatMap(bg(), future.Of(1, nil), func(ctx context.Context, _ int) fint { <-hold; return own.Future() })
			synctest.Wait()
			f.Cancel(errBoom)
			require.True(t, futuretest.IsPending(f))
			close(hold)
			synctest.Wait()
			require.False(t, futuretest.IsPending(f), "not only when the inner future is")
			require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom)
			require.True(t, futuretest.IsPending(own.Future()))
		})
	})
}

func TestCancel_each(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		causes := make(chan error, 10)
		f := combinators.Each(bg(), 3, make([]int, 10), func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			causes <- context.Cause(ctx)
			return 0, nil
		})
		synctest.Wait()
		f.Cancel(errBoom)
		require.False(t, futuretest.IsPending(f), "at once")
		synctest.Wait()
		require.Len(t, causes, 3, "what runs is cancelled, and no more are started")
		for range 3 {
			require.ErrorIs(t, <-causes, errBoom)
		}
	})
}

func TestCancel_waitsOfTheCallerLeaveTheFuturesAlone(t *testing.T) {
	a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
	ended, cancel := context.WithCancelCause(bg())
	cancel(errBoom)
	_, _, err := combinators.Await2(ended, a.Future(), b.Future())
	require.ErrorIs(t, err, errBoom)
	require.ErrorIs(t, err, context.Canceled)
	for _, r := range combinators.AsCompleted(ended, a.Future(), b.Future()) {
		require.ErrorIs(t, r.Err, errBoom)
		require.ErrorIs(t, r.Err, context.Canceled)
	}
	for range combinators.AsCompleted(bg(), a.Future(), future.Of(1, nil)) {
		break
	}
	require.True(t, futuretest.IsPending(a.Future()))
	require.True(t, futuretest.IsPending(b.Future()))
}

func TestG26_finallyRunsWithValuesAndWithoutCancellation(t *testing.T) {
	type key struct{}
	for name, end := range map[string]func(cancel func(), f fint, p *future.Promise[int], s *future.Scope){
		"success":     func(_ func(), _ fint, p *future.Promise[int], _ *future.Scope) { p.Complete(1, nil) },
		"failure":     func(_ func(), _ fint, p *future.Promise[int], _ *future.Scope) { p.Complete(1, errBoom) },
		"Cancel":      func(_ func(), f fint, _ *future.Promise[int], _ *future.Scope) { f.Cancel(errBoom) },
		"ctx ends":    func(cancel func(), _ fint, p *future.Promise[int], _ *future.Scope) { cancel(); p.Complete(1, nil) },
		"scope close": func(_ func(), _ fint, _ *future.Promise[int], s *future.Scope) { s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				scopeCtx, scope := future.WithScope(context.WithValue(bg(), key{}, "v"))
				ctx, cancel := context.WithTimeout(scopeCtx, time.Minute)
				defer cancel()
				p := future.NewPromise[int](scopeCtx)
				calls, cleaned := 0, false
				var given context.Context
				f := combinators.Finally(ctx, p.Future(), func(ctx context.Context, r future.Result[int]) {
					calls++
					given = ctx
					require.Equal(t, "v", ctx.Value(key{}))
					_, limited := ctx.Deadline()
					require.False(t, limited)
					time.Sleep(time.Hour) // longer than the ctx around
					require.NoError(t, ctx.Err())
					// Cleanup may start work and wait for it.
					if name != "scope close" {
						v, err := future.Go(ctx, func(context.Context) (int, error) { return 7, nil }).Await(ctx)
						require.NoError(t, err)
						require.Equal(t, 7, v)
					}
					cleaned = true
				})
				end(cancel, f, p, scope)
				want := futuretest.Await(t, p.Future())
				<-f.Done()
				require.True(t, cleaned, "the future is complete once fn has returned")
				require.Equal(t, want, futuretest.Await(t, f), "with the same result")
				require.Equal(t, 1, calls)
				require.Error(t, given.Err())
				scope.Close()
			})
		})
	}
	t.Run("a ctx that is done before the start is no reason not to clean up", func(t *testing.T) {
		ended, cancel := context.WithCancel(bg())
		cancel()
		closed, scope := future.WithScope(bg())
		scope.Close()
		for _, ctx := range []context.Context{ended, closed} {
			called := false
			r := futuretest.Await(t, combinators.Finally(ctx, future.Of(1, nil), func(ctx context.Context, _ future.Result[int]) { called = ctx.Err() == nil }))
			require.True(t, called)
			require.Equal(t, future.Result[int]{Value: 1}, r)
		}
	})
	t.Run("Close joins the cleanup", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			cleaned := false
			work := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
			combinators.Finally(ctx, work, func(context.Context, future.Result[int]) { time.Sleep(time.Hour); cleaned = true })
			synctest.Wait()
			require.NoError(t, scope.Close())
			require.True(t, cleaned)
		})
	})
	t.Run("a panic is joined to the failure, and does not hide it", func(t *testing.T) {
		r := futuretest.Await(t, combinators.Finally(bg(), future.Of(1, errBoom), func(context.Context, future.Result[int]) { panic("cleanup") }))
		require.ErrorIs(t, r.Err, errBoom)
		require.ErrorContains(t, r.Err, "cleanup")
		r = futuretest.Await(t, combinators.Finally(bg(), future.Of(1, nil), func(context.Context, future.Result[int]) { panic("cleanup") }))
		require.ErrorContains(t, r.Err, "cleanup")
	})
}

// A FlatMap whose input is complete at the start runs its body at once, and needs nobody to tell it that its ctx has ended. That is
// different once it waits for the future that the body returned.
func TestFlatMap_endsWithACtxAroundItsScopeWhileItWaitsForTheInnerFuture(t *testing.T) {
	for _, scopes := range []int{0, 1, 3} {
		for what, derive := range map[string]func(context.Context) context.Context{
			"the scope's ctx": func(ctx context.Context) context.Context { return ctx },
			"with a value":    func(ctx context.Context) context.Context { return context.WithValue(ctx, new(int), 1) },
			"named":           func(ctx context.Context) context.Context { return future.Named(ctx, "inner") },
			"one that can be ended": func(ctx context.Context) context.Context {
				ctx, cancel := context.WithCancel(ctx)
				_ = cancel
				return ctx
			},
			"that of a running body": nil,
		} {
			synctest.Test(t, func(t *testing.T) {
				ctx, outer := future.WithScope(context.Background())
				defer outer.Close()
				slow := future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Second); return 7, nil })
				ctx, cancel := context.WithCancelCause(ctx)
				for range scopes {
					inner, scope := future.WithScope(ctx)
					defer scope.Close()
					ctx = inner
				}
				wait := func(ctx context.Context) future.Future[int] {
					return combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) future.Future[int] { return slow })
				}
				var waits future.Future[int]
				if derive != nil {
					waits = wait(derive(ctx))
				} else {
					waits = combinators.FlatMap(ctx, future.Of(1, nil), func(ctx context.Context, _ int) future.Future[int] { return wait(ctx) })
				}
				begun := time.Now()
				time.AfterFunc(ms(100), func() { cancel(errBoom) })
				<-waits.Done()
				r, _ := waits.Peek()
				require.ErrorIs(t, r.Err, errBoom, "%s, %d scopes", what, scopes)
				require.Equal(t, ms(100), time.Since(begun), "%s, %d scopes", what, scopes)
			})
		}
	}
}
