package combinators_test

import (
	"context"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
	recovery "github.com/jade-go/jade/recover"
)

// A long-lived future that is combined again and again, by those who then
// lose interest, keeps nothing of them.
func TestG18_aLongLivedFutureKeepsNothingOfAbandonedCombinators(t *testing.T) {
	ended, cancel := context.WithCancel(bg())
	cancel()
	abandon := map[string]func(a, b fint){
		"AsCompleted left early": func(a, b fint) {
			for range combinators.AsCompleted(bg(), a, future.Of(1, nil)) {
				break
			}
		},
		"AsCompleted that was late": func(a, b fint) {
			for range combinators.AsCompleted(ended, a, b) {
			}
		},
		"Await2":              func(a, b fint) { combinators.Await2(ended, a, b) },
		"Then2 on a done ctx": func(a, b fint) { combinators.Then2(ended, a, b, add2) },
		"Then2 in a closed scope": func(a, b fint) {
			ctx, scope := future.WithScope(bg())
			combinators.Then2(ctx, a, b, add2)
			scope.Close()
		},
		"Then2 whose ctx ends": func(a, b fint) {
			ctx, cancel := context.WithCancel(bg())
			f := combinators.Then2(ctx, a, b, add2)
			cancel()
			<-f.Done()
		},
		"Race that somebody else won": func(a, b fint) { combinators.Race(future.Shield(a), future.Shield(b), future.Of(1, nil)) },
		"Any that somebody else won":  func(a, b fint) { combinators.Any(future.Shield(a), future.Of(1, nil)) },
		"All that failed":             func(a, b fint) { combinators.All(a, b, future.Of(1, errBoom)) },
		"AllMap that failed":          func(a, b fint) { combinators.AllMap(map[int]fint{1: a, 2: b, 3: future.Of(1, errBoom)}) },
		"Zip that failed":             func(a, b fint) { combinators.Zip3(a, b, future.Of(1, errBoom)) },
		"Within a Shield":             func(a, b fint) { deadline.Within(future.Shield(a), time.Hour).Cancel(nil) },
		"Partial of Shields":          func(a, b fint) { deadline.Partial(time.Hour, 0, future.Shield(a), future.Shield(b)).Cancel(nil) },
		"FlatMap to it": func(a, b fint) {
			ready := make(chan struct{})
			f := combinators.FlatMap(bg(), future.Of(1, nil), func(context.Context, int) fint { close(ready); return a })
			<-ready
			f.Cancel(nil)
			<-f.Done()
		},
	}
	for name, kind := range reaches {
		if !kind.passes { // a cancellation would end the long-lived future
			abandon[name+", cancelled"] = func(a, b fint) { kind.build(bg(), a, b).cancel(nil) }
		} else if kind.one {
			abandon[name+" of a Shield, cancelled"] = func(a, b fint) {
				f := kind.build(bg(), future.Shield(a), b)
				f.cancel(nil)
				for !f.done() { // Finally, which has a function to run
					runtime.Gosched()
				}
			}
		}
	}
	for name, use := range abandon {
		t.Run(name, func(t *testing.T) {
			a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
			for range 100 {
				use(a.Future(), b.Future())
			}
			kept := bytesKept(func() {
				for range 3000 {
					use(a.Future(), b.Future())
				}
			})
			require.Less(t, kept, int64(3000*30), "bytes kept of three thousand uses")
			require.True(t, futuretest.IsPending(a.Future()))
			a.Complete(1, nil)
			b.Complete(1, nil)
		})
	}
}

