package future_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// stubborn is work that ignores its ctx until hold is closed.
func stubborn(ctx context.Context, hold <-chan struct{}) future.Future[int] {
	return future.Go(ctx, func(context.Context) (int, error) { <-hold; return 1, nil })
}

// obedient is work that runs until its ctx ends, and then for a while.
func obedient(ctx context.Context, running *atomic.Int32) future.Future[int] {
	running.Add(1)
	return future.Go(ctx, func(ctx context.Context) (int, error) {
		defer running.Add(-1)
		<-ctx.Done()
		time.Sleep(time.Second) // virtual
		return 0, context.Cause(ctx)
	})
}

func TestG12_closeJoins(t *testing.T) {
	t.Run("work, bodies, callbacks, quick functions and what they start", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int32
			ctx, scope := future.WithScope(bg())
			busy := func() { running.Add(1); time.Sleep(time.Second); running.Add(-1) }
			f := obedient(ctx, &running)
			follow(ctx, f, func(ctx context.Context, _ future.Result[int]) (int, error) {
				t.Error("body behind cancelled work")
				return 0, nil
			})
			f.OnDone(func(future.Result[int]) {
				busy()
				future.Go(ctx, func(context.Context) (int, error) { t.Error("started late"); return 0, nil })
			})
			quickly(f, func(future.Result[int]) (int, error) { return 0, nil }).OnDone(func(future.Result[int]) { busy() })
			future.Go(ctx, func(ctx context.Context) (int, error) {
				obedient(ctx, &running)
				obedient(context.WithoutCancel(ctx), new(atomic.Int32)).Cancel(nil) // ends by its own ctx
				return 0, nil
			})
			derived, cancel := context.WithTimeout(future.Named(context.WithValue(ctx, "k", 1), "n"), time.Hour) //nolint:staticcheck
			defer cancel()
			obedient(derived, &running)
			running.Add(1)
			future.Follow(ctx, f, future.ModeCleanup, step[int, int](func(context.Context, future.Result[int]) (int, error) {
				time.Sleep(time.Minute)
				running.Add(-1)
				return 0, nil
			}))
			synctest.Wait()
			before := time.Now()
			require.NoError(t, scope.Close())
			require.Zero(t, running.Load(), "Close returned while its work still ran")
			require.Equal(t, time.Second+time.Minute, time.Since(before))
		})
	})
	t.Run("cancels with a cause that says so", func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		f := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); ownCause(t, ctx); return 0, context.Cause(ctx) })
		p := future.NewPromise[int](ctx)
		b := follow(ctx, p.Future(), func(context.Context, future.Result[int]) (int, error) { return 0, nil })
		outside := future.NewPromise[int](bg())
		c := follow(ctx, outside.Future(), func(context.Context, future.Result[int]) (int, error) { return 0, nil })
		require.NoError(t, scope.Close())
		ownCause(t, ctx)
		require.ErrorIs(t, context.Cause(ctx), future.ErrScopeClosed)
		for _, f := range []future.Future[int]{f, p.Future(), b, c} {
			err := futuretest.Await(t, f).Err
			require.ErrorIs(t, err, future.ErrScopeClosed)
			require.IsType(t, (*future.CanceledError)(nil), err)
		}
		_, done := outside.Future().Peek()
		require.False(t, done, "what is not the scope's goes on")
	})
	t.Run("nothing starts from the moment Close begins", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			hold := make(chan struct{})
			stubborn(ctx, hold)
			go scope.Close()
			synctest.Wait()
			ctxs := map[string]context.Context{"scope's": ctx, "named": future.Named(ctx, "n"), "without cancel": context.WithoutCancel(ctx)}
			for name, ctx := range ctxs {
				f := future.Go(ctx, func(context.Context) (int, error) { t.Errorf("started: %s", name); return 0, nil })
				require.ErrorIs(t, futuretest.Await(t, f).Err, future.ErrScopeClosed, name)
				require.ErrorIs(t, futuretest.Await(t, f).Err, context.Canceled, name)
				p := future.NewPromise[int](ctx)
				require.ErrorIs(t, futuretest.Await(t, p.Future()).Err, future.ErrScopeClosed, name)
				b := follow(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) (int, error) { t.Errorf("started: %s", name); return 0, nil })
				require.ErrorIs(t, futuretest.Await(t, b).Err, future.ErrScopeClosed, name)
			}
			close(hold)
		})
	})
	t.Run("Go against Close, many times", func(t *testing.T) {
		for range 200 {
			ctx, scope := future.WithScope(bg())
			var running, refused atomic.Int32
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for range 5 {
						f := future.Go(ctx, func(context.Context) (int, error) {
							running.Add(1)
							runtime.Gosched()
							running.Add(-1)
							return 0, nil
						})
						f.OnDone(func(r future.Result[int]) {
							if errors.Is(r.Err, future.ErrScopeClosed) {
								refused.Add(1)
							}
						})
					}
				})
			}
			require.NoError(t, scope.Close())
			n := running.Load()
			require.Zero(t, n)
			wg.Wait()
			require.NoError(t, scope.Close()) // for the callbacks that came later
		}
	})
	t.Run("and nothing of another scope", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, scopeA := future.WithScope(bg())
			b, scopeB := future.WithScope(bg())
			work, more := make(chan struct{}), make(chan struct{})
			f := stubborn(a, work)
			slow := func(context.Context, future.Result[int]) (int, error) { <-more; return 0, nil }
			follow(b, f, slow)
			follow(bg(), f, slow)
			close(work)
			synctest.Wait()
			closed := make(chan error, 1)
			go func() { closed <- scopeA.Close() }()
			synctest.Wait()
			require.Len(t, closed, 1, "what hangs on the scope's work is not all the scope's")
			close(more)
			require.NoError(t, scopeB.Close())
		})
	})
	t.Run("also what a completion from outside sets off", func(t *testing.T) {
		for name, end := range map[string]func(p *future.Promise[int]){
			"Complete": func(p *future.Promise[int]) { p.Complete(1, nil) },
			"Cancel":   func(p *future.Promise[int]) { p.Future().Cancel(nil) },
		} {
			for range 2000 {
				ctx, scope := future.WithScope(bg())
				var closed atomic.Bool
				p := future.NewPromise[int](ctx)
				check := func() {
					if closed.Load() {
						t.Errorf("%s: a goroutine of the scope runs after Close", name)
					}
				}
				p.Future().OnDone(func(future.Result[int]) { check() })
				quickly(p.Future(), func(future.Result[int]) (int, error) { check(); return 0, nil })
				ended := make(chan struct{})
				go func() { end(p); close(ended) }()
				<-p.Future().Done()
				require.NoError(t, scope.Close())
				closed.Store(true)
				<-ended
				scope.Wait()
			}
		}
	})
	t.Run("idempotent, from several goroutines, each joins", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int32
			ctx, scope := future.WithScope(bg())
			obedient(ctx, &running)
			synctest.Wait()
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					require.NoError(t, scope.Close())
					require.Zero(t, running.Load())
				})
			}
			wg.Wait()
			require.NoError(t, scope.Close())
		})
	})
	t.Run("Run joins before it returns", func(t *testing.T) {
		for name, body := range map[string]func() (int, error){
			"value": func() (int, error) { return 1, nil },
			"error": func() (int, error) { return 0, errBoom },
			"panic": func() (int, error) { panic(errBoom) },
		} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var running atomic.Int32
					v, err := future.Run(bg(), func(ctx context.Context) (int, error) {
						obedient(ctx, &running)
						return body()
					})
					require.Zero(t, running.Load())
					if name == "value" {
						require.NoError(t, err)
						require.Equal(t, 1, v)
					} else {
						require.ErrorIs(t, err, errBoom)
					}
				})
			})
		}
	})
}
