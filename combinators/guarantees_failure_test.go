package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	recovery "github.com/jade-go/jade/recover"
)

// dependents fail at once with their input's failure.
var dependents = map[string]build2{
	"Then":  func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Then(ctx, a, again)) },
	"Then2": func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Then2(ctx, b, a, add2)) },
	"Then3": func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Then3(ctx, b, b, a, add3)) },
	"Map": func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.Map(a, func(int) int { return 1 }))
	},
	"Tap": func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Tap(a, func(int) {})) },
	"All": func(ctx context.Context, a, b fint) ending { return endingOf(combinators.All(b, a, b)) },
	"AllMap": func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.AllMap(map[int]fint{1: b, 2: a}))
	},
	"Zip2": func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Zip2(b, a)) },
	"Zip9": func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.Zip9(b, b, b, b, b, b, b, b, a))
	},
	"FlatMap": func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.FlatMap(ctx, a, toFuture))
	},
	"FlatMap's inner": func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) fint { return a }))
	},
	"a long way": func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.Map(combinators.All(combinators.Then(ctx, combinators.Tap(a, func(int) {}), again), b), func(v []int) int { return v[0] }))
	},
	"Quorum out of reach": func(ctx context.Context, a, b fint) ending {
		return endingOf(combinators.Quorum(2, future.Shield(b), a))
	},
	"Race": func(ctx context.Context, a, b fint) ending { return endingOf(combinators.Race(future.Shield(b), a)) },
}

func TestG13_aFailureFailsWhatDependsOnItAndNothingElse(t *testing.T) {
	for name, build := range dependents {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				var called atomic.Int32
				hold := make(chan struct{})
				a := future.NewPromise[int](ctx)
				b := future.Go(ctx, func(ctx context.Context) (int, error) {
					<-hold
					return 5, ctx.Err() // a sibling is not cancelled
				})
				sibling := combinators.Then(ctx, b, func(ctx context.Context, v int) (int, error) { called.Add(1); return v, ctx.Err() })
				f := build(ctx, a.Future(), b)
				synctest.Wait()
				start := time.Now()
				a.Complete(0, errBoom)
				synctest.Wait()
				require.True(t, f.done(), "at once")
				require.Zero(t, time.Since(start))
				require.ErrorIs(t, f.err(t), errBoom)
				require.NoError(t, ctx.Err(), "a failure does not end the scope")
				close(hold)
				require.Equal(t, future.Result[int]{Value: 5}, futuretest.Await(t, sibling))
				require.EqualValues(t, 1, called.Load())
				require.NoError(t, scope.Close())
			})
		})
	}
	t.Run("a recovered failure goes no further", func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		bad := future.Go(ctx, func(context.Context) (int, error) { return 0, errBoom })
		good := future.Go(ctx, func(context.Context) (int, error) { return 1, nil })
		sum := combinators.Then2(ctx, recovery.Fallback(bad, 10), good, add2)
		require.Equal(t, future.Result[int]{Value: 11}, futuretest.Await(t, sum))
		require.NoError(t, scope.Close())
	})
}

// userCode has every function that a combinator calls, on its own.
var userCode = map[string]func(ctx context.Context, in fint, crash func()) ending{
	"Then": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.Then(ctx, in, func(context.Context, int) (int, error) { crash(); return 1, nil }))
	},
	"Then2": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.Then2(ctx, in, in, func(context.Context, int, int) (int, error) { crash(); return 1, nil }))
	},
	"Then9": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.Then9(ctx, in, in, in, in, in, in, in, in, in, func(_ context.Context, _, _, _, _, _, _, _, _, _ int) (int, error) {
			crash()
			return 1, nil
		}))
	},
	"Map": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.Map(in, func(int) int { crash(); return 1 }))
	},
	"Tap": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.Tap(in, func(int) { crash() }))
	},
	"FlatMap": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.FlatMap(ctx, in, func(context.Context, int) fint { crash(); return future.Of(1, nil) }))
	},
	"Finally": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.Finally(ctx, in, func(context.Context, future.Result[int]) { crash() }))
	},
	"Each": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(combinators.FlatMap(ctx, in, func(context.Context, int) future.Future[[]int] {
			return combinators.Each(ctx, 2, []int{1, 2, 3}, func(_ context.Context, i int) (int, error) {
				if i == 2 {
					crash()
				}
				return i, nil
			})
		}))
	},
	"Recover": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(recovery.Recover(ctx, failed(in), func(context.Context, error) (int, error) { crash(); return 1, nil }))
	},
	"RecoverIs": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(recovery.RecoverIs(ctx, failed(in), fs.ErrInvalid, func(context.Context, error) (int, error) { crash(); return 1, nil }))
	},
	"RecoverAs": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(recovery.RecoverAs(ctx, failed(in), func(context.Context, *fs.PathError) (int, error) { crash(); return 1, nil }))
	},
	"OnError": func(ctx context.Context, in fint, crash func()) ending {
		return endingOf(recovery.OnError(failed(in), func(error) { crash() }))
	},
}

