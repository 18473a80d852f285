package future_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
)

// watched is a scope whose functions say when they run after Close has returned.
type watched struct {
	t      testing.TB
	ctx    context.Context
	scope  *future.Scope
	closed atomic.Bool
	inside atomic.Int32
	done   []func() (name string, complete bool)
	gate   chan struct{} // what a function of the scope waits for, if not nil
}

func newWatched(t testing.TB, parent context.Context) *watched {
	w := &watched{t: t}
	w.ctx, w.scope = future.WithScope(parent, future.Unobserved(func(error) {}))
	return w
}

// runs is called by each function of the scope.
func (w *watched) runs(what string) {
	if w.closed.Load() {
		w.t.Errorf("%s: begins after Close has returned", what)
	}
	w.inside.Add(1)
	if w.gate != nil {
		<-w.gate
	} else {
		runtime.Gosched()
	}
	w.inside.Add(-1)
	if w.closed.Load() {
		w.t.Errorf("%s: still runs after Close has returned", what)
	}
}

func (w *watched) owns(what string, f future.Future[int]) future.Future[int] {
	done := f.Done()
	w.done = append(w.done, func() (string, bool) {
		select {
		case <-done:
			return what, true
		default:
			return what, false
		}
	})
	return f
}

func (w *watched) close() {
	w.scope.Close()
	w.closed.Store(true)
	if n := w.inside.Load(); n != 0 {
		w.t.Errorf("Close returned while %d functions of the scope ran", n)
	}
	for _, done := range w.done {
		if what, complete := done(); !complete {
			w.t.Errorf("Close returned while %s is pending", what)
		}
	}
}

func (w *watched) body(what string) func(context.Context, future.Result[int]) (int, error) {
	return func(context.Context, future.Result[int]) (int, error) { w.runs(what); return 1, errBoom }
}

func (w *watched) quick(what string) func(future.Result[int]) (int, error) {
	return func(r future.Result[int]) (int, error) { w.runs(what); return r.Get() }
}

// passing is a body that has nothing to run when its input has failed, as Then.
type passing struct{ step[int, int] }

func (passing) Pass(in future.Result[int]) (int, bool) { return 0, in.Err != nil }

func (w *watched) then(f future.Future[int], what string) future.Future[int] {
	return w.owns(what, future.Follow(w.ctx, f, 0, passing{w.body(what)}))
}

// hangers put work of the scope behind an input that is none of its work.
var hangers = map[string]func(w *watched, in future.Future[int]){
	"Then": func(w *watched, in future.Future[int]) { w.then(in, "the Then") },
	"hook of Then": func(w *watched, in future.Future[int]) {
		w.owns("the hook", quickly(w.then(in, "the Then"), w.quick("the hook")))
	},
	"hook of a hook": func(w *watched, in future.Future[int]) {
		quickly(quickly(w.then(in, "the Then"), w.quick("one")), w.quick("two"))
	},
	"OnDone of Then": func(w *watched, in future.Future[int]) {
		w.then(in, "the Then").OnDone(func(future.Result[int]) { w.runs("OnDone") })
	},
	"OnDone of its Shield": func(w *watched, in future.Future[int]) {
		future.Shield(w.then(in, "the Then")).OnDone(func(future.Result[int]) { w.runs("OnDone") })
	},
	"body": func(w *watched, in future.Future[int]) { w.owns("the body", follow(w.ctx, in, w.body("the body"))) },
	"body of a body": func(w *watched, in future.Future[int]) {
		w.owns("two", follow(w.ctx, w.owns("one", follow(w.ctx, in, w.body("one"))), w.body("two")))
	},
	"hook of a body": func(w *watched, in future.Future[int]) {
		quickly(follow(w.ctx, in, w.body("the body")), w.quick("the hook"))
	},
	"forward": func(w *watched, in future.Future[int]) {
		ready := make(chan struct{})
		f := future.Follow(w.ctx, future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { close(ready); return in }))
		<-ready
		w.owns("the hook", quickly(w.owns("the forward", f), w.quick("the hook")))
		f.OnDone(func(future.Result[int]) { w.runs("OnDone") })
	},
	"watch of both": func(w *watched, in future.Future[int]) {
		own := future.NewPromise[int](w.ctx).Future()
		f := watchAll([]future.Future[int]{own, in}, future.Rule{Successes: 1, Failures: 1}, func(future.Tally) (int, error) { return 1, nil })
		w.owns("the watch", f)
		quickly(f, w.quick("the hook"))
		f.OnDone(func(future.Result[int]) { w.runs("OnDone") })
	},
	"promise that its hook completes": func(w *watched, in future.Future[int]) {
		p := future.NewPromise[int](w.ctx)
		quickly(w.owns("the promise", p.Future()), w.quick("the hook"))
		p.Future().OnDone(func(future.Result[int]) { w.runs("OnDone") })
		quickly(in, func(r future.Result[int]) (int, error) { p.Complete(r.Get()); return 0, nil })
	},
	"work that its hook starts": func(w *watched, in future.Future[int]) {
		quickly(in, func(r future.Result[int]) (int, error) {
			future.Go(w.ctx, func(context.Context) (int, error) { w.runs("the work"); return 1, nil })
			return 0, nil
		})
	},
	"nested scope": func(w *watched, in future.Future[int]) {
		ctx, _ := future.WithScope(w.ctx, future.Unobserved(func(error) {}))
		f := w.owns("the Then", future.Follow(ctx, in, 0, passing{w.body("the Then")}))
		quickly(f, w.quick("the hook"))
		f.OnDone(func(future.Result[int]) { w.runs("OnDone") })
	},
	"ctx with a value": func(w *watched, in future.Future[int]) {
		f := w.owns("the Then", future.Follow(context.WithValue(w.ctx, new(int), 1), in, 0, passing{w.body("the Then")}))
		quickly(f, w.quick("the hook"))
	},
	"ctx with a cancel": func(w *watched, in future.Future[int]) {
		ctx, cancel := context.WithCancel(w.ctx)
		f := w.owns("the Then", future.Follow(ctx, in, 0, passing{w.body("the Then")}))
		quickly(f, w.quick("the hook")).OnDone(func(future.Result[int]) { cancel() })
	},
	"ctx without cancellation": func(w *watched, in future.Future[int]) {
		f := w.owns("the Then", future.Follow(context.WithoutCancel(w.ctx), in, 0, passing{w.body("the Then")}))
		quickly(f, w.quick("the hook"))
	},
}

