package guard

import (
	"context"
	"fmt"
	"sync"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

var seal engine.Seal

// flights are calls that several askers wait for, one for each key.
type flights[K comparable, Out any] struct {
	task  string // its name
	quiet any    // see task.ForEngines, Apart
	mu    sync.Mutex
	all   map[K]*flight[Out] // those that may be joined
}

// flight is a call that several askers wait for. It belongs to none of them: it has a scope of its own, and ends when nobody waits any more.
type flight[Out any] struct {
	ctx    context.Context // of the call: the values are those of the first asker
	scope  *future.Scope
	pass   func(to context.Context) (degraded bool) // tells an asker what has stood in for a failure
	result future.Future[Out]
	askers int // under the lock of flights
}

// ask returns the result of the flight for key. If there is none, one begins, which calls fn. When fn has returned, kept is told before the
// askers are. It may be nil, and must not panic.
func (g *flights[K, Out]) ask(ctx context.Context, key K, fn func(context.Context) (Out, error), kept func(v Out, err error, degraded bool)) (v Out, err error) {
	if key != key { // not a number, which equals nothing; a key that cannot be compared panics here, and not under the lock
		return fn(ctx)
	}
	f, joined := g.join(key)
	if !joined {
		ready := newFlight[Out](ctx, g.quiet)
		if f, joined = g.begin(key, ready, fn, kept); joined {
			_ = ready.scope.Close()
		}
	}
	if joined && isAboard(ctx, f) {
		err = recovery.Mark(recovery.ClassCode, fmt.Errorf("guard: %s waits for itself: its function asks for %v, which it is called for", g.task, key))
	} else {
		v, err = f.result.Await(ctx)
	}
	f.pass(ctx)
	return g.leave(key, f, v, err)
}

// join returns the flight for key, if there is one, with one more asker.
func (g *flights[K, Out]) join(key K) (f *flight[Out], ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f, ok = g.all[key]; ok {
		f.askers++
	}
	return f, ok
}

// begin begins the flight that is ready, unless another has begun meanwhile: that is joined.
func (g *flights[K, Out]) begin(key K, ready *flight[Out], fn func(context.Context) (Out, error), kept func(Out, error, bool)) (f *flight[Out], joined bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f, joined = g.all[key]; joined {
		f.askers++
		return f, true
	}
	if g.all == nil {
		g.all = map[K]*flight[Out]{}
	}
	g.all[key], ready.askers = ready, 1
	ready.result = future.Go(ready.ctx, func(ctx context.Context) (v Out, err error) {
		err = future.ErrGoexit // unless it returns; after a panic nobody looks at it
		defer func() {
			defer g.forget(key, ready) // after kept: who comes between finds the one or the other
			if kept != nil {
				kept(v, err, ready.pass(ctx))
			}
		}()
		return fn(ctx)
	})
	return ready, false
}

// isUnderWay reports whether there is a flight for key.
func (g *flights[K, Out]) isUnderWay(key K) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, ok := g.all[key]
	return ok
}

// forget has the next asker begin anew.
func (g *flights[K, Out]) forget(key K, f *flight[Out]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all[key] == f {
		delete(g.all, key)
	}
}

// leave is the end of an asker. The last one ends the flight and waits for it, so that the scope of that asker joins it.
func (g *flights[K, Out]) leave(key K, f *flight[Out], v Out, err error) (Out, error) {
	g.mu.Lock()
	f.askers--
	last := f.askers == 0
	if last && g.all[key] == f { // before it is cancelled: nobody joins a flight that is
		delete(g.all, key)
	}
	g.mu.Unlock()
	if !last {
		return v, err
	}
	_ = f.scope.Close()
	if r, over := f.result.Peek(); over && err != nil && !future.IsCanceled(r.Err) { // what it has come to after all
		return r.Get()
	}
	return v, err
}

// newFlight returns a flight that can begin, for the asker that ctx is of.
func newFlight[Out any](ctx context.Context, quiet any) *flight[Out] {
	base, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {})) // an asker returns the failure
	f := &flight[Out]{scope: scope}
	f.ctx, f.pass = task.ForEngines(seal, task.Task[Out, Out]{}).Apart(base, ctx, quiet)
	around, _ := ctx.Value(aboardKey{}).(*aboard)
	f.ctx = context.WithValue(f.ctx, aboardKey{}, &aboard{f, around})
	return f
}

// aboard is the flight that a ctx is of, and those around it.
type aboard struct {
	flight any
	around *aboard
}

type aboardKey struct{}

// isAboard reports whether ctx is that of work of the flight f.
func isAboard(ctx context.Context, f any) bool {
	a, _ := ctx.Value(aboardKey{}).(*aboard)
	for ; a != nil; a = a.around {
		if a.flight == f {
			return true
		}
	}
	return false
}
