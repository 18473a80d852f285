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
	ctx    workCtx
	node   node
	behind behind[A, B]
}

func followBody[A, B any](ctx context.Context, f Future[A], m Mode, b Body[A, B]) Future[B] {
	var w *follower[A, B]
	if p := shared(ctx); p != nil {
		w = &follower[A, B]{}
		w.ctx.parent = p
	} else {
		both := &struct {
			follower follower[A, B]
			own      parent
		}{own: newParent(ctx)}
		w = &both.follower
		w.ctx.parent = &both.own
	}
	out := &state[B]{}
	out.core.scope = w.ctx.parent.scope
	out.core.work = w
	w.ctx.work, w.node.act = w, w
	w.behind = behind[A, B]{b, f.s, out}
	w.node.phase = uint32(m)
	w.start(f.s, out, m)
	return Future[B]{out}
}

// start puts w where it is told of the end of its input and of its ctx. From the
// moment that somebody can tell it, w's fields belong to who claims it, so in and
// out come as arguments.
func (w *follower[A, B]) start(in *state[A], out *state[B], m Mode) {
	if m&ModeCleanup != 0 {
		w.ctx.passive = true
		_ = w.ctx.attach(false, true) // for its name; a scope that has closed does not list it
	} else if !w.ctx.enlist(&out.core, in.core.done()) {
		return
	}
	if !in.core.push(&w.node) {
		resume(chain{&w.node, &w.node})
	} else if w.node.is(dropped) { // before it was there, perhaps
		in.core.remove(&w.node, true)
	}
}

func (w *follower[A, B]) settle(*node) (chain, bool) {
	next, passed := w.behind.pass()
	if !passed {
		w.behind.in.core.failed.give() // now: the scope of the input may close before the body runs
		return chain{}, true
	}
	w.leave(byCancel)
	return next, false
}

// run calls the body, and completes the future with what it returns.
func (w *follower[A, B]) run() (next chain) {
	if w.ctx.parent != &background && !w.node.has(ModeCleanup) {
		if e := w.ctx.ending(); e != nil {
			return w.conclude(func() chain { return w.behind.out.core.fail(w.behind.out.core.endsWith(e, w.place())) })
		}
	}
	in := Result[A]{w.behind.in.value, w.behind.in.core.failed.error()}
	returned := false
	defer func() {
		if !returned {
			failed := w.behind.out.core.because(both(in.Err, thrown(recover())), w.place())
			resume(w.conclude(func() chain { return w.behind.out.core.fail(failed) }))
		}
	}()
	v, become, err := w.behind.body.Run(&w.ctx, in)
	returned = true
	if become.s != nil {
		return w.forward(become.s)
	}
	k := w.ctx.finish(finished)
	next = w.behind.returned(v, err, w.ctx.parent)
	k.tellNow()
	w.leave(byCancel)
	return next
}

// conclude ends the ctx, completes the future, and lets go of everything.
func (w *follower[A, B]) conclude(complete func() chain) chain {
	k := w.ctx.finish(finished)
	next := complete()
	k.tellNow()
	w.leave(byCancel)
	return next
}

// leave lets go of everything; the future is complete.
func (w *follower[A, B]) leave(by reach) {
	w.ctx.part(by)
	w.behind.clear(w.node.manner())
}

func (w *follower[A, B]) cancel(s *cancellation, e *ending, by reach) {
	switch {
	case w.node.has(ModeCleanup) || w.node.is(dropped):
	case w.node.drop():
		s.fail(&w.behind.out.core, e, w.place())
		w.ctx.part(by)
		w.behind.abandon(&w.node, s, e)
	case !w.node.is(dropped):
		w.ctx.cancellation(s, e, by)
		if w.node.is(forwarding) {
			s.future(&w.behind.out.core, e, by)
		}
	}
}

// runs reports whether the body has begun.
func (w *follower[A, B]) runs() bool { return w.node.is(claimed) }

func (w *follower[A, B]) input() *core { return w.behind.dressed(w.node.manner()) }
func (w *follower[A, B]) home() *Scope { return w.ctx.parent.scope }
func (w *follower[A, B]) place() place { return place{from: w.ctx.parent, pc: w.behind.pc()} }

var (
	errOwnFuture = errors.New("future.Follow: the body returned its own future")
	errCycle     = errors.New("future.Follow: the future that the body returned waits for this one")
)

// forward stands behind a future whose body has named another that will have
// the result.
type forward[A, B any] struct {
	node  node
	scope *Scope
	w     *follower[A, B] // w and in are let go of by who has claimed the node
	in    *state[B]
}

func (w *follower[A, B]) forward(in *state[B]) chain {
	if in == w.behind.out {
		failed := w.behind.out.core.because(errOwnFuture, w.place())
		return w.conclude(func() chain { return w.behind.out.core.fail(failed) })
	}
	if !w.node.has(ModeCleanup) {
		w.ctx.parent.listen(w)
	}
	f := &forward[A, B]{scope: w.ctx.parent.scope, w: w, in: in}
	f.node.act = f
	if list, ok := w.behind.out.core.lock(); ok {
		w.behind.out.core.work = f
		w.behind.out.core.unlock(list)
	}
	if in.core.leadsTo(&w.behind.out.core) {
		if !f.node.claim() {
			return chain{}
		}
		failed := w.behind.out.core.because(errCycle, w.place())
		return w.conclude(func() chain { return w.behind.out.core.fail(failed) })
	}
	// Whoever ends the ctx looks at forwarding afterwards; here it is the
	// other way round, so that one of the two sees the other.
	w.node.set(forwarding)
	if e := w.ctx.ending(); e != nil && !w.node.has(ModeCleanup) {
		s := &cancellation{}
		f.cancel(s, e, byScope)
		s.run()
		return chain{}
	}
	if !in.core.push(&f.node) {
		return chain{&f.node, &f.node}
	}
	if f.node.is(dropped) { // before it was there, perhaps
		in.core.remove(&f.node, true)
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
	in, out := f.in, f.w.behind.out
	next := f.w.conclude(func() chain {
		out.value = in.value
		if in.core.failed == nil {
			return out.core.succeed()
		}
		return out.core.failAs(in.core.failed)
	})
	f.w, f.in = nil, nil
	return next, false
}

func (f *forward[A, B]) cancel(s *cancellation, e *ending, by reach) {
	if !f.node.drop() {
		return
	}
	w, in := f.w, f.in
	w.ctx.cancellation(s, e, by)
	s.fail(&w.behind.out.core, e, w.place())
	w.leave(by)
	in.core.remove(&f.node, true)
	f.w, f.in = nil, nil
}

func (f *forward[A, B]) run() chain   { return chain{} }
func (f *forward[A, B]) input() *core { return nil }
func (f *forward[A, B]) home() *Scope { return f.scope }
func (f *forward[A, B]) place() place { return f.w.place() }