// strangers make an input that is none of the scope's work, and what completes it.
var strangers = map[string]func(err error) (in future.Future[int], complete func()){
	"a promise": func(err error) (future.Future[int], func()) {
		p := future.NewPromise[int](bg())
		return p.Future(), func() { p.Complete(1, err) }
	},
	"a function": func(err error) (future.Future[int], func()) {
		gate := make(chan struct{})
		f := future.Go(bg(), func(context.Context) (int, error) { <-gate; return 1, err })
		return f, func() { close(gate) }
	},
	"a cancelled promise": func(err error) (future.Future[int], func()) {
		p := future.NewPromise[int](bg())
		return p.Future(), func() { p.Future().Cancel(err) }
	},
	"a promise whose ctx ends": func(err error) (future.Future[int], func()) {
		ctx, cancel := context.WithCancelCause(bg())
		return future.NewPromise[int](ctx).Future(), func() { cancel(err) }
	},
	"a promise of another scope": func(err error) (future.Future[int], func()) {
		ctx, scope := future.WithScope(bg())
		p := future.NewPromise[int](ctx)
		return p.Future(), func() { p.Complete(1, err); scope.Close() }
	},
	"a function of another scope": func(err error) (future.Future[int], func()) {
		ctx, scope := future.WithScope(bg())
		gate := make(chan struct{})
		f := future.Go(ctx, func(context.Context) (int, error) { <-gate; return 1, err })
		return f, func() { close(gate); scope.Wait(); scope.Close() }
	},
	"another scope that closes": func(err error) (future.Future[int], func()) {
		ctx, scope := future.WithScope(bg())
		return future.NewPromise[int](ctx).Future(), func() { scope.Close() }
	},
	"a hook of another scope": func(err error) (future.Future[int], func()) {
		ctx, scope := future.WithScope(bg())
		p := future.NewPromise[int](ctx)
		return quickly(p.Future(), func(future.Result[int]) (int, error) { return 1, err }), func() { p.Complete(1, nil); scope.Wait(); scope.Close() }
	},
}

// ofNeither says of what watches work of two scopes, none around the other, that
// it is left open to which of them it belongs.
func ofNeither(stranger, hanger string) bool {
	return hanger == "watch of both" && strings.Contains(stranger, "another scope")
}