// failed turns a success into a failure.
func failed(in fint) fint {
	return combinators.Then(bg(), in, func(context.Context, int) (int, error) { return 0, &fs.PathError{Op: "op", Err: fs.ErrInvalid} })
}

func explode() { panic(errBoom) }

func TestG06_aPanicFailsOnlyWhatItsCallWasMaking(t *testing.T) {
	for name, start := range userCode {
		for how, crash := range map[string]func(){
			"panic": explode, "panic(nil)": func() { panic(nil) }, "Goexit": runtime.Goexit, //nolint:govet
			"Goexit, then panic": func() { defer explode(); runtime.Goexit() },
			"panic, then Goexit": func() { defer runtime.Goexit(); explode() },
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg())
					p := future.NewPromise[int](ctx)
					before := combinators.Map(p.Future(), func(v int) int { return v })
					f := start(ctx, p.Future(), crash)
					after := combinators.Map(p.Future(), func(v int) int { return v })
					body := combinators.Then(ctx, p.Future(), again)
					p.Complete(1, nil)
					synctest.Wait()
					for _, g := range []fint{p.Future(), before, after, body} {
						require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, g))
					}
					require.True(t, f.done(), "no hang")
					err := f.err(t)
					require.Error(t, err)
					thrown, panicked := errors.AsType[*future.PanicError](err)
					switch how {
					case "panic":
						require.True(t, panicked)
						require.Same(t, errBoom, thrown.Value)
						require.ErrorIs(t, err, errBoom)
						require.Contains(t, thrown.Stack(), "explode")
					case "panic(nil)":
						require.True(t, panicked)
					case "Goexit":
						require.ErrorIs(t, err, future.ErrGoexit)
						require.False(t, panicked)
					}
					if name == "Recover" || name == "OnError" || name == "RecoverIs" || name == "RecoverAs" {
						require.ErrorIs(t, err, fs.ErrInvalid, "the failure that was to be handled is not lost")
					}
					require.NoError(t, scope.Close())
				})
			})
		}
	}
}

func TestG07_goexitOfAQuickFunctionBehindACompleteFutureEndsTheCaller(t *testing.T) {
	for name, call := range map[string]func(){
		"Map": func() { combinators.Map(future.Of(1, nil), func(int) int { runtime.Goexit(); return 1 }) },
		"Tap": func() { combinators.Tap(future.Of(1, nil), func(int) { runtime.Goexit() }) },
	} {
		returned, done := false, make(chan struct{})
		go func() { defer close(done); call(); returned = true }()
		<-done
		require.False(t, returned, name)
	}
	require.ErrorIs(t, futuretest.Await(t, combinators.Map(future.Of(1, nil), func(int) int { panic(errBoom) })).Err, errBoom)
}