// A combinator that is complete keeps neither its inputs nor its function.
func TestG18_completeCombinatorsLetGo(t *testing.T) {
	type fbig = future.Future[*big]
	builds := map[string]func(ctx context.Context, a, b fbig, fn *big) any{
		"Then": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.Then(ctx, a, func(context.Context, *big) (int, error) { use(fn); return 1, nil })
		},
		"Then2": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.Then2(ctx, a, b, func(context.Context, *big, *big) (int, error) { use(fn); return 1, nil })
		},
		"Map": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.Map(a, func(*big) int { use(fn); return 1 })
		},
		"FlatMap": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.FlatMap(ctx, a, func(context.Context, *big) fint { use(fn); return future.Of(1, nil) })
		},
		"Map of All": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.Map(combinators.All(a, b), func([]*big) int { use(fn); return 1 })
		},
		"Map of Settle": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.Map(combinators.Settle(a, b), func([]future.Result[*big]) int { use(fn); return 1 })
		},
		"Race of Maps": func(ctx context.Context, a, b fbig, fn *big) any {
			num := func(*big) int { use(fn); return 1 }
			return combinators.Race(combinators.Map(a, num), combinators.Map(b, num))
		},
		"Quorum of Maps": func(ctx context.Context, a, b fbig, fn *big) any {
			num := func(*big) int { use(fn); return 1 }
			return combinators.Quorum(1, combinators.Map(a, num), combinators.Map(b, num))
		},
		"Finally": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.Finally(ctx, combinators.Map(a, func(*big) int { return 1 }), func(context.Context, future.Result[int]) { use(fn) })
		},
		"Within": func(ctx context.Context, a, b fbig, fn *big) any {
			return deadline.Within(combinators.Map(a, func(*big) int { use(fn); return 1 }), time.Hour)
		},
		"Partial": func(ctx context.Context, a, b fbig, fn *big) any {
			num := func(*big) int { use(fn); return 1 }
			return deadline.Partial(time.Hour, 0, combinators.Map(a, num), combinators.Map(b, num))
		},
		"Recover": func(ctx context.Context, a, b fbig, fn *big) any {
			return recovery.Recover(ctx, combinators.Map(a, func(*big) int { panic(1) }), func(context.Context, error) (int, error) { use(fn); return 1, nil })
		},
		"Each": func(ctx context.Context, a, b fbig, fn *big) any {
			return combinators.FlatMap(ctx, a, func(ctx context.Context, v *big) future.Future[[]int] {
				return combinators.Each(ctx, 2, []*big{v, v}, func(context.Context, *big) (int, error) { use(fn); return 1, nil })
			})
		},
	}
	for name, build := range builds {
		for _, how := range []string{"succeeds", "fails", "is cancelled", "ctx ends"} {
			t.Run(name+"/"+how, func(t *testing.T) {
				x, y, fn, val := new(big), new(big), new(big), new(big)
				all := []weak.Pointer[big]{weak.Make(x), weak.Make(y), weak.Make(fn), weak.Make(val)}
				a, b := future.NewPromise[*big](bg()), future.NewPromise[*big](bg())
				ctx, cancel := context.WithCancel(context.WithValue(bg(), &all, val))
				f := build(ctx, a.Future(), b.Future(), fn)
				done := f.(interface{ Done() <-chan struct{} }).Done()
				switch how {
				case "fails":
					a.Complete(x, errBoom)
					b.Complete(y, errBoom)
				case "is cancelled":
					f.(interface{ Cancel(error) }).Cancel(nil)
				case "ctx ends":
					cancel()
				}
				a.Complete(x, nil)
				b.Complete(y, nil)
				<-done
				a, b, x, y, fn, val, ctx = nil, nil, nil, nil, nil, nil, nil
				cancel = nil
				for i, p := range all {
					futuretest.Gone(t, p, []string{"a's value", "b's value", "what the function captured", "ctx's value"}[i])
				}
				runtime.KeepAlive(f)
			})
		}
	}
}

