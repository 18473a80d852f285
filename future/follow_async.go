package future

import (
	"context"
	"errors"
)

// follower is a continuation with a body: pending until its input is
// complete, then running on a goroutine of its scope. It is the node in its
// input's list, the ctx of its body, and the member of the ctx it was started
// with, all in one allocation.
type follower[A, B any] struct {
	workCtx
	node
	behind[A, B]
}

func followBody[A, B any](ctx context.Context, f Future[A], m Manner, b Body[A, B]) Future[B] {
	var w *follower[A, B]
	if p := shared(ctx); p != nil {
		w = &follower[A, B]{}
		w.parent = p
	} else {
		both := &struct {
			follower[A, B]
			own parent
		}{own: newParent(ctx)}
		w = &both.follower
		w.parent = &both.own
	}
	out := &state[B]{}
	out.scope = w.parent.scope
	out.work = w
	w.work, w.act = w, w
	w.behind = behind[A, B]{b, f.s, out}
	w.phase = uint32(m)
	w.start(f.s, out, m)
	return Future[B]{out}
}

// start puts w where it is told of the end of its input and of its ctx. From the
// moment that somebody can tell it, w's fields belong to who claims it, so in and
// out come as arguments.
func (w *follower[A, B]) start(in *state[A], out *state[B], m Manner) {
	if m&Cleanup != 0 {
		w.passive = true
		_ = w.attach(false, true) // for its name; a scope that has closed does not list it
	} else if !w.enlist(&out.core, in.done()) {
		return
	}
	if !in.push(&w.node) {
		resume(chain{&w.node, &w.node})
	} else if w.is(dropped) { // before it was there, perhaps
		in.remove(&w.node, true)
	}
}

func (w *follower[A, B]) settle(*node) (chain, bool) {
	next, passed := w.pass()
	if !passed {
		w.in.failed.give() // now: the scope of the input may close before the body runs
		return chain{}, true
	}
	w.leave(byCancel)
	return next, false
}

// run calls the body, and completes the future with what it returns.
func (w *follower[A, B]) run() (next chain) {
	if w.parent != &background && !w.has(Cleanup) {
		if e := w.ending(); e != nil {
			return w.conclude(func() chain { return w.out.fail(w.out.endsWith(e, w.place())) })
		}
	}
	in := Result[A]{w.in.value, w.in.failed.error()}
	returned := false
	defer func() {
		if !returned {
			failed := w.out.because(both(in.Err, thrown(recover())), w.place())
			resume(w.conclude(func() chain { return w.out.fail(failed) }))
		}
	}()
	v, become, err := w.body.Run(&w.workCtx, in)
	returned = true
	if become.s != nil {
		return w.forward(become.s)
	}
	k := w.finish(finished)
	next = w.returned(v, err, w.parent)
	k.tellNow()
	w.leave(byCancel)
	return next
}

// conclude ends the ctx, completes the future, and lets go of everything.
func (w *follower[A, B]) conclude(complete func() chain) chain {
	k := w.finish(finished)
	next := complete()
	k.tellNow()
	w.leave(byCancel)
	return next
}

// leave lets go of everything; the future is complete.
func (w *follower[A, B]) leave(by reach) {
	w.part(by)
	w.clear(w.manner())
}

func (w *follower[A, B]) cancel(s *sweep, e *ending, by reach) {
	switch {
	case w.has(Cleanup) || w.is(dropped):
	case w.drop():
		s.fail(&w.out.core, e, w.place())
		w.part(by)
		w.abandon(&w.node, s, e)
	case !w.is(dropped):
		w.sweep(s, e, by)
		if w.is(forwarding) {
			s.future(&w.out.core, e, by)
		}
	}
}

// runs reports whether the body has begun.
func (w *follower[A, B]) runs() bool { return w.is(claimed) }

func (w *follower[A, B]) input() *core { return w.dressed(w.manner()) }
func (w *follower[A, B]) home() *Scope { return w.parent.scope }
func (w *follower[A, B]) place() place { return place{from: w.parent, pc: w.pc()} }

var (
	errOwnFuture = errors.New("future.Follow: the body returned its own future")
	errCycle     = errors.New("future.Follow: the future that the body returned waits for this one")
)

// forward stands behind a future whose body has named another that will have
// the result.
type forward[A, B any] struct {
	node
	scope *Scope
	w     *follower[A, B] // w and in are let go of by who has claimed the node
	in    *state[B]
}

func (w *follower[A, B]) forward(in *state[B]) chain {
	if in == w.out {
		failed := w.out.because(errOwnFuture, w.place())
		return w.conclude(func() chain { return w.out.fail(failed) })
	}
	if p := w.parent; p.foreign() && p.alarm == nil && !w.has(Cleanup) { // the input was complete at the start
		p.arm(w)
	}
	f := &forward[A, B]{scope: w.parent.scope, w: w, in: in}
	f.act = f
	if list, ok := w.out.lock(); ok {
		w.out.work = f
		w.out.unlock(list)
	}
	if in.leadsTo(&w.out.core) {
		if !f.claim() {
			return chain{}
		}
		failed := w.out.because(errCycle, w.place())
		return w.conclude(func() chain { return w.out.fail(failed) })
	}
	// Whoever ends the ctx looks at forwarding afterwards; here it is the
	// other way round, so that one of the two sees the other.
	w.set(forwarding)
	if e := w.ending(); e != nil && !w.has(Cleanup) {
		s := &sweep{}
		f.cancel(s, e, byScope)
		s.run()
		return chain{}
	}
	if !in.push(&f.node) {
		return chain{&f.node, &f.node}
	}
	if f.is(dropped) { // before it was there, perhaps
		in.remove(&f.node, true)
	}
	return chain{}
}

// leadsTo reports whether c has the result of end, by way of one forward or several.
func (c *core) leadsTo(end *core) bool {
	for c != nil {
		list, ok := c.lock()
		if !ok {
			return false
		}
		var next *core
		if f, is := c.work.(interface{ target() *core }); is {
			next = f.target()
		}
		c.unlock(list)
		if c = next; c == end {
			return true
		}
	}
	return false
}

func (f *forward[A, B]) target() *core { return &f.in.core }

func (f *forward[A, B]) settle(*node) (chain, bool) {
	in, out := f.in, f.w.out
	next := f.w.conclude(func() chain {
		out.value = in.value
		if in.failed == nil {
			return out.succeed()
		}
		return out.failAs(in.failed)
	})
	f.w, f.in = nil, nil
	return next, false
}

func (f *forward[A, B]) cancel(s *sweep, e *ending, by reach) {
	if !f.drop() {
		return
	}
	w, in := f.w, f.in
	w.sweep(s, e, by)
	s.fail(&w.out.core, e, w.place())
	w.leave(by)
	in.remove(&f.node, true)
	f.w, f.in = nil, nil
}

func (f *forward[A, B]) run() chain   { return chain{} }
func (f *forward[A, B]) input() *core { return nil }
func (f *forward[A, B]) home() *Scope { return f.scope }
func (f *forward[A, B]) place() place { return f.w.place() }