func TestG04_nilAndErrorsAreValues(t *testing.T) {
	for name, v := range map[string]any{"nil": nil, "error": errBoom, "cancellation": context.Canceled, "nil pointer": (*int)(nil), "nil error pointer": (*fs.PathError)(nil)} {
		t.Run(name, func(t *testing.T) {
			pair := future.Of[any](v, nil)
			is := func(f future.Future[any]) {
				t.Helper()
				require.Equal(t, future.Result[any]{Value: v}, futuretest.Await(t, f))
			}
			list := func(f future.Future[[]any]) {
				t.Helper()
				require.Equal(t, future.Result[[]any]{Value: []any{v, v}}, futuretest.Await(t, f))
			}
			is(combinators.Map(pair, func(v any) any { return v }))
			is(combinators.Then(bg(), pair, func(_ context.Context, v any) (any, error) { return v, nil }))
			is(combinators.FlatMap(bg(), pair, func(_ context.Context, v any) future.Future[any] { return future.Of(v, nil) }))
			is(combinators.Race(pair, pair))
			is(combinators.Any(pair, pair))
			is(combinators.Tap(pair, func(any) {}))
			is(combinators.Finally(bg(), pair, func(context.Context, future.Result[any]) {}))
			is(recovery.Fallback(pair, any(1)))
			is(recovery.Fallback(future.Of[any](1, errBoom), v))
			list(combinators.All(pair, pair))
			list(combinators.Quorum(2, pair, pair))
			list(combinators.Each(bg(), 1, []any{v, v}, func(_ context.Context, v any) (any, error) { return v, nil }))
			a, b, err := combinators.Await2(bg(), pair, pair)
			require.NoError(t, err)
			require.Equal(t, []any{v, v}, []any{a, b})
			settled := futuretest.Await(t, combinators.Settle(pair))
			require.Equal(t, []future.Result[any]{{Value: v}}, settled.Value)
		})
	}
}

func TestG17_onlyAnExplicitRequestRecoversACancellation(t *testing.T) {
	// The siblings of this test are in package recovery; here is what
	// combinators do to the kind of a failure: nothing.
	for name, err := range map[string]error{
		"failure": errBoom, "timeout": context.DeadlineExceeded, "cancellation": context.Canceled, "typed": &future.CanceledError{Cause: errBoom},
	} {
		bad := future.Of(0, err)
		for _, f := range []ending{
			endingOf(combinators.Map(bad, func(int) int { return 1 })), endingOf(combinators.Then(bg(), bad, again)), endingOf(combinators.All(bad)),
			endingOf(combinators.Zip2(bad, bad)), endingOf(combinators.Race(bad)), endingOf(combinators.Tap(bad, func(int) {})),
			endingOf(combinators.FlatMap(bg(), bad, toFuture)), endingOf(combinators.Finally(bg(), bad, cleanUp)), endingOf(future.Shield(bad)),
		} {
			require.True(t, f.err(t) == err, "%s: %v", name, f.err(t))
		}
		require.ErrorIs(t, futuretest.Await(t, combinators.Any(bad)).Err, err)
		require.Equal(t, future.IsCanceled(err), future.IsCanceled(futuretest.Await(t, combinators.Any(bad, bad)).Err))
	}
}

