package future_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
)

// megabyte is what a request's ctx carries.
type megabyte [1 << 20]byte

type requestKey struct{}

// request is the ctx of one request, with a megabyte in it.
func request() (context.Context, weak.Pointer[megabyte]) {
	m := new(megabyte)
	return context.WithValue(bg(), requestKey{}, m), weak.Make(m)
}

// endsOfWork are the ways in which work of a request ends. Each returns what a user may keep.
var endsOfWork = map[string]func(ctx context.Context) any{
	"success": func(ctx context.Context) any {
		f := future.Go(ctx, func(context.Context) (int, error) { return 1, nil })
		f.Await(bg())
		return f
	},
	"success that somebody waited for with the ctx": func(ctx context.Context) any {
		gate := make(chan struct{})
		f := future.Go(ctx, func(context.Context) (int, error) { <-gate; return 1, nil })
		go close(gate)
		f.Await(ctx)
		return f
	},
	"failure that is seen": func(ctx context.Context) any {
		f := failing(ctx, errBoom)
		f.Await(bg())
		return f
	},
	"failure that is not seen": func(ctx context.Context) any {
		f := failing(ctx, errBoom)
		<-f.Done()
		return f
	},
	"failure that is passed on": func(ctx context.Context) any {
		f := future.Shield(failing(ctx, errBoom))
		<-f.Done()
		return f
	},
	"panic": func(ctx context.Context) any {
		f := future.Go(ctx, func(context.Context) (int, error) { panic(errBoom) })
		f.Await(bg())
		return f
	},
	"error of Await": func(ctx context.Context) any {
		_, err := future.Go(ctx, func(context.Context) (int, error) { panic(errBoom) }).Await(bg())
		return err
	},
	"cancellation": func(ctx context.Context) any {
		f := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) })
		f.Cancel(errBoom)
		f.Await(bg())
		return f
	},
	"end of a foreign ctx": func(ctx context.Context) any {
		ctx, cancel := context.WithCancel(ctx)
		f := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) })
		cancel()
		f.Await(bg())
		return f
	},
	"a foreign ctx that lives on": func(ctx context.Context) any {
		ctx, cancel := context.WithCancel(ctx)
		f := future.Go(ctx, func(context.Context) (int, error) { return 1, nil })
		f.Await(ctx)
		_ = cancel // a user who forgets it
		return f
	},
	"a ctx that had ended": func(ctx context.Context) any {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return future.Go(ctx, func(context.Context) (int, error) { return 1, nil })
	},
	"a ctx with a name and a value": func(ctx context.Context) any {
		f := future.Go(future.Named(context.WithValue(ctx, new(int), 1), "n"), func(context.Context) (int, error) { return 1, nil })
		f.Await(bg())
		return f
	},
	"a promise": func(ctx context.Context) any {
		p := future.NewPromise[int](ctx)
		p.Complete(1, nil)
		return p
	},
	"a promise that fails": func(ctx context.Context) any {
		p := future.NewPromise[int](ctx)
		p.Complete(1, errBoom)
		return p
	},
	"a promise that is waited for": func(ctx context.Context) any {
		p := future.NewPromise[int](ctx)
		done := p.Future().Done()
		p.Future().OnDone(func(future.Result[int]) {})
		p.Complete(1, nil)
		<-done
		return p
	},
	"a cancelled promise": func(ctx context.Context) any {
		p := future.NewPromise[int](ctx)
		p.Future().Cancel(errBoom)
		return p.Future()
	},
	"a hook": func(ctx context.Context) any {
		f := quickly(future.Go(ctx, func(context.Context) (int, error) { return 1, nil }), func(r future.Result[int]) (int, error) { return r.Get() })
		f.Await(bg())
		return f
	},
	"a hook behind a complete one": func(ctx context.Context) any {
		f := future.Go(ctx, func(context.Context) (int, error) { return 1, nil })
		f.Await(bg())
		return quickly(f, func(r future.Result[int]) (int, error) { return r.Get() })
	},
	"a body": func(ctx context.Context) any {
		p := future.NewPromise[int](bg())
		f := follow(ctx, p.Future(), func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() })
		p.Complete(1, nil)
		f.Await(bg())
		return []any{f, p}
	},
	"a body that is cancelled": func(ctx context.Context) any {
		p := future.NewPromise[int](bg())
		f := follow(ctx, p.Future(), func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() })
		f.Cancel(nil)
		return []any{f, p}
	},
	"a forward": func(ctx context.Context) any {
		p := future.NewPromise[int](bg())
		f := future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { return p.Future() }))
		p.Complete(1, nil)
		f.Await(bg())
		return []any{f, p}
	},
	"a watch": func(ctx context.Context) any {
		p := future.NewPromise[int](bg())
		f := watchAll([]future.Future[int]{p.Future(), failing(ctx, errBoom)}, future.Rule{Failures: 1, Total: 2}, func(t future.Tally) (int, error) { return 1, t.Failure() })
		f.Await(bg())
		return []any{f, p}
	},
	"a hook of a promise": func(ctx context.Context) any {
		p := future.NewPromise[int](bg())
		f := quickly(p.Future(), func(r future.Result[int]) (int, error) { ctx.Err(); return r.Get() })
		p.Complete(1, errBoom)
		return []any{f, p}
	},
	"a stop of OnDone": func(ctx context.Context) any {
		p := future.NewPromise[int](ctx)
		called := make(chan struct{})
		stop := p.Future().OnDone(func(future.Result[int]) { close(called) })
		p.Complete(1, nil)
		<-called
		return stop
	},
}

