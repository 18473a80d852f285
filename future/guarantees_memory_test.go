package future_test

import (
	"context"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
)

type heldKey struct{}

// holder makes a future out of things that must not outlive its completion:
// a ctx, a function that captures fn, and an input whose value is in. It
// returns the future after it is complete.
type holder func(t *testing.T, ctx context.Context, fn, in *big) any

// use keeps a captured pointer from being optimised away.
func use(*big) {}

var holders = map[string]holder{
	"Go": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := future.Go(ctx, func(context.Context) (int, error) { use(fn); use(in); return 1, nil })
		futuretest.Await(t, f)
		return f
	},
	"Call": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := future.Call(ctx, func(context.Context, *big) (int, error) { use(fn); return 1, nil }, in)
		futuretest.Await(t, f)
		return f
	},
	"Go that was waited for and cancelled": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := future.Go(ctx, func(ctx context.Context) (int, error) { use(fn); use(in); <-ctx.Done(); return 1, nil })
		go f.Await(bg())
		f.Done()
		f.Cancel(errBoom)
		futuretest.Await(t, f)
		return f
	},
	"Go that panicked": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := future.Go(ctx, func(ctx context.Context) (int, error) { use(fn); use(in); panic(1) })
		futuretest.Await(t, f)
		return f
	},
	"Go that used its ctx": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := future.Go(ctx, func(ctx context.Context) (int, error) {
			use(fn)
			use(in)
			child, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			return future.Go(child, func(context.Context) (int, error) { return 1, nil }).Await(ctx)
		})
		futuretest.Await(t, f)
		return f
	},
	"promise": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[int](ctx)
		p.Context().Done()
		p.Complete(1, nil)
		return p
	},
	"cancelled promise": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[int](ctx)
		p.Future().Done()
		p.Future().Cancel(errBoom)
		return p
	},
	"body": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[*big](bg())
		f := follow(ctx, p.Future(), func(context.Context, future.Result[*big]) (int, error) { use(fn); return 1, nil })
		p.Complete(in, nil)
		futuretest.Await(t, f)
		return f
	},
	"body behind a complete input": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := follow(ctx, future.Of(in, nil), func(context.Context, future.Result[*big]) (int, error) { use(fn); return 1, nil })
		futuretest.Await(t, f)
		return f
	},
	"body that failed": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := follow(ctx, future.Of(in, nil), func(context.Context, future.Result[*big]) (int, error) { use(fn); return 0, errBoom })
		futuretest.Await(t, f)
		return f
	},
	"body that was cancelled": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := follow(ctx, future.NewPromise[*big](bg()).Future(), func(context.Context, future.Result[*big]) (int, error) { use(fn); use(in); return 0, nil })
		f.Cancel(errBoom)
		return f
	},
	"body that became another future": func(t *testing.T, ctx context.Context, fn, in *big) any {
		inner := future.NewPromise[int](bg())
		f := future.Follow(ctx, future.Of(in, nil), 0, hop[*big, int](func(context.Context, future.Result[*big]) future.Future[int] {
			use(fn)
			return inner.Future()
		}))
		inner.Complete(1, nil)
		futuretest.Await(t, f)
		return f
	},
	"quick function": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[*big](ctx)
		f := quickly(p.Future(), func(future.Result[*big]) (int, error) { use(fn); return 1, nil })
		p.Complete(in, nil)
		futuretest.Await(t, f)
		return f
	},
	"quick function that was cancelled": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[*big](ctx)
		f := quickly(p.Future(), func(future.Result[*big]) (int, error) { use(fn); return 1, nil })
		f.Cancel(nil)
		p.Complete(in, nil)
		return f
	},
	"cancelled view": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[*big](ctx)
		f := future.Shield(quickly(p.Future(), func(r future.Result[*big]) (*big, error) { use(fn); return r.Get() }))
		f.Cancel(nil)
		p.Complete(in, nil)
		return f
	},
	"callbacks": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[int](ctx)
		var wg sync.WaitGroup
		wg.Add(1)
		p.Future().OnDone(func(future.Result[int]) { use(fn); wg.Done() })
		stop := p.Future().OnDone(func(future.Result[int]) { use(in) })
		require.True(t, stop())
		p.Complete(1, nil)
		wg.Wait()
		return []any{p, stop}
	},
	"a callback that is pending on a live future, stopped": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[int](bg())
		require.True(t, p.Future().OnDone(func(future.Result[int]) { use(fn); use(in) })())
		return p
	},
	"bodies abandoned on a live future": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[int](bg())
		ended, cancel := context.WithCancel(context.WithValue(ctx, heldKey{}, in))
		f := follow(ended, p.Future(), func(context.Context, future.Result[int]) (int, error) { use(fn); return 1, nil })
		g := future.Follow(bg(), p.Future(), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { use(fn); return future.Of(1, nil) }))
		g.Cancel(nil)
		cancel()
		futuretest.Await(t, f)
		return []any{p, f, g}
	},
	"inner waits abandoned on a live future": func(t *testing.T, ctx context.Context, fn, in *big) any {
		p := future.NewPromise[int](bg())
		started := make(chan struct{})
		f := future.Follow(ctx, future.Of(in, nil), 0, hop[*big, int](func(context.Context, future.Result[*big]) future.Future[int] {
			use(fn)
			close(started)
			return p.Future()
		}))
		<-started
		f.Cancel(nil)
		futuretest.Await(t, f)
		return []any{p, f}
	},
	"scope": func(t *testing.T, ctx context.Context, fn, in *big) any {
		inner, scope := future.WithScope(ctx)
		futuretest.Await(t, future.Go(inner, func(context.Context) (int, error) { use(fn); use(in); return 1, nil }))
		future.NewPromise[int](inner)
		follow(inner, future.NewPromise[*big](bg()).Future(), func(context.Context, future.Result[*big]) (int, error) { use(fn); return 1, nil })
		scope.Close()
		return nil
	},
	"failures that were observed": func(t *testing.T, ctx context.Context, fn, in *big) any {
		f := future.Go(ctx, func(context.Context) (int, error) { use(fn); use(in); return 1, errBoom })
		futuretest.Await(t, f)
		return f
	},
}

