package combinators_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// guarded is a scope whose functions say when they run after Close has returned.
type guarded struct {
	t      testing.TB
	ctx    context.Context
	scope  *future.Scope
	closed atomic.Bool
	inside atomic.Int32
	owned  map[string]func() bool
	gate   chan struct{} // what its functions wait for, if not nil
}

func newGuarded(t testing.TB) *guarded {
	g := &guarded{t: t, owned: map[string]func() bool{}}
	g.ctx, g.scope = future.WithScope(bg(), future.Unobserved(func(error) {}))
	return g
}

func (g *guarded) runs(what string) {
	if g.closed.Load() {
		g.t.Errorf("%s: begins after Close has returned", what)
	}
	g.inside.Add(1)
	if g.gate != nil {
		<-g.gate
	} else {
		runtime.Gosched()
	}
	g.inside.Add(-1)
	if g.closed.Load() {
		g.t.Errorf("%s: still runs after Close has returned", what)
	}
}

func (g *guarded) close() {
	g.scope.Close()
	g.closed.Store(true)
	if n := g.inside.Load(); n != 0 {
		g.t.Errorf("Close returned while %d functions of the scope ran", n)
	}
	for what, complete := range g.owned {
		if !complete() {
			g.t.Errorf("Close returned while %s is pending", what)
		}
	}
}

// own notes that f belongs to the scope, and hangs everything on it that can hang on a future.
func own[T any](g *guarded, what string, f future.Future[T]) {
	g.owned[what] = done(f)
	recovery.OnError(f, func(error) { g.runs("OnError of " + what) })
	combinators.Tap(f, func(T) { g.runs("Tap of " + what) })
	combinators.Map(f, func(T) int { g.runs("Map of " + what); return 1 })
	f.OnDone(func(future.Result[T]) { g.runs("OnDone of " + what) })
}

// belongings are all that a scope may hang on an input which is none of its work.
var belongings = map[string]func(g *guarded, in fint){
	"Then": func(g *guarded, in fint) {
		own(g, "Then", combinators.Then(g.ctx, in, func(context.Context, int) (int, error) { g.runs("Then"); return 1, errBoom }))
	},
	"Then2": func(g *guarded, in fint) {
		own(g, "Then2", combinators.Then2(g.ctx, in, future.Of(1, nil), func(context.Context, int, int) (int, error) { g.runs("Then2"); return 1, nil }))
	},
	"Then2 of one promise twice": func(g *guarded, in fint) {
		own(g, "Then2", combinators.Then2(g.ctx, in, in, func(context.Context, int, int) (int, error) { g.runs("Then2"); return 1, nil }))
	},
	"FlatMap": func(g *guarded, in fint) {
		own(g, "FlatMap", combinators.FlatMap(g.ctx, in, func(ctx context.Context, _ int) fint {
			g.runs("FlatMap")
			return future.Go(ctx, func(context.Context) (int, error) { g.runs("what FlatMap started"); return 1, nil })
		}))
	},
	"FlatMap to it": func(g *guarded, in fint) {
		ready := make(chan struct{})
		f := combinators.FlatMap(g.ctx, future.Of(1, nil), func(context.Context, int) fint { close(ready); return in })
		<-ready
		own(g, "FlatMap", f)
	},
	"Recover": func(g *guarded, in fint) {
		own(g, "Recover", recovery.Recover(g.ctx, in, func(context.Context, error) (int, error) { g.runs("Recover"); return 1, nil }))
	},
	"Fallback of Then": func(g *guarded, in fint) {
		own(g, "Fallback", recovery.Fallback(combinators.Then(g.ctx, in, again), 1))
	},
	"Within of Then": func(g *guarded, in fint) {
		own(g, "Within", deadline.Within(combinators.Then(g.ctx, in, again), time.Hour))
	},
	"Finally of Then": func(g *guarded, in fint) {
		own(g, "Finally", combinators.Finally(g.ctx, combinators.Then(g.ctx, in, again), func(context.Context, future.Result[int]) { g.runs("Finally") }))
	},
	"All of Thens": func(g *guarded, in fint) {
		own(g, "All", combinators.All(combinators.Then(g.ctx, in, again), combinators.Then(g.ctx, in, again)))
	},
	"Race of Thens": func(g *guarded, in fint) {
		own(g, "Race", combinators.Race(combinators.Then(g.ctx, in, again), combinators.Then(g.ctx, in, again)))
	},
	"Settle of Thens": func(g *guarded, in fint) {
		own(g, "Settle", combinators.Settle(combinators.Then(g.ctx, in, again), combinators.Then(g.ctx, in, again)))
	},
	"Then of All": func(g *guarded, in fint) {
		own(g, "Then", combinators.Then(g.ctx, combinators.All(in, in), func(context.Context, []int) (int, error) { g.runs("Then"); return 1, nil }))
	},
	"Partial of Thens": func(g *guarded, in fint) {
		own(g, "Partial", deadline.Partial(time.Hour, 0, combinators.Then(g.ctx, in, again), combinators.Then(g.ctx, in, again)))
	},
	"Each in FlatMap": func(g *guarded, in fint) {
		own(g, "Each", combinators.FlatMap(g.ctx, in, func(ctx context.Context, _ int) future.Future[[]int] {
			return combinators.Each(ctx, 2, []int{1, 2, 3}, func(context.Context, int) (int, error) { g.runs("an element"); return 1, nil })
		}))
	},
	"SettleEach in FlatMap": func(g *guarded, in fint) {
		own(g, "SettleEach", combinators.FlatMap(g.ctx, in, func(ctx context.Context, _ int) future.Future[results] {
			return combinators.SettleEach(ctx, 2, []int{1, 2, 3}, func(context.Context, int) (int, error) { g.runs("an element"); panic(errBoom) })
		}))
	},
}