func TestG18_noRegistrationOutlivesItsFuture(t *testing.T) {
	for name, kind := range reaches {
		for _, how := range []string{"complete", "failed", "cancelled"} {
			t.Run(name+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx := strange.NewCounting(bg())
					a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
					f := kind.build(ctx, a.Future(), b.Future())
					switch how {
					case "complete":
						a.Complete(1, nil)
						b.Complete(1, nil)
					case "failed":
						a.Complete(1, errBoom)
						b.Complete(1, errBoom)
					case "cancelled":
						f.cancel(nil)
					}
					synctest.Wait()
					require.True(t, f.done())
					require.Zero(t, ctx.Registered())
				})
			})
		}
	}
	t.Run("Each", func(t *testing.T) {
		ctx := strange.NewCounting(bg())
		futuretest.Await(t, combinators.Each(ctx, 3, make([]int, 10), func(ctx context.Context, _ int) (int, error) { ctx.Done(); return 1, nil }))
		for i := 0; ctx.Registered() > 0 && i < 1e6; i++ {
			runtime.Gosched() // the last goroutines are on their way out
		}
		require.Zero(t, ctx.Registered())
	})
	t.Run("SettleEach", func(t *testing.T) {
		ctx := strange.NewCounting(bg())
		futuretest.Await(t, combinators.SettleEach(ctx, 3, make([]int, 10), func(ctx context.Context, _ int) (int, error) { ctx.Done(); return 1, errBoom }))
		for i := 0; ctx.Registered() > 0 && i < 1e6; i++ {
			runtime.Gosched() // the last goroutines are on their way out
		}
		require.Zero(t, ctx.Registered())
	})
}

// inLinks hangs n combinators one behind the other.
func inLinks(f fint, n int, link func(fint) fint) fint {
	for range n {
		f = link(f)
	}
	return f
}

var links = map[string]func(fint) fint{
	"Map":     func(f fint) fint { return combinators.Map(f, func(i int) int { return i + 1 }) },
	"Tap":     func(f fint) fint { return combinators.Tap(f, func(int) {}) },
	"Then":    func(f fint) fint { return combinators.Then(bg(), f, again) },
	"FlatMap": func(f fint) fint { return combinators.FlatMap(bg(), f, toFuture) },
	"Finally": func(f fint) fint { return combinators.Finally(bg(), f, cleanUp) },
	"Recover": func(f fint) fint {
		return recovery.Recover(bg(), f, func(context.Context, error) (int, error) { return 0, errBoom })
	},
	"Fallback": func(f fint) fint { return recovery.Fallback(f, 1) },
	"OnError":  func(f fint) fint { return recovery.OnError(f, func(error) {}) },
	"Shield":   func(f fint) fint { return future.Shield(f) },
	"Race":     func(f fint) fint { return combinators.Race(f) },
	"Any":      func(f fint) fint { return combinators.Any(f) },
	"All":      func(f fint) fint { return combinators.Map(combinators.All(f, f), func(v []int) int { return v[0] }) },
	"Then2":    func(f fint) fint { return combinators.Then2(bg(), f, f, add2) },
}

func TestG09_longChains(t *testing.T) {
	for name, link := range links {
		for _, end := range []string{"value", "failure", "cancelled from the far end"} {
			t.Run(name+"/"+end, func(t *testing.T) {
				longChain(t, link, 3000, end)
			})
		}
	}
}

func longChain(t *testing.T, link func(fint) fint, n int, end string) {
	p := future.NewPromise[int](bg())
	before := runtime.NumGoroutine()
	f := inLinks(p.Future(), n, link)
	require.LessOrEqual(t, runtime.NumGoroutine(), before+1, "no goroutine a link")
	var most atomic.Int64
	var once sync.Once
	combinators.Map(inLinks(p.Future(), 3, link), func(i int) int {
		once.Do(func() { most.Store(int64(runtime.NumGoroutine())) })
		return i
	})
	switch end {
	case "value":
		p.Complete(1, nil)
	case "failure":
		p.Complete(1, errBoom)
	default:
		f.Cancel(errBoom)
		p.Complete(1, nil) // for those that do not pass it on
	}
	<-f.Done()
	require.LessOrEqual(t, most.Load(), int64(before+10))
}

func TestFullSize_G09_aMillionLinksOfEachKind(t *testing.T) {
	if os.Getenv("JADE_FULL") == "" {
		t.Skip("set JADE_FULL=1; not for the race detector")
	}
	for name, link := range links {
		t.Run(name, func(t *testing.T) { longChain(t, link, 1_000_000, "value") })
	}
}
