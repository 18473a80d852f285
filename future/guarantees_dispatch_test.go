package future_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// A callback that panics, exits or stalls fails what it was making, and nothing beside it.
func TestG06_aPanicFailsOnlyItsOwn(t *testing.T) {
	for name, crash := range map[string]func(){"panic": func() { panic(errBoom) }, "Goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			p := future.NewPromise[int](ctx)
			f := p.Future()
			var calls atomic.Int32
			var bad, good []future.Future[int]
			for range 10 {
				f.OnDone(func(future.Result[int]) { crash() })
				bad = append(bad,
					quickly(f, func(future.Result[int]) (int, error) { crash(); return 0, nil }),
					follow(ctx, f, func(context.Context, future.Result[int]) (int, error) { crash(); return 0, nil }))
				f.OnDone(func(future.Result[int]) { calls.Add(1) })
				good = append(good,
					quickly(f, func(r future.Result[int]) (int, error) { return r.Get() }),
					follow(ctx, f, func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }))
			}
			p.Complete(5, nil)
			for _, f := range bad {
				require.Error(t, futuretest.Await(t, f).Err)
			}
			for _, f := range good {
				require.Equal(t, future.Result[int]{Value: 5}, futuretest.Await(t, f))
			}
			scope.Wait()
			require.EqualValues(t, 10, calls.Load())
			err := scope.Close()
			require.Error(t, err, "a crash in a callback is an unobserved failure of its scope")
			require.Len(t, unobserved(err), 10)
			for _, u := range unobserved(err) {
				if name == "panic" {
					require.ErrorIs(t, u, errBoom)
				} else {
					require.ErrorIs(t, u, future.ErrGoexit)
				}
				require.Contains(t, u.Name, "guarantees_dispatch_test.go:")
			}
			require.Equal(t, future.Result[int]{Value: 5}, futuretest.Await(t, f))
		})
	}
}

// unobserved lists the reports that are joined in what Close has returned.
func unobserved(err error) (us []*future.UnobservedError) {
	switch e := err.(type) {
	case *future.UnobservedError:
		return []*future.UnobservedError{e}
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			us = append(us, unobserved(part)...)
		}
	}
	return us
}

func TestG08_registeringFromInsideACallback(t *testing.T) {
	ctx, scope := future.WithScope(bg())
	defer scope.Close()
	p := future.NewPromise[int](ctx)
	f := p.Future()
	again := make(chan future.Result[int], 100)
	everything := func() {
		_, _ = f.Peek()
		f.Done()
		f.Name()
		f.Cancel(errBoom)
		p.Complete(2, nil)
		_ = p.Context().Err()
		stop := f.OnDone(func(r future.Result[int]) { again <- r })
		stop()
		f.OnDone(func(r future.Result[int]) { again <- r })
		quickly(f, func(r future.Result[int]) (int, error) { again <- r; return 0, nil })
		follow(ctx, f, func(_ context.Context, r future.Result[int]) (int, error) { again <- r; return 0, nil })
		future.Shield(f).Cancel(nil)
		future.NewPromise[int](ctx).Complete(1, nil)
		future.Go(ctx, func(context.Context) (int, error) { return 1, nil }).Cancel(nil)
	}
	f.OnDone(func(future.Result[int]) { everything() })
	quickly(f, func(future.Result[int]) (int, error) { everything(); return 0, nil })
	follow(ctx, f, func(context.Context, future.Result[int]) (int, error) { everything(); return 0, nil })
	p.Complete(1, nil)
	future.Go(ctx, func(ctx context.Context) (int, error) { everything(); return 0, nil })
	for range 12 {
		select {
		case r := <-again:
			require.Equal(t, future.Result[int]{Value: 1}, r)
		case <-time.After(10 * time.Second):
			t.Fatal("a callback hangs")
		}
	}
	t.Run("waiting in a body", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		var f future.Future[int]
		f = follow(bg(), p.Future(), func(ctx context.Context, _ future.Result[int]) (int, error) {
			inner := future.Go(ctx, func(context.Context) (int, error) { return 3, nil })
			return inner.Await(ctx)
		})
		p.Complete(1, nil)
		require.Equal(t, 3, futuretest.Await(t, f).Value)
	})
	t.Run("closing a nested scope in a body of the outer one", func(t *testing.T) {
		v, err := future.Run(bg(), func(ctx context.Context) (int, error) {
			return future.Go(ctx, func(ctx context.Context) (int, error) {
				return future.Run(ctx, func(ctx context.Context) (int, error) {
					return future.Go(ctx, func(context.Context) (int, error) { return 4, nil }).Await(ctx)
				})
			}).Await(ctx)
		})
		require.NoError(t, err)
		require.Equal(t, 4, v)
	})
}