// Whatever completes the input, and whatever slow thing of somebody else stands
// in the way, nothing of the scope runs or is pending when Close has returned.
func TestClose_leavesNothingBehindOfAnyCombinator(t *testing.T) {
	for how, hang := range belongings {
		for _, by := range []string{"Complete", "a function", "Cancel", "Within", "another scope"} {
			for _, err := range []error{nil, errBoom} {
				for _, slow := range []string{"a hook before", "a hook after", "its own functions"} {
					t.Run(fmt.Sprintf("%s/%s/%v/%s", how, by, err, slow), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							p, gate := future.NewPromise[int](bg()), make(chan struct{})
							in, complete := p.Future(), func() { p.Complete(1, err) }
							switch by {
							case "a function":
								in, complete = future.Go(bg(), func(context.Context) (int, error) { <-gate; return 1, err }), func() { close(gate) }
							case "Cancel":
								complete = func() { p.Future().Cancel(err) }
							case "Within":
								in, complete = deadline.Within(p.Future(), time.Second), func() { time.Sleep(2 * time.Second) } // virtual
							case "another scope":
								ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) {}))
								in, complete = future.NewPromise[int](ctx).Future(), func() { scope.Close() }
							}
							g := newGuarded(t)
							g.t = t
							hold := make(chan struct{})
							block := func() { combinators.Settle(in); future.Shield(in); slowHook(in, hold) }
							switch slow {
							case "a hook before":
								block()
								hang(g, in)
							case "a hook after":
								hang(g, in)
								block()
							default:
								g.gate = hold
								hang(g, in)
							}
							synctest.Wait()
							go complete()
							time.Sleep(3 * time.Second) // virtual
							go g.close()
							synctest.Wait()
							close(hold)
							synctest.Wait()
							require.True(t, g.closed.Load(), "Close returns in the end")
							p.Complete(1, nil)
						})
					})
				}
			}
		}
	}
}

// slowHook hangs a slow inline function on f, whatever f ends with.
func slowHook(f fint, hold <-chan struct{}) {
	combinators.Tap(f, func(int) { <-hold })
	recovery.OnError(f, func(error) { <-hold })
}

func TestClose_leavesNothingBehindOfAnyCombinatorInARace(t *testing.T) {
	for how, hang := range belongings {
		t.Run(how, func(t *testing.T) {
			for i := range 150 {
				p := future.NewPromise[int](bg())
				in := combinators.Map(combinators.Tap(p.Future(), func(int) {}), func(n int) int { return n })
				g := newGuarded(t)
				hang(g, in)
				var all sync.WaitGroup
				all.Go(func() { p.Complete(1, []error{nil, errBoom}[i%2]) })
				all.Go(func() {
					for range i % 9 {
						runtime.Gosched()
					}
					g.close()
				})
				all.Wait()
				<-in.Done()
				if t.Failed() {
					return
				}
			}
		})
	}
}