// Something slow of somebody else's stands among what waits for the input:
// before the scope's work, or after it. Either Close waits for what has been
// taken, or it ends that; nothing of the scope runs or is pending when Close has returned.
func TestClose_nothingOfTheScopeIsLeftBehindSomebodyElsesSlowHook(t *testing.T) {
	for stranger, makeInput := range strangers {
		for hanger, hang := range hangers {
			if ofNeither(stranger, hanger) {
				continue
			}
			for _, err := range []error{nil, errBoom} {
				for _, before := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%s/%v/%v", stranger, hanger, err, before), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							in, complete := makeInput(err)
							w := newWatched(t, bg())
							slow := make(chan struct{})
							block := func() { quickly(in, func(future.Result[int]) (int, error) { <-slow; return 0, nil }) }
							if before {
								block()
							}
							hang(w, in)
							if !before {
								block()
							}
							synctest.Wait()
							go complete()
							synctest.Wait()
							go w.close()
							synctest.Wait()
							close(slow)
							synctest.Wait()
							require.True(t, w.closed.Load(), "Close returns in the end")
						})
					})
				}
			}
		}
	}
}

// A function of the scope's own is slow, and runs on a goroutine that is not the scope's.
func TestClose_waitsForAHookThatAForeignGoroutineRuns(t *testing.T) {
	for stranger, makeInput := range strangers {
		for hanger, hang := range hangers {
			if ofNeither(stranger, hanger) {
				continue
			}
			for _, err := range []error{nil, errBoom} {
				t.Run(fmt.Sprintf("%s/%s/%v", stranger, hanger, err), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						in, complete := makeInput(err)
						w := newWatched(t, bg())
						w.gate = make(chan struct{})
						hang(w, in)
						synctest.Wait()
						go complete()
						synctest.Wait()
						go w.close()
						synctest.Wait()
						close(w.gate)
						synctest.Wait()
						require.True(t, w.closed.Load(), "Close returns in the end")
					})
				})
			}
		}
	}
}

// The same as a race: the input is complete at about the time of Close.
func TestClose_againstTheEndOfAForeignInput(t *testing.T) {
	for stranger, makeInput := range strangers {
		for hanger, hang := range hangers {
			if ofNeither(stranger, hanger) {
				continue
			}
			t.Run(stranger+"/"+hanger, func(t *testing.T) {
				for i := range 60 {
					in, complete := makeInput([]error{nil, errBoom}[i%2])
					w := newWatched(t, bg())
					hang(w, in)
					var both sync.WaitGroup
					both.Go(complete)
					both.Go(func() {
						for range i % 7 {
							runtime.Gosched()
						}
						w.close()
					})
					both.Wait()
					<-in.Done()
					if t.Failed() {
						return
					}
				}
			})
		}
	}
}

// An outer scope joins what a nested one has left to foreign goroutines.
func TestClose_ofAnOuterScopeJoinsTheHooksOfANestedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t, bg())
		w.gate = make(chan struct{})
		inner, scope := future.WithScope(w.ctx, future.Unobserved(func(error) {}))
		gate := make(chan struct{})
		in := future.Go(bg(), func(context.Context) (int, error) { <-gate; return 0, errBoom })
		f := future.Follow(inner, in, 0, passing{w.body("the Then")})
		quickly(f, w.quick("the hook"))
		synctest.Wait()
		close(gate)
		synctest.Wait()
		var nested atomic.Bool
		go func() { scope.Close(); nested.Store(true) }()
		go w.close()
		synctest.Wait()
		if nested.Load() || w.closed.Load() {
			t.Error("Close has returned, and the nested scope's hook runs")
		}
		close(w.gate)
		synctest.Wait()
		require.True(t, nested.Load())
		require.True(t, w.closed.Load())
	})
}

// Wait, too, waits for a hook of the scope that a foreign goroutine runs.
func TestWait_waitsForAHookThatAForeignGoroutineRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t, bg())
		w.gate = make(chan struct{})
		gate := make(chan struct{})
		in := future.Go(bg(), func(context.Context) (int, error) { <-gate; return 0, errBoom })
		quickly(future.Follow(w.ctx, in, 0, passing{w.body("the Then")}), w.quick("the hook"))
		synctest.Wait()
		close(gate)
		synctest.Wait()
		var waited atomic.Bool
		go func() { w.scope.Wait(); waited.Store(true) }()
		synctest.Wait()
		if waited.Load() || w.inside.Load() != 1 {
			t.Error("Wait has returned, and a hook of the scope runs")
		}
		close(w.gate)
		synctest.Wait()
		require.True(t, waited.Load())
		w.close()
	})
}
