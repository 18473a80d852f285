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
	lifetime
	behind[A, B]
}

func followBody[A, B any](ctx context.Context, f Future[A], m Manner, b Body[A, B]) Future[B] {
	var w *follower[A, B]
	if from := shared(ctx); from != nil {
		w = &follower[A, B]{}
		w.from = from
	} else {
		both := &struct {
			follower[A, B]
			origin
		}{origin: ownOrigin(ctx)}
		w = &both.follower
		w.from = &both.origin
	}
	out := &state[B]{}
	out.scope = w.from.scope
	out.work = &w.node
	w.act = w
	w.behind = behind[A, B]{b, f.s, out}
	w.phase = uint32(m)
	w.start()
	return Future[B]{out}
}

func (w *follower[A, B]) start() {
	in := w.in
	if w.from == &background {
		if in.push(&w.node) {
			return
		}
	} else if in.done() { // no need to be told while pending
		if e, ended := w.from.ending(); ended && !w.has(Cleanup) {
			resume(w.abort(e))
			return
		}
		if e, ok := w.attach(false); !ok && !w.has(Cleanup) {
			resume(w.abort(e))
			return
		}
	} else {
		if e, ok := w.await(w, &w.out.core); !ok && !w.has(Cleanup) {
			resume(w.abort(e))
			return
		}
		if in.push(&w.node) {
			return
		}
	}
	resume(chain{&w.node, &w.node})
}

func (w *follower[A, B]) abort(e ending) chain {
	var s sweep
	w.cancel(&s, e, byScope)
	return s.run()
}

func (w *follower[A, B]) settle(n *node) (chain, bool) {
	if !n.claim() {
		return chain{}, false
	}
	next, passed := w.pass(w.from)
	if !passed {
		take(w.in.err) // now: the scope of the input may close before the body runs
		return chain{}, true
	}
	next.append(w.leave())
	return next, false
}

// run is guard with the body's results.
func (w *follower[A, B]) run() (next chain) {
	if !w.plain() && !w.has(Cleanup) {
		if e, ended := w.ending(); ended {
			return w.fail(e.failure())
		}
	}
	in := Result[A]{w.in.value, take(w.in.err)}
	returned := false
	defer func() {
		if !returned {
			resume(w.fail(both(in.Err, thrown(recover()))))
		}
	}()
	v, become, err := w.body.Run(&w.lifetime, in)
	returned = true
	switch become.s {
	case nil:
		next = w.conclude(v, err, w.from)
		next.append(w.leave())
		return next
	case w.out:
		return w.fail(errors.New("future.Follow: the body returned its own future"))
	}
	return w.forward(become.s)
}

func (w *follower[A, B]) fail(err error) chain {
	next := w.out.fail(err, w.place())
	next.append(w.leave())
	return next
}

// leave lets go of everything; the future is complete.
func (w *follower[A, B]) leave() (next chain) {
	if !w.plain() {
		next = w.complete()
		w.part(byCancel)
	}
	w.clear(w.manner())
	return next
}

func (w *follower[A, B]) cancel(s *sweep, e ending, by reach) {
	if w.has(Cleanup) {
		return
	}
	if w.drop() {
		w.lifetime.end(e, s)
		w.part(by)
		w.quit(&w.node, s, e, w.place())
		w.forget()
		return
	}
	if w.is(dropped) {
		return // by somebody else, who may be forgetting it just now
	}
	w.lifetime.end(e, s)
	if w.is(forwarding) {
		s.future(&w.out.core, e, by)
	}
}

// forget lets go of the rest. The input keeps w until it next sweeps its list;
// nobody has ever seen the ctx, as the body has not run.
func (w *follower[A, B]) forget() {
	w.out = nil
	if w.from != &background && w.from.life == nil {
		*w.from = origin{} // w's own
	}
	w.from = &background
}

func (w *follower[A, B]) input() *core  { return w.dressed(w.manner()) }
func (w *follower[A, B]) home() *Scope  { return w.from.scope }
func (w *follower[A, B]) lobby() *lobby { return nil }
func (w *follower[A, B]) place() place  { return place{from: w.from, pc: w.pc()} }

// forward stands behind a future whose body has named another that will have
// the result.
type forward[A, B any] struct {
	node
	w  *follower[A, B]
	in *state[B]
}

func (w *follower[A, B]) forward(in *state[B]) chain {
	if w.from.ends && w.from.stop == nil { // the input was complete at the start
		w.alarm(w)
	}
	f := &forward[A, B]{w: w, in: in}
	f.act = f
	if list, ok := w.out.lock(); ok {
		if a, is := annexOf(w.out.work); is {
			a.behind = &f.node
		} else {
			w.out.work = &f.node
		}
		w.out.unlock(list)
	}
	// Whoever ends the lifetime looks at forwarding afterwards; here it is the
	// other way round, so that one of the two sees the other.
	w.set(forwarding)
	if e, ended := w.ending(); ended && !w.has(Cleanup) {
		var s sweep
		f.cancel(&s, e, byScope)
		return s.run()
	}
	if in.push(&f.node) {
		return chain{}
	}
	return chain{&f.node, &f.node}
}

func (f *forward[A, B]) settle(n *node) (chain, bool) {
	if !n.claim() {
		return chain{}, false
	}
	out := f.w.out
	var next chain
	if f.in.err == nil {
		next = out.settle(f.in.value)
	} else {
		out.value = f.in.value
		next = out.fail(f.in.err, f.w.place())
		take(f.in.err)
	}
	next.append(f.w.leave())
	f.w, f.in = nil, nil
	return next, false
}

func (f *forward[A, B]) cancel(s *sweep, e ending, by reach) {
	if !f.claim() {
		return
	}
	f.w.lifetime.end(e, s)
	s.out.append(f.w.out.fail(e.failure(), f.w.place()))
	f.w.part(by)
	f.w.clear(f.w.manner())
	f.in.abandon(&f.node, true)
	f.w, f.in = nil, nil
}

func (f *forward[A, B]) run() chain    { return chain{} }
func (f *forward[A, B]) over() bool    { return false }
func (f *forward[A, B]) input() *core  { return nil }
func (f *forward[A, B]) lobby() *lobby { return nil }
func (f *forward[A, B]) home() *Scope  { return nil }

func (f *forward[A, B]) place() place {
	if f.w == nil {
		return place{}
	}
	return f.w.place()
}