// A future that is complete keeps nothing but its result: neither its input,
// nor its function, nor the ctx it was started with.
func TestG18_completeFuturesLetGo(t *testing.T) {
	for name, hold := range holders {
		for _, kind := range []string{"plain", "foreign", "scope", "foreign in a scope"} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				base, scope := future.WithScope(bg())
				defer scope.Close()
				var cancel context.CancelFunc = func() {}
				switch kind {
				case "plain":
					base = bg()
				case "foreign":
					base, cancel = context.WithCancel(bg())
				case "foreign in a scope":
					base, cancel = context.WithCancel(base)
				}
				defer cancel()
				value, fn, in := new(big), new(big), new(big)
				kept := hold(t, context.WithValue(base, heldKey{}, value), fn, in)
				a, b, c := weak.Make(value), weak.Make(fn), weak.Make(in)
				value, fn, in = nil, nil, nil
				scope.Wait()
				futuretest.Gone(t, a, "a value of the ctx")
				futuretest.Gone(t, b, "what the function captured")
				futuretest.Gone(t, c, "the input's value")
				runtime.KeepAlive(kept)
				runtime.KeepAlive(base)
			})
		}
	}
}

func TestG18_loopsKeepNothing(t *testing.T) {
	ctx, scope := future.WithScope(bg())
	defer scope.Close()
	loops := map[string]func(f future.Future[*big]) future.Future[*big]{
		"quick": func(f future.Future[*big]) future.Future[*big] {
			return quickly(f, func(future.Result[*big]) (*big, error) { return new(big), nil })
		},
		"body": func(f future.Future[*big]) future.Future[*big] {
			return follow(bg(), f, func(context.Context, future.Result[*big]) (*big, error) {
				return new(big), nil
			})
		},
		"body in a scope": func(f future.Future[*big]) future.Future[*big] {
			return follow(ctx, f, func(context.Context, future.Result[*big]) (*big, error) {
				return new(big), nil
			})
		},
		"hop": func(f future.Future[*big]) future.Future[*big] {
			return future.Follow(ctx, f, 0, hop[*big, *big](func(context.Context, future.Result[*big]) future.Future[*big] {
				return future.Of(new(big), nil)
			}))
		},
		"started anew": func(f future.Future[*big]) future.Future[*big] {
			return future.Go(ctx, func(ctx context.Context) (*big, error) {
				_, err := f.Await(ctx)
				return new(big), err
			})
		},
	}
	for name, next := range loops {
		t.Run(name, func(t *testing.T) {
			f := future.Of(new(big), nil)
			var past []weak.Pointer[big]
			for range 100 {
				past = append(past, weak.Make(futuretest.Await(t, f).Value))
				f = next(f)
			}
			futuretest.Await(t, f)
			scope.Wait()
			for _, p := range past {
				futuretest.Gone(t, p, "a value from further up the loop")
			}
			runtime.KeepAlive(f)
		})
		t.Run(name+", behind a pending root", func(t *testing.T) {
			p := future.NewPromise[*big](bg())
			root := new(big)
			past := weak.Make(root)
			f := p.Future()
			for range 100 {
				f = next(f)
			}
			p.Complete(root, nil)
			p, root = nil, nil
			futuretest.Await(t, f)
			scope.Wait()
			futuretest.Gone(t, past, "the root's value")
			runtime.KeepAlive(f)
		})
	}
}

