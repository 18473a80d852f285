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

// flights are calls that several askers wait for, one for each key. The first four fields do not change.
type flights[K comparable, Out any] struct {
	task  string // its name
	quiet any    // see task.ForEngines, Apart
	// What is kept for later askers; both are nil if nothing is. Have returns what is kept. Keep gets each result before the askers get it. Neither may
	// panic.
	have func(key K) (v Out, err error, ok bool)
	keep func(ctx context.Context, key K, v Out, err error, degraded bool)

	mu  sync.Mutex
	all map[K]*flight[Out] // the flights that an asker may join
}

// flight is a call that several askers wait for. It belongs to none of them: it has a scope of its own, and is cancelled when no asker waits any more.
type flight[Out any] struct {
	self   *voyage
	ctx    context.Context // of the call: the values are those of the first asker
	scope  *future.Scope
	pass   func(to context.Context) (degraded bool) // tells an asker what has stood in for a failure
	result future.Future[Out]
	alone  bool // when its function returned, nothing else ran in its scope; written before the result is there
	askers int  // under the lock of flights
}

// ask returns the result of the flight for key. If there is none, it begins one that calls fn.
func (g *flights[K, Out]) ask(ctx context.Context, key K, fn func(context.Context) (Out, error)) (v Out, err error) {
	if key != key { // not a number, which equals nothing; a key that cannot be compared panics here, and not under the lock
		return fn(ctx)
	}
	from := voyageOf(ctx)
	f, ok := g.join(key, from)
	if f == nil {
		ready := newFlight[Out](ctx, g.quiet)
		if f, ok = g.begin(key, from, ready, fn); f != ready {
			_ = ready.scope.Close()
		}
	}
	if !ok {
		return v, recovery.Mark(recovery.ClassCode, fmt.Errorf("guard: %s waits for itself: its function asks for %v, which it is called for", g.task, key))
	}
	defer func() { v, err = g.leave(ctx, key, from, f, v, err) }()
	v, err = f.result.Await(ctx)
	f.pass(ctx)
	return v, err
}

// join adds an asker to the flight for key, and returns that flight; nil if there is none. It is not ok if the asker would wait for itself.
func (g *flights[K, Out]) join(key K, from *voyage) (f *flight[Out], ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f = g.all[key]; f == nil {
		return nil, false
	}
	return f, g.board(f, from)
}

// board counts an asker in, unless it would wait for itself. The caller has the lock.
func (g *flights[K, Out]) board(f *flight[Out], from *voyage) (ok bool) {
	if ok = from.waitFor(f.self); ok {
		f.askers++
	}
	return ok
}

// begin begins the flight ready. If another flight for key has begun meanwhile, the asker joins that one instead.
func (g *flights[K, Out]) begin(key K, from *voyage, ready *flight[Out], fn func(context.Context) (Out, error)) (f *flight[Out], ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f = g.all[key]; f != nil {
		return f, g.board(f, from)
	}
	if g.all == nil {
		g.all = map[K]*flight[Out]{}
	}
	g.all[key] = ready
	ready.result = future.Go(ready.ctx, func(ctx context.Context) (Out, error) { return g.fly(ctx, key, ready, fn) })
	return ready, g.board(ready, from)
}

// fly makes the call, unless a result has been kept since the asker looked for one.
func (g *flights[K, Out]) fly(ctx context.Context, key K, f *flight[Out], fn func(context.Context) (Out, error)) (v Out, err error) {
	kept, returned := false, false
	defer func() {
		if !returned {
			err = engine.Thrown(recover())
		}
		defer g.forget(key, f) // after keep, so that each asker finds the flight or the kept result
		f.alone = engine.Alone(ctx)
		if g.keep != nil && !kept {
			g.keep(ctx, key, v, err, f.pass(ctx))
		}
	}()
	if g.have != nil {
		v, err, kept = g.have(key)
	}
	if !kept {
		v, err = fn(ctx)
	}
	returned = true
	return v, err
}

// forget removes a flight, so that the next asker begins a new one.
func (g *flights[K, Out]) forget(key K, f *flight[Out]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all[key] == f {
		delete(g.all, key)
	}
}

// leave is called when an asker stops waiting. The last one ends the flight.
func (g *flights[K, Out]) leave(ctx context.Context, key K, from *voyage, f *flight[Out], v Out, err error) (Out, error) {
	defer from.stopWaiting(f.self) // last, because end waits for the flight
	g.mu.Lock()
	f.askers--
	last := f.askers == 0
	if last && g.all[key] == f { // before it is cancelled, so that nobody joins a cancelled flight
		delete(g.all, key)
	}
	g.mu.Unlock()
	if !last {
		return v, err
	}
	f.end(ctx, g.task)
	if r, over := f.result.Peek(); over && err != nil && !future.IsCanceled(r.Err) { // it has a result after all
		return r.Get()
	}
	return v, err
}

// newFlight returns a flight that has not begun. ctx is that of the first asker.
func newFlight[Out any](ctx context.Context, quiet any) *flight[Out] {
	base, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {})) // an asker returns the failure
	f := &flight[Out]{scope: scope, self: &voyage{}}
	f.ctx, f.pass = task.ForEngines(seal, task.Task[Out, Out]{}).Apart(base, ctx, quiet)
	f.ctx = context.WithValue(f.ctx, voyageKey{}, f.self)
	return f
}

// end is called for the last asker. If the flight still runs, end cancels it and waits for it. If the flight has a result but work of it still runs, such as
// an attempt that was given up, the asker does not wait: the scope of ctx does.
func (f *flight[Out]) end(ctx context.Context, name string) {
	if _, over := f.result.Peek(); over && !f.alone {
		engine.Callback(ctx, name, func() { _ = f.scope.Close() })
		return
	}
	_ = f.scope.Close()
}
