package future_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/strange"
)

// hostile is an error whose methods do what do does.
type hostile struct {
	do    func()
	which string // the method, or "" for all
}

func (e *hostile) act(method string) {
	if e.which == method || e.which == "" {
		e.do()
	}
}

func (e *hostile) Error() string   { e.act("Error"); return "hostile" }
func (e *hostile) Is(error) bool   { e.act("Is"); return false }
func (e *hostile) As(any) bool     { e.act("As"); return false }
func (e *hostile) Unwrap() error   { e.act("Unwrap"); return nil }
func (e *hostile) Timeout() bool   { e.act("Timeout"); return false }
func (e *hostile) Temporary() bool { e.act("Temporary"); return false }

// hostileList is one that joins several.
type hostileList struct{ do func() }

func (e hostileList) Error() string   { e.do(); return "hostile list" }
func (e hostileList) Unwrap() []error { e.do(); return []error{errBoom} }

// wrappings put a cause into others.
var wrappings = map[string]func(error) error{
	"bare":            func(err error) error { return err },
	"%w":              func(err error) error { return &wrapper{err} },
	"joined":          func(err error) error { return errors.Join(errBoom, err) },
	"CanceledError":   func(err error) error { return &future.CanceledError{Cause: err} },
	"PanicError":      func(err error) error { return &future.PanicError{Value: err} },
	"UnobservedError": func(err error) error { return &future.UnobservedError{Name: "n", Err: err} },
	"struct":          func(err error) error { return strange.Wrapper{Err: err} },
}

// wrapper is what %w makes, without a call of Error.
type wrapper struct{ err error }

func (w *wrapper) Error() string { return "why: " + w.err.Error() }
func (w *wrapper) Unwrap() error { return w.err }

// cancels cancel something with a cause. Each returns what is to be complete afterwards.
var cancels = map[string]func(parent context.Context, cause error) future.Future[int]{
	"a promise": func(parent context.Context, cause error) future.Future[int] {
		f := future.NewPromise[int](parent).Future()
		f.Cancel(cause)
		return f
	},
	"a promise whose ctx is used": func(parent context.Context, cause error) future.Future[int] {
		p := future.NewPromise[int](parent)
		future.NewPromise[int](p.Context())
		p.Future().Cancel(cause)
		return p.Future()
	},
	"a running function": func(parent context.Context, cause error) future.Future[int] {
		started := make(chan struct{})
		f := future.Go(parent, func(ctx context.Context) (int, error) { close(started); <-ctx.Done(); return 0, ctx.Err() })
		<-started
		f.Cancel(cause)
		f.Cancel(cause)
		return f
	},
	"a body that is pending": func(parent context.Context, cause error) future.Future[int] {
		f := follow(parent, future.NewPromise[int](bg()).Future(), func(context.Context, future.Result[int]) (int, error) { return 1, nil })
		f.Cancel(cause)
		return f
	},
	"a hook that is pending": func(parent context.Context, cause error) future.Future[int] {
		f := quickly(future.NewPromise[int](parent).Future(), func(future.Result[int]) (int, error) { return 1, nil })
		f.Cancel(cause)
		return f
	},
	"a forward": func(parent context.Context, cause error) future.Future[int] {
		started := make(chan struct{})
		f := future.Follow(parent, future.Of(1, nil), 0, hop[int, int](func(ctx context.Context, _ future.Result[int]) future.Future[int] {
			close(started)
			return future.NewPromise[int](ctx).Future()
		}))
		<-started
		f.Cancel(cause)
		return f
	},
	"a watch": func(parent context.Context, cause error) future.Future[int] {
		f := watchAll([]future.Future[int]{future.NewPromise[int](parent).Future()}, future.Rule{Total: 1, Owns: true}, func(future.Tally) (int, error) { return 1, nil })
		f.Cancel(cause)
		return f
	},
	"the losers of a watch": func(parent context.Context, cause error) future.Future[int] {
		loser := future.NewPromise[int](parent).Future()
		watchAll([]future.Future[int]{loser, future.Of(1, nil)}, future.Rule{Total: 1, Owns: true, Lost: cause}, func(future.Tally) (int, error) { return 1, nil })
		return loser
	},
}

// doings are what a method of a user's error may do, besides giving an answer.
// Each returns what is done in the method, and what lets it go on.
var doings = map[string]func() (do, release func()){
	"blocks": func() (do, release func()) {
		gate := make(chan struct{})
		return func() { <-gate }, func() { close(gate) }
	},
	"calls Goexit": func() (do, release func()) { return func() { runtime.Goexit() }, func() {} },
	"panics":       func() (do, release func()) { return func() { panic("hostile") }, func() {} },
}

// Cancel calls no method of its cause on the caller's stack, so nothing that
// one does can hold it up, end the goroutine, or panic.
func TestG10_cancelCallsNoMethodOfItsCauseOnTheCallersStack(t *testing.T) {
	for doing, makeDoing := range doings {
		for wrapping, wrap := range wrappings {
			for what, cancel := range cancels {
				for _, scoped := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%s/%s/%v", doing, wrapping, what, scoped), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							do, release := makeDoing()
							parent, end := context.WithCancel(bg())
							if scoped {
								ctx, scope := future.WithScope(parent, future.Unobserved(func(error) {}))
								parent = ctx
								defer scope.Close()
							}
							defer end() // whatever has become of Cancel
							var f future.Future[int]
							returned := false
							go func() {
								defer func() { _ = recover() }()
								f = cancel(parent, wrap(&hostile{do: do}))
								returned = true
							}()
							synctest.Wait()
							if !returned {
								t.Error("Cancel has not returned")
							}
							release()
							synctest.Wait()
							if returned {
								select {
								case <-f.Done():
								default:
									t.Error("the future is pending")
								}
							}
						})
					})
				}
			}
		}
	}
}