// What is complete keeps nothing of the request that it was made for, however
// it ended, and whether its scope has been closed or only forgotten.
func TestRetention_whatIsCompleteLetsGoOfTheRequest(t *testing.T) {
	for how, work := range endsOfWork {
		for _, around := range []string{"no scope", "a scope", "a closed scope", "a nested scope", "a scope that nobody closes but its ctx ends", "a function"} {
			t.Run(how+"/"+around, func(t *testing.T) {
				kept, value := func() (any, weak.Pointer[megabyte]) {
					ctx, value := request()
					switch around {
					case "no scope":
						return work(ctx), value
					case "a scope":
						ctx, _ := future.WithScope(ctx)
						return work(ctx), value
					case "a closed scope":
						ctx, scope := future.WithScope(ctx)
						kept := work(ctx)
						scope.Close()
						return kept, value
					case "a nested scope":
						ctx, outer := future.WithScope(ctx)
						ctx, _ = future.WithScope(context.WithValue(ctx, new(int), 1))
						kept := work(ctx)
						outer.Close()
						return kept, value
					case "a function":
						v, _ := future.Run(ctx, func(ctx context.Context) (any, error) {
							return future.Go(ctx, func(ctx context.Context) (any, error) { return work(ctx), nil }).Await(bg())
						})
						return v, value
					default:
						ctx, cancel := context.WithCancel(ctx)
						inside, _ := future.WithScope(ctx)
						kept := work(inside)
						cancel()
						return kept, value
					}
				}()
				futuretest.Gone(t, value, "the value in the request's ctx")
				runtime.KeepAlive(kept)
			})
		}
	}
}

// A long-lived scope keeps nothing of the requests whose work is complete.
func TestRetention_anOpenScopeLetsGoOfWhatIsComplete(t *testing.T) {
	for how, work := range endsOfWork {
		if how == "failure that is not seen" || how == "failure that is passed on" || how == "a promise that fails" || how == "a hook of a promise" {
			continue // the scope has to report these
		}
		if how == "a foreign ctx that lives on" {
			continue // the ctx that it was derived from has it
		}
		t.Run(how, func(t *testing.T) {
			process, scope := future.WithScope(bg())
			value := func() weak.Pointer[megabyte] {
				m := new(megabyte)
				work(context.WithValue(process, requestKey{}, m))
				return weak.Make(m)
			}()
			futuretest.Gone(t, value, "the value in the request's ctx")
			scope.Close()
			runtime.KeepAlive(process)
		})
	}
}