func TestG25_failuresKeepTheNameOfTheWorkThatFailed(t *testing.T) {
	ways := map[string]func(ctx context.Context, f fint) ending{}
	for name, build := range dependents {
		if name != "Quorum out of reach" {
			ways[name] = func(ctx context.Context, f fint) ending { return build(ctx, f, future.Of(1, nil)) }
		}
	}
	ways["Finally"] = func(ctx context.Context, f fint) ending { return endingOf(combinators.Finally(ctx, f, cleanUp)) }
	ways["OnError"] = func(ctx context.Context, f fint) ending { return endingOf(recovery.OnError(f, func(error) {})) }
	ways["RecoverIs that does not apply"] = func(ctx context.Context, f fint) ending {
		return endingOf(recovery.RecoverIs(ctx, f, fs.ErrExist, handles))
	}
	delete(ways, "Race") // another input is complete, and wins
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			hold := make(chan struct{})
			f := future.Go(future.Named(ctx, "culprit"), func(context.Context) (int, error) { <-hold; return 0, errBoom })
			g := way(ctx, f)
			close(hold)
			for !g.done() {
				runtime.Gosched()
			}
			scope.Wait()
			err := scope.Close()
			u, ok := err.(*future.UnobservedError)
			require.True(t, ok, "one report: %v", err)
			require.Equal(t, "culprit", u.Name)
			require.Same(t, errBoom, u.Err)
		})
	}
	t.Run("file and line of the user's function", func(t *testing.T) {
		bad := func(context.Context, int) (int, error) { return 0, errBoom }
		for name, start := range map[string]func(ctx context.Context) ending{
			"Then": func(ctx context.Context) ending { return endingOf(combinators.Then(ctx, future.Of(1, nil), bad)) },
			"Each": func(ctx context.Context) ending { return endingOf(combinators.Each(ctx, 1, []int{1}, bad)) },
			"FlatMap": func(ctx context.Context) ending {
				return endingOf(combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) fint { panic(errBoom) }))
			},
			"Then2": func(ctx context.Context) ending {
				return endingOf(combinators.Then2(ctx, future.Of(1, nil), future.Of(1, nil), func(context.Context, int, int) (int, error) { return 0, errBoom }))
			},
			"Map": func(ctx context.Context) ending {
				p := future.NewPromise[int](ctx)
				f := combinators.Map(p.Future(), func(int) int { panic(errBoom) })
				p.Complete(1, nil)
				return endingOf(f)
			},
			"Finally": func(ctx context.Context) ending {
				return endingOf(combinators.Finally(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) { panic(errBoom) }))
			},
			"RecoverIs": func(ctx context.Context) ending {
				return endingOf(recovery.RecoverIs(ctx, future.Of(1, fs.ErrExist), fs.ErrExist, func(context.Context, error) (int, error) { return 0, errBoom }))
			},
			"Recover": func(ctx context.Context) ending {
				return endingOf(recovery.Recover(ctx, future.Of(1, fs.ErrExist), func(context.Context, error) (int, error) { return 0, errBoom }))
			},
			"RecoverAs": func(ctx context.Context) ending {
				return endingOf(recovery.RecoverAs(ctx, future.Of(1, error(&fs.PathError{})), func(context.Context, *fs.PathError) (int, error) { return 0, errBoom }))
			},
		} {
			t.Run(name, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				f := start(ctx)
				for !f.done() {
					runtime.Gosched()
				}
				u, ok := errors.AsType[*future.UnobservedError](scope.Close())
				require.True(t, ok)
				require.Contains(t, u.Name, "guarantees_failure_test.go:", fmt.Sprint(u))
			})
		}
	})
	t.Run("stragglers", func(t *testing.T) {
		for name, start := range map[string]func(ctx context.Context, hold chan struct{}){
			"Then": func(ctx context.Context, hold chan struct{}) {
				combinators.Then(ctx, future.Of(1, nil), func(context.Context, int) (int, error) { <-hold; return 1, nil })
			},
			"Each": func(ctx context.Context, hold chan struct{}) {
				combinators.Each(ctx, 1, []int{1}, func(context.Context, int) (int, error) { <-hold; return 1, nil })
			},
			"RecoverIs": func(ctx context.Context, hold chan struct{}) {
				recovery.RecoverIs(ctx, future.Of(1, errBoom), errBoom, func(context.Context, error) (int, error) { <-hold; return 1, nil })
			},
			"OnDone": func(ctx context.Context, hold chan struct{}) {
				future.Go(ctx, func(context.Context) (int, error) { return 1, nil }).OnDone(func(future.Result[int]) { <-hold })
			},
			"Map": func(ctx context.Context, hold chan struct{}) {
				p := future.NewPromise[int](ctx)
				combinators.Map(p.Future(), func(int) int { <-hold; return 1 })
				p.Complete(1, nil)
			},
			"Finally": func(ctx context.Context, hold chan struct{}) {
				combinators.Finally(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) { <-hold })
			},
			"FlatMap": func(ctx context.Context, hold chan struct{}) {
				combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) fint { <-hold; return future.Of(1, nil) })
			},
		} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg(), future.Grace(time.Second))
					hold := make(chan struct{})
					defer scope.Close()
					defer close(hold)
					start(ctx, hold)
					synctest.Wait()
					late, ok := errors.AsType[*future.StragglerError](scope.Close())
					require.True(t, ok)
					require.Len(t, late.Names, 1)
					require.Contains(t, late.Names[0], "guarantees_failure_test.go:")
				})
			})
		}
	})
}