// callersStack reports whether the goroutine that calls it passes through the function name.
func callersStack(name string) bool {
	pcs := make([]uintptr, 200)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		frame, more := frames.Next()
		if strings.Contains(frame.Function, name) {
			return true
		}
		if !more {
			return false
		}
	}
}

//go:noinline
func endingCaller(end func()) { end() }

func TestG10_noUserCodeOnTheCallersStack(t *testing.T) {
	ends := map[string]func(p *future.Promise[int], s *future.Scope){
		"Complete":      func(p *future.Promise[int], _ *future.Scope) { p.Complete(1, nil) },
		"Complete, err": func(p *future.Promise[int], _ *future.Scope) { p.Complete(1, errBoom) },
		"Cancel":        func(p *future.Promise[int], _ *future.Scope) { p.Future().Cancel(errBoom) },
		"Close":         func(_ *future.Promise[int], s *future.Scope) { s.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var onCaller, calls atomic.Int32
				user := func() {
					calls.Add(1)
					if callersStack("endingCaller") {
						onCaller.Add(1)
					}
				}
				ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) { user() }))
				defer scope.Close()
				p := future.NewPromise[int](ctx)
				f := p.Future()
				f.OnDone(func(future.Result[int]) { user() })
				for range 3 {
					q := quickly(f, func(r future.Result[int]) (int, error) { user(); return r.Get() })
					q.OnDone(func(future.Result[int]) { user() })
					quickly(q, func(r future.Result[int]) (int, error) { user(); return r.Get() })
					follow(bg(), q, func(_ context.Context, r future.Result[int]) (int, error) { user(); return 0, errors.New("unseen") })
					follow(bg(), f, func(_ context.Context, r future.Result[int]) (int, error) { user(); return 0, errors.New("unseen") })
				}
				follow(bg(), future.Follow(nil, f, future.ModeQuick|future.ModeDressed, step[int, int](func(_ context.Context, r future.Result[int]) (int, error) { user(); return r.Get() })),
					func(context.Context, future.Result[int]) (int, error) { user(); return 0, nil })
				context.AfterFunc(p.Context(), user)
				future.Go(ctx, func(context.Context) (int, error) { user(); return 0, errors.New("unseen") })
				synctest.Wait()
				endingCaller(func() { end(p, scope) })
				synctest.Wait()
				require.Zero(t, onCaller.Load())
				require.GreaterOrEqual(t, calls.Load(), int32(4))
				require.True(t, scope.Close() == nil)
				endingCaller(user)
				require.EqualValues(t, 1, onCaller.Load(), "the mark is seen")
			})
		})
	}
}

func TestG10_completeAndCancelNeverBlock(t *testing.T) {
	for name, end := range map[string]func(p *future.Promise[int]){
		"Complete": func(p *future.Promise[int]) { p.Complete(1, nil) },
		"Cancel":   func(p *future.Promise[int]) { p.Future().Cancel(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				p := future.NewPromise[int](ctx)
				hold := make(chan struct{})
				f := p.Future()
				f.OnDone(func(future.Result[int]) { <-hold })
				q := quickly(f, func(r future.Result[int]) (int, error) { <-hold; return r.Get() })
				quickly(q, func(r future.Result[int]) (int, error) { <-hold; return r.Get() })
				follow(ctx, f, func(context.Context, future.Result[int]) (int, error) { <-hold; return 0, nil })
				ended := make(chan struct{})
				go func() { end(p); close(ended) }()
				synctest.Wait()
				select {
				case <-ended:
				default:
					t.Error("still blocked, though everything else is")
				}
				close(hold)
				scope.Close()
			})
		})
	}
	t.Run("Cancel of running work", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hold := make(chan struct{})
			f := future.Go(bg(), func(context.Context) (int, error) { <-hold; return 7, nil })
			synctest.Wait()
			f.Cancel(errBoom)
			_, done := f.Peek()
			require.False(t, done, "it completes when its function returns")
			close(hold)
			require.Equal(t, future.Result[int]{Value: 7}, futuretest.Await(t, f), "with what that returned")
		})
	})
}

