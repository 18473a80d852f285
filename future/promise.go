package future

import "context"

// Promise is the write side of a future: for results that no function
// returns, as those of a callback. Its methods may be called from several
// goroutines. The zero Promise is ready for use, with no ctx.
type Promise[T any] struct{ s state[T] }

// NewPromise returns a promise that fails with ctx's cause if ctx ends, or its
// scope closes, before it is complete.
//
// Cost: one allocation of at most 64 bytes (for values up to 16 bytes) with
// [context.Background]; with any other ctx a second one, and a registration.
func NewPromise[T any](ctx context.Context) *Promise[T] {
	mustCtx("future.NewPromise", ctx)
	p := &Promise[T]{}
	if ctx != context.Background() {
		p.pledge(ctx)
	}
	return p
}

// pledge is what stands behind a promise that has a ctx.
type pledge struct {
	unlisted
	lifetime
	own  origin
	out  *core
	hall lobby
}

func newPledge(ctx context.Context, out *core) *pledge {
	w := &pledge{out: out}
	if w.from = shared(ctx); w.from == nil {
		w.own = ownOrigin(ctx)
		w.from = &w.own
	}
	w.act = w
	return w
}

// pledge ties a new promise to ctx.
func (p *Promise[T]) pledge(ctx context.Context) {
	w := newPledge(ctx, &p.s.core)
	p.s.scope = w.from.scope
	p.s.work = &w.node
	if e, ok := w.await(w, &p.s.core); !ok {
		var s sweep
		w.cancel(&s, e, byScope)
		resume(s.run())
	}
}

// Complete completes the promise's future with v and err, and reports whether
// it did: only the first of all calls does. It never blocks and runs no user
// function on the caller's stack.
func (p *Promise[T]) Complete(v T, err error) bool {
	mustPromise("future.Promise.Complete", p == nil)
	if err != nil && p.s.scope != nil {
		err = p.s.note(err, p.place())
	}
	// Whoever sees the result and closes the scope waits for what it sets off.
	home := p.s.scope
	home.join()
	defer home.leave()
	list, ok := p.s.lock()
	if !ok {
		return false
	}
	p.s.value = v
	next, work := p.s.publish(list, err)
	if w := keeperOf(work); w != nil {
		next.append(w.settled())
	}
	resume(next)
	return true
}

// place is what gives the promise its name.
func (p *Promise[T]) place() (at place) {
	if list, ok := p.s.lock(); ok {
		if w := keeperOf(p.s.work); w != nil {
			at = w.place()
		}
		p.s.unlock(list)
	}
	return at
}

// keeper is who stands behind a promise: a pledge, or a stint that is to complete it.
type keeper interface {
	action
	settled() chain // told that the promise is complete
}

func keeperOf(n *node) keeper {
	if a, ok := annexOf(n); ok {
		n = a.behind
	}
	if n == nil {
		return nil
	}
	w, _ := n.act.(keeper)
	return w
}

func pledgeOf(n *node) *pledge {
	w, _ := keeperOf(n).(*pledge)
	return w
}

// Future returns the read side.
func (p *Promise[T]) Future() Future[T] {
	mustPromise("future.Promise.Future", p == nil)
	return Future[T]{&p.s}
}

// Context returns a ctx that is done once the future is cancelled or complete:
// for the work that is to complete the promise.
func (p *Promise[T]) Context() context.Context {
	mustPromise("future.Promise.Context", p == nil)
	list, ok := p.s.lock()
	if !ok {
		return p.afterwards()
	}
	w := pledgeOf(p.s.work)
	if w == nil {
		w = newPledge(context.Background(), &p.s.core)
		if a, ok := annexOf(p.s.work); ok {
			a.behind = &w.node
		} else {
			p.s.work = &w.node
		}
	}
	p.s.unlock(list)
	return &w.lifetime
}

// afterwards is the ctx of a promise that was complete when it was asked for.
func (p *Promise[T]) afterwards() context.Context {
	e := finished
	if canceled, ok := bare(p.s.err).(*CanceledError); ok {
		e.cause = canceled
	}
	l := &lifetime{from: &background}
	l.hub.Store(endedHub(e))
	return l
}

func mustPromise(where string, isNil bool) {
	if isNil {
		panic(where + ": nil promise")
	}
}

func (w *pledge) settled() chain {
	next := w.complete()
	w.part(byCancel)
	return next
}

func (w *pledge) lobby() *lobby { return &w.hall }
func (w *pledge) over() bool    { return w.out.done() }
func (w *pledge) home() *Scope  { return w.from.scope }
func (w *pledge) place() place  { return place{from: w.from} }

func (w *pledge) cancel(s *sweep, e ending, by reach) {
	w.lifetime.end(e, s) // before the future ends, which would end it otherwise
	s.out.append(w.out.fail(e.failure(), w.place()))
	w.part(by)
}
