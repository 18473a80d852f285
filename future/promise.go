package future

import (
	"context"

	"github.com/jade-go/jade/internal/must"
)

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
	must.HaveCtx("future.NewPromise", ctx)
	p := &Promise[T]{}
	if ctx != context.Background() {
		p.tie(ctx)
	}
	return p
}

// promiseWork is what stands behind a promise that has a ctx.
type promiseWork struct {
	workCtx
	own parent
	out *core
}

func newPromiseWork(ctx context.Context, out *core) *promiseWork {
	w := &promiseWork{out: out}
	if w.parent = shared(ctx); w.parent == nil {
		w.own = newParent(ctx)
		w.parent = &w.own
	}
	w.work = w
	return w
}

// tie ties a new promise to ctx.
func (p *Promise[T]) tie(ctx context.Context) {
	w := newPromiseWork(ctx, &p.s.core)
	p.s.core.scope = w.parent.scope
	p.s.core.work = w
	w.enlist(&p.s.core, false)
}

// Complete completes the promise's future with v and err, and reports whether
// it did: only the first of all calls does. It never blocks and runs no user
// function on the caller's stack.
func (p *Promise[T]) Complete(v T, err error) bool {
	mustPromise("future.Promise.Complete", p == nil)
	// Whoever sees the result and closes the scope waits for what it sets off.
	home := p.s.core.scope
	home.join()
	defer home.leave()
	var f *share
	if err != nil {
		f = p.s.core.because(err, p.place())
	}
	list, ok := p.s.core.lock()
	if !ok {
		return false
	}
	w, _ := p.s.core.work.(keeper)
	p.s.value = v
	next := p.s.core.publish(list, f)
	if w != nil {
		w.settled()
	}
	resume(next)
	return true
}

// place is what gives the promise its name.
func (p *Promise[T]) place() (at place) {
	if list, ok := p.s.core.lock(); ok {
		if p.s.core.work != nil {
			at = p.s.core.work.place()
		}
		p.s.core.unlock(list)
	}
	return at
}

// keeper is who stands behind a promise: a promiseWork, or an engineWork that is to complete it.
type keeper interface {
	worker
	settled() // told that the promise is complete
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
	list, ok := p.s.core.lock()
	if !ok {
		return p.afterwards()
	}
	w, ok := p.s.core.work.(*promiseWork)
	if !ok {
		w = newPromiseWork(context.Background(), &p.s.core)
		p.s.core.work = w
	}
	p.s.core.unlock(list)
	return &w.workCtx
}

// afterwards is the ctx of a promise that was complete when it was asked for.
func (p *Promise[T]) afterwards() context.Context {
	c := &workCtx{parent: &background}
	if canceled, ok := p.s.core.failed.error().(*CanceledError); ok {
		c.kids.Store(&newEnding(context.Canceled, canceled).gone)
	} else {
		c.kids.Store(&finished.gone)
	}
	return c
}

func mustPromise(where string, isNil bool) {
	if isNil {
		panic(where + ": nil promise")
	}
}

func (w *promiseWork) settled() {
	w.end(finished)
	w.part(byCancel)
}

func (w *promiseWork) input() *core { return nil }
func (w *promiseWork) place() place { return place{from: w.parent} }

func (w *promiseWork) cancel(s *cancellation, e *ending, by reach) {
	k := w.finish(e) // before the future ends
	s.fail(w.out, e, w.place())
	if k != nil {
		k.tell(s)
	}
	w.part(by)
}