// A failure that nobody has seen is reported by name, so the name may stay, but not the request.
func TestRetention_anOpenScopeKeepsOfAFailureOnlyWhatItReports(t *testing.T) {
	for how, fail := range map[string]func(ctx context.Context) future.Future[int]{
		"a function": func(ctx context.Context) future.Future[int] { return failing(ctx, errBoom) },
		"a panic": func(ctx context.Context) future.Future[int] {
			return future.Go(ctx, func(context.Context) (int, error) { panic(errBoom) })
		},
		"a promise": func(ctx context.Context) future.Future[int] {
			p := future.NewPromise[int](ctx)
			p.Complete(0, errBoom)
			return p.Future()
		},
		"a hook": func(ctx context.Context) future.Future[int] {
			return quickly(future.Go(ctx, func(context.Context) (int, error) { return 1, nil }), func(future.Result[int]) (int, error) { return 0, errBoom })
		},
		"a body": func(ctx context.Context) future.Future[int] {
			return follow(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) (int, error) { return 0, errBoom })
		},
	} {
		t.Run(how, func(t *testing.T) {
			process, scope := future.WithScope(bg())
			value := func() weak.Pointer[megabyte] {
				m := new(megabyte)
				<-fail(context.WithValue(process, requestKey{}, m)).Done()
				return weak.Make(m)
			}()
			futuretest.Gone(t, value, "the value in the request's ctx")
			require.ErrorIs(t, scope.Close(), errBoom)
		})
	}
}

// heapOf is how many bytes work leaves allocated.
func heapOf(work func()) int64 {
	measure := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := measure()
	work()
	return measure() - before
}

// fullSize reports whether the big sizes are wanted, which take a while.
func fullSize() bool { return os.Getenv("JADE_FULL") != "" }

// rounds is how often something is done in a scope as long as the process.
func rounds() int {
	if fullSize() {
		return 100_000
	}
	return 2_000
}