// stackError notes whether one of its methods is called while calling is set by the goroutine that cancels.
type stackError struct {
	mu    sync.Mutex
	calls []string
	own   string // of the goroutine that cancels
}

func (e *stackError) note(method string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.own != "" && goroutineID() == e.own {
		e.calls = append(e.calls, method)
	}
}

func (e *stackError) Error() string        { e.note("Error"); return "stack" }
func (e *stackError) Unwrap() error        { e.note("Unwrap"); return nil }
func (e *stackError) Is(target error) bool { e.note("Is"); return target == context.DeadlineExceeded }
func (e *stackError) As(any) bool          { e.note("As"); return false }

func goroutineID() string {
	var buf [64]byte
	var id string
	fmt.Sscanf(string(buf[:runtime.Stack(buf[:], false)]), "goroutine %s ", &id)
	return id
}

func TestG10_completeAndCancelCallNoMethodOfAnErrorAtAll(t *testing.T) {
	for what, cancel := range cancels {
		t.Run("Cancel/"+what, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			e := &stackError{own: goroutineID()}
			cancel(ctx, e)
			e.mu.Lock()
			require.Empty(t, e.calls, "methods called on the stack of Cancel")
			e.own = ""
			e.mu.Unlock()
			scope.Close()
		})
	}
	t.Run("Complete", func(t *testing.T) {
		ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) {}))
		e := &stackError{own: goroutineID()}
		p := future.NewPromise[int](ctx)
		quickly(p.Future(), func(r future.Result[int]) (int, error) { return r.Get() })
		follow(ctx, p.Future(), func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() })
		p.Complete(0, e)
		e.mu.Lock()
		require.Empty(t, e.calls, "methods called on the stack of Complete")
		e.own = ""
		e.mu.Unlock()
		scope.Close()
	})
}

// The end of a foreign ctx reaches what hangs on it, whatever the methods of its cause do.
func TestCause_withHostileMethodsHoldsNothingUp(t *testing.T) {
	for doing, makeDoing := range doings {
		for wrapping, wrap := range wrappings {
			for _, kind := range []string{"of a foreign ctx", "of Cancel"} {
				t.Run(doing+"/"+wrapping+"/"+kind, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						do, release := makeDoing()
						cause := wrap(&hostile{do: do})
						parent, end := context.WithCancel(bg())
						var ctx context.Context
						var cancel func()
						if kind == "of a foreign ctx" {
							c, end := context.WithCancelCause(parent)
							ctx, cancel = c, func() { end(cause) }
						} else {
							p := future.NewPromise[int](parent)
							ctx, cancel = p.Context(), func() { p.Future().Cancel(cause) }
						}
						inside, scope := future.WithScope(ctx, future.Unobserved(func(error) {}))
						ended := make([]bool, 4)
						future.Go(inside, func(ctx context.Context) (int, error) { <-ctx.Done(); ended[0] = true; return 1, nil })
						future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); ended[1] = true; return 1, nil })
						waits := []future.Future[int]{future.NewPromise[int](inside).Future(), future.NewPromise[int](ctx).Future()}
						for i, f := range waits {
							go func() { <-f.Done(); ended[2+i] = true }()
						}
						synctest.Wait()
						go func() {
							defer func() { _ = recover() }()
							cancel()
						}()
						synctest.Wait()
						if !ended[0] || !ended[1] || !ended[2] || !ended[3] {
							t.Errorf("ended: work and promise inside a scope and outside: %v", ended)
						}
						release()
						synctest.Wait()
						end()
						scope.Close()
					})
				})
			}
		}
	}
}

// An error whose methods block holds up no other: neither a start, nor a wait, nor a cancellation in the same scope.
func TestFailure_withHostileMethodsHoldsUpNobodyElse(t *testing.T) {
	for doing, makeDoing := range doings {
		t.Run(doing, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				do, release := makeDoing()
				ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) {}))
				for _, err := range []error{&hostile{do: do}, hostileList{do}, &future.CanceledError{Cause: &hostile{do: do}}} {
					f := failing(ctx, err)
					<-f.Done()
					p := future.NewPromise[int](ctx)
					require.True(t, p.Complete(0, err))
					_, got := f.Await(bg())
					require.Error(t, got)
					future.NewPromise[int](ctx).Complete(0, err) // seen by nobody
				}
				v, err := future.Go(ctx, func(context.Context) (int, error) { return 7, nil }).Await(ctx)
				require.NoError(t, err)
				require.Equal(t, 7, v)
				closed := false
				go func() { scope.Close(); closed = true }()
				synctest.Wait()
				require.Error(t, ctx.Err(), "Close has cancelled before it asks any error")
				release()
				synctest.Wait()
				require.True(t, closed)
			})
		})
	}
}
