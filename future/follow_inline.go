package future

import "errors"

// link is a quick continuation. It has no ctx.
type link[A, B any] struct {
	node
	behind[A, B]
}

var errQuick = errors.New("future.Follow: a quick body cannot become another future")

func followQuickly[A, B any](f Future[A], m Manner, b Body[A, B]) Future[B] {
	out := &state[B]{}
	out.scope = f.s.scope
	if !f.s.done() {
		l := &link[A, B]{behind: behind[A, B]{b, f.s, out}}
		l.act = l
		l.phase = uint32(m)
		out.work = l
		if f.s.push(&l.node) {
			return Future[B]{out}
		}
		out.work = nil
	}
	// An ordinary call on the caller's goroutine; nobody knows out yet.
	h := behind[A, B]{b, f.s, out}
	if _, passed := h.pass(); passed {
		h.clear(m)
	} else {
		h.in.failed.give()
		h.runQuickly(m)
	}
	return Future[B]{out}
}

// runQuickly calls the body inline.
func (b *behind[A, B]) runQuickly(m Manner) (next chain) {
	in := Result[A]{b.in.value, b.in.failed.error()}
	returned := false
	defer func() {
		if !returned {
			next := b.out.fail(b.out.because(both(in.Err, thrown(recover())), place{pc: b.pc()}))
			b.clear(m)
			resume(next)
		}
	}()
	v, become, err := b.body.Run(b.in.scope.context(), in)
	returned = true
	if become.s != nil {
		err = errQuick
	}
	next = b.returned(v, err, nil)
	b.clear(m)
	return next
}

func (l *link[A, B]) settle(n *node) (chain, bool) {
	next, passed := l.pass()
	if !passed {
		l.in.failed.give()
		return chain{}, true
	}
	l.clear(n.manner())
	return next, false
}

func (l *link[A, B]) run() chain { return l.runQuickly(l.manner()) }

func (l *link[A, B]) cancel(s *sweep, e *ending, _ reach) {
	if !l.has(Cleanup) && l.drop() {
		s.fail(&l.out.core, e, place{})
		l.abandon(&l.node, s, e)
	}
}

func (l *link[A, B]) input() *core { return l.dressed(l.manner()) }
func (l *link[A, B]) home() *Scope { return l.out.scope }
func (l *link[A, B]) place() place { return place{pc: l.pc()} }