func TestG11_dispatchOrder(t *testing.T) {
	t.Run("quick functions run one after another, in the order of registration", func(t *testing.T) {
		for _, scoped := range []bool{false, true} {
			ctx, scope := future.WithScope(bg())
			if !scoped {
				ctx = bg()
			}
			start := make(chan struct{})
			for _, work := range []func() (future.Future[int], func()){
				func() (future.Future[int], func()) {
					p := future.NewPromise[int](ctx)
					return p.Future(), func() { p.Complete(1, nil) }
				},
				func() (future.Future[int], func()) {
					return future.Go(ctx, func(context.Context) (int, error) { <-start; return 1, nil }), func() { close(start) }
				},
			} {
				f, end := work()
				var order []int // unsynchronised: the race detector sees any two at once
				var wants []int
				var last []future.Future[int]
				for i := range 50 {
					wants = append(wants, i)
					last = append(last, quickly(f, func(future.Result[int]) (int, error) { order = append(order, i); return i, nil }))
					if i%7 == 0 { // what lies between must not disturb
						follow(ctx, f, func(context.Context, future.Result[int]) (int, error) { runtime.Gosched(); return 0, nil })
						f.OnDone(func(future.Result[int]) {})
					}
				}
				end()
				for _, f := range last {
					futuretest.Await(t, f)
				}
				require.Equal(t, wants, order)
			}
			require.NoError(t, scope.Close())
		}
	})
	t.Run("quick functions come before the bodies that the same goroutine runs", func(t *testing.T) {
		// The body blocks for ever unless the quick function has run.
		p := future.NewPromise[int](bg())
		open := make(chan struct{})
		var fs []future.Future[int]
		for range 5 {
			fs = append(fs, follow(bg(), p.Future(), func(context.Context, future.Result[int]) (int, error) { <-open; return 0, nil }))
		}
		q := quickly(p.Future(), func(future.Result[int]) (int, error) { close(open); return 0, nil })
		p.Complete(1, nil)
		for _, f := range append(fs, q) {
			futuretest.Await(t, f)
		}
	})
	t.Run("bodies never delay another", func(t *testing.T) {
		for _, home := range []string{"none", "one scope", "two scopes", "in work of the scope"} {
			t.Run(home, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a, scopeA := future.WithScope(bg())
					b, scopeB := future.WithScope(bg())
					var f future.Future[int]
					end := func() {}
					switch home {
					case "in work of the scope":
						hold := make(chan struct{})
						f = future.Go(a, func(context.Context) (int, error) { <-hold; return 1, nil })
						end = func() { close(hold) }
					default:
						p := future.NewPromise[int](bg())
						f = p.Future()
						end = func() { p.Complete(1, nil) }
					}
					if home == "none" {
						a, b = bg(), bg()
					} else if home == "one scope" {
						b = a
					}
					// Everybody waits for everybody else.
					var all sync.WaitGroup
					meet := func() { all.Done(); all.Wait() }
					var out []future.Future[int]
					for i := range 12 {
						all.Add(2)
						ctx := []context.Context{a, b}[i%2]
						out = append(out, follow(ctx, f, func(context.Context, future.Result[int]) (int, error) { meet(); return 0, nil }))
						f.OnDone(func(future.Result[int]) { meet() })
						if i%3 == 0 {
							all.Add(1)
							g := quickly(f, func(r future.Result[int]) (int, error) { return r.Get() })
							out = append(out, follow(ctx, g, func(context.Context, future.Result[int]) (int, error) { meet(); return 0, nil }))
						}
					}
					end()
					synctest.Wait()
					for _, f := range out {
						_, done := f.Peek()
						require.True(t, done)
					}
					scopeA.Close()
					scopeB.Close()
				})
			})
		}
	})
}

// OnDone is as context.AfterFunc: a goroutine of its own, and stop reports.
func TestOnDone_stop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		p := future.NewPromise[int](bg())
		calls := 0
		stop := p.Future().OnDone(func(future.Result[int]) { calls++; <-hold })
		stopped := p.Future().OnDone(func(future.Result[int]) { t.Error("called though it was stopped") })
		require.True(t, stopped(), "it kept the function from being called")
		p.Complete(1, nil)
		require.False(t, stopped())
		synctest.Wait()
		require.False(t, stop(), "it does not wait for the function")
		require.Equal(t, 1, calls)
		close(hold)
		synctest.Wait()

		late := make(chan struct{}) // on a complete future it runs at once, but not on the caller
		p.Future().OnDone(func(future.Result[int]) { <-late })
		close(late)
	})
	t.Run("of stop and the call one wins", func(t *testing.T) {
		for range 300 {
			ctx, scope := future.WithScope(bg())
			p := future.NewPromise[int](ctx)
			var calls atomic.Int32
			stop := p.Future().OnDone(func(future.Result[int]) { calls.Add(1) })
			go p.Complete(1, nil)
			kept := stop()
			futuretest.Await(t, p.Future())
			scope.Wait()
			require.NoError(t, scope.Close())
			require.Equal(t, !kept, calls.Load() == 1)
		}
	})
}