func TestG18_noRegistrationOutlivesItsFuture(t *testing.T) {
	uses := map[string]func(ctx context.Context){
		"Go": func(ctx context.Context) { settled(failing(ctx, nil)) },
		"Go that asked for Done": func(ctx context.Context) {
			settled(future.Go(ctx, func(ctx context.Context) (int, error) { ctx.Done(); return 0, nil }))
		},
		"Go with children": func(ctx context.Context) {
			settled(future.Go(ctx, func(ctx context.Context) (int, error) {
				future.NewPromise[int](ctx)
				child, cancel := context.WithCancel(ctx)
				context.AfterFunc(child, cancel)
				future.NewPromise[int](child)
				return future.Go(ctx, func(context.Context) (int, error) { return 0, nil }).Await(bg())
			}))
		},
		"promise":           func(ctx context.Context) { future.NewPromise[int](ctx).Complete(1, nil) },
		"cancelled promise": func(ctx context.Context) { future.NewPromise[int](ctx).Future().Cancel(nil) },
		"promise with a ctx": func(ctx context.Context) {
			p := future.NewPromise[int](ctx)
			p.Context().Done()
			p.Complete(1, nil)
		},
		"body": func(ctx context.Context) {
			p := future.NewPromise[int](bg())
			f := follow(ctx, p.Future(), func(context.Context, future.Result[int]) (int, error) { return 0, nil })
			p.Complete(1, nil)
			settled(f)
		},
		"cancelled body": func(ctx context.Context) {
			follow(ctx, future.NewPromise[int](bg()).Future(), func(context.Context, future.Result[int]) (int, error) { return 0, nil }).Cancel(nil)
		},
		"body behind a complete input": func(ctx context.Context) {
			settled(follow(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) (int, error) { return 0, nil }))
		},
		"inner future": func(ctx context.Context) {
			p := future.NewPromise[int](bg())
			f := future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { return p.Future() }))
			synctest.Wait()
			p.Complete(1, nil)
			settled(f)
		},
		"cancelled while the inner future is pending": func(ctx context.Context) {
			f := future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] {
				return future.NewPromise[int](bg()).Future()
			}))
			synctest.Wait()
			f.Cancel(nil)
			settled(f)
		},
		"cleanup": func(ctx context.Context) {
			settled(future.Follow(ctx, future.Of(1, nil), future.ModeCleanup, step[int, int](func(context.Context, future.Result[int]) (int, error) { return 0, nil })))
		},
		"Await": func(ctx context.Context) {
			p := future.NewPromise[int](bg())
			go func() { p.Complete(1, nil) }()
			p.Future().Await(ctx)
		},
		"scope": func(ctx context.Context) {
			inner, scope := future.WithScope(ctx)
			future.NewPromise[int](inner)
			settled(failing(inner, nil))
			scope.Close()
		},
		"Run": func(ctx context.Context) {
			future.Run(ctx, func(ctx context.Context) (int, error) { ctx.Done(); future.NewPromise[int](ctx); return 0, nil })
		},
		"Named": func(ctx context.Context) {
			ctx = future.Named(ctx, "n")
			future.NewPromise[int](ctx).Complete(1, nil)
			settled(failing(ctx, nil))
		},
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := strange.NewCounting(bg())
				for range 10 {
					use(ctx)
				}
				synctest.Wait()
				require.Zero(t, ctx.Registered())
			})
		})
	}
	t.Run("control: a pending promise has one", func(t *testing.T) {
		ctx := strange.NewCounting(bg())
		p := future.NewPromise[int](ctx)
		require.Equal(t, 1, ctx.Registered())
		p.Complete(1, nil)
	})
}

// bytesEach measures what n results of create keep allocated.
func bytesEach[T any](n int, create func() T) float64 {
	keep := make([]T, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range keep {
		keep[i] = create()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(keep)
	return float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / float64(n)
}

func pendingPromises(t *testing.T, n int) {
	require.LessOrEqual(t, bytesEach(n, func() *future.Promise[int] { return future.NewPromise[int](bg()) }), 64.5)
	require.LessOrEqual(t, bytesEach(n, func() *future.Promise[string] { return future.NewPromise[string](bg()) }), 64.5)
	require.LessOrEqual(t, bytesEach(n, func() *future.Promise[any] { return future.NewPromise[any](bg()) }), 64.5)
}

func TestMemory_pendingPromises(t *testing.T) { pendingPromises(t, 50_000) }

func TestFullSize_aMillionPendingPromises(t *testing.T) {
	if os.Getenv("JADE_FULL") == "" {
		t.Skip("set JADE_FULL=1")
	}
	pendingPromises(t, 1_000_000)
}

// A future that lives long and is asked again and again keeps no trace of it.
func TestG18_waitsOnALongLivedFutureLeaveNothing(t *testing.T) {
	p := future.NewPromise[int](bg())
	ended, cancel := context.WithCancel(bg())
	cancel()
	use := func(n int) {
		for range n {
			p.Future().Await(ended)
			p.Future().OnDone(func(future.Result[int]) {})()
			future.Shield(p.Future()).Cancel(nil)
			follow(ended, p.Future(), func(context.Context, future.Result[int]) (int, error) { return 0, nil })
			follow(bg(), p.Future(), func(context.Context, future.Result[int]) (int, error) { return 0, nil }).Cancel(nil)
		}
	}
	use(100)
	grown := bytesEach(1, func() int { use(20_000); return 0 })
	require.Less(t, grown, 64e3, "bytes kept after a hundred thousand abandoned waits")
	p.Complete(1, nil)
}