// A scope as long as the process keeps nothing of a cancellation, a success, a
// failure that was seen, or one that was delivered to a hook.
func TestRetention_aScopeAsLongAsTheProcessKeepsNothing(t *testing.T) {
	for name, once := range map[string]func(ctx context.Context, i int){
		"successes": func(ctx context.Context, _ int) {
			future.Go(ctx, func(context.Context) (int, error) { return 1, nil }).Await(bg())
		},
		"cancellations": func(ctx context.Context, _ int) {
			future.NewPromise[int](ctx).Future().Cancel(errBoom)
		},
		"cancellations by a foreign ctx": func(ctx context.Context, _ int) {
			ctx, cancel := context.WithCancel(ctx)
			p := future.NewPromise[int](ctx)
			cancel()
			<-p.Future().Done()
		},
		"cancellations that are returned": func(ctx context.Context, _ int) {
			<-failing(ctx, &future.CanceledError{Cause: errBoom}).Done()
		},
		"wrapped cancellations": func(ctx context.Context, i int) {
			<-failing(ctx, fmt.Errorf("call %d: %w", i, context.Canceled)).Done()
		},
		"cancellations wrapped twice": func(ctx context.Context, i int) {
			<-failing(ctx, fmt.Errorf("call %d: %w", i, fmt.Errorf("inner: %w", &future.CanceledError{}))).Done()
		},
		"cancellations of a user's kind": func(ctx context.Context, i int) {
			<-failing(ctx, strange.Canceled{Parts: []string{"a"}}).Done()
		},
		"joined cancellations": func(ctx context.Context, i int) {
			<-failing(ctx, errors.Join(context.Canceled, fmt.Errorf("call %d: %w", i, context.Canceled))).Done()
		},
		"wrapped cancellations of a promise": func(ctx context.Context, i int) {
			future.NewPromise[int](ctx).Complete(0, fmt.Errorf("call %d: %w", i, context.Canceled))
		},
		"wrapped cancellations of a hook": func(ctx context.Context, i int) {
			p := future.NewPromise[int](ctx)
			hook := quickly(p.Future(), func(future.Result[int]) (int, error) { return 0, fmt.Errorf("call %d: %w", i, context.Canceled) })
			p.Complete(1, nil)
			<-hook.Done()
		},
		"failures that are seen": func(ctx context.Context, i int) {
			failing(ctx, fmt.Errorf("call %d", i)).Await(bg())
		},
		"failures that are handled": func(ctx context.Context, i int) {
			<-follow(ctx, failing(ctx, fmt.Errorf("call %d", i)), func(context.Context, future.Result[int]) (int, error) { return 1, nil }).Done()
		},
		"nested scopes": func(ctx context.Context, i int) {
			ctx, scope := future.WithScope(ctx)
			future.NewPromise[int](ctx)
			scope.Close()
		},
		"nested scopes with a failure": func(ctx context.Context, i int) {
			ctx, scope := future.WithScope(ctx)
			<-failing(ctx, fmt.Errorf("call %d", i)).Done()
			scope.Close()
		},
		"names and values": func(ctx context.Context, i int) {
			future.Go(future.Named(context.WithValue(ctx, requestKey{}, i), "n"), func(context.Context) (int, error) { return 1, nil }).Await(ctx)
		},
		"waits that end": func(ctx context.Context, i int) {
			waiting, cancel := context.WithCancel(ctx)
			cancel()
			future.NewPromise[int](bg()).Future().Await(waiting)
		},
	} {
		for _, hooked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/hook %v", name, hooked), func(t *testing.T) {
				var opts []future.ScopeOption
				if hooked {
					opts = append(opts, future.Unobserved(func(error) {}))
				}
				ctx, scope := future.WithScope(bg(), opts...)
				for i := range 100 {
					once(ctx, i)
				}
				n := rounds()
				kept := heapOf(func() {
					for i := range n {
						once(ctx, i)
					}
				})
				require.Less(t, kept, int64(n)*8+80_000, "bytes kept of %d", n)
				scope.Close()
			})
		}
	}
}

// Failures that nobody sees cannot pile up either: with a hook they are
// delivered while the scope is open, or bounded. All are accounted for.
func TestRetention_aScopeAsLongAsTheProcessBoundsTheFailuresNobodySees(t *testing.T) {
	for name, fail := range map[string]func(ctx context.Context, i int){
		"functions": func(ctx context.Context, i int) { <-failing(ctx, fmt.Errorf("call %d", i)).Done() },
		"promises": func(ctx context.Context, i int) {
			future.NewPromise[int](ctx).Complete(0, fmt.Errorf("call %d", i))
		},
		"panics of callbacks": func(ctx context.Context, i int) {
			called := make(chan struct{})
			p := future.NewPromise[int](ctx)
			p.Future().OnDone(func(future.Result[int]) { defer close(called); panic(i) })
			p.Complete(1, nil)
			<-called
		},
	} {
		for _, hooked := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/hook %v", name, hooked), func(t *testing.T) {
				var told atomic.Int64
				var opts []future.ScopeOption
				if hooked {
					opts = append(opts, future.Unobserved(func(error) { told.Add(1) }))
				}
				ctx, scope := future.WithScope(bg(), opts...)
				n := rounds() * 2
				kept := heapOf(func() {
					for i := range n {
						fail(ctx, i)
					}
				})
				require.Less(t, kept, int64(n)*16+100_000, "bytes kept of %d", n)
				err := scope.Close()
				if !hooked {
					require.Error(t, err)
				} else {
					require.NotZero(t, told.Load())
				}
			})
		}
	}
}
