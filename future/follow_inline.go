package future

import "errors"

// link is a quick continuation. It has no ctx.
type link[A, B any] struct {
	node   node
	behind behind[A, B]
}

var errQuick = errors.New("future.Follow: a quick body cannot become another future")

func followQuickly[A, B any](f Future[A], m Mode, b Body[A, B]) Future[B] {
	out := &state[B]{}
	out.core.scope = f.s.core.scope
	if !f.s.core.done() {
		l := &link[A, B]{behind: behind[A, B]{b, f.s, out}}
		l.node.act = l
		l.node.phase = uint32(m)
		out.core.work = l
		if f.s.core.push(&l.node) {
			return Future[B]{out}
		}
		out.core.work = nil
	}
	// An ordinary call on the caller's goroutine; nobody knows out yet.
	h := behind[A, B]{b, f.s, out}
	if _, passed := h.pass(); passed {
		h.clear(m)
	} else {
		h.in.core.failed.give()
		h.runQuickly(m)
	}
	return Future[B]{out}
}

// runQuickly calls the body inline.
func (b *behind[A, B]) runQuickly(m Mode) (next chain) {
	in := Result[A]{b.in.value, b.in.core.failed.error()}
	returned := false
	defer func() {
		if !returned {
			next := b.out.core.fail(b.out.core.because(both(in.Err, thrown(recover())), place{pc: b.pc()}))
			b.clear(m)
			resume(next)
		}
	}()
	v, become, err := b.body.Run(b.in.core.scope.context(), in)
	returned = true
	if become.s != nil {
		err = errQuick
	}
	next = b.returned(v, err, nil)
	b.clear(m)
	return next
}

func (l *link[A, B]) settle(n *node) (chain, bool) {
	next, passed := l.behind.pass()
	if !passed {
		l.behind.in.core.failed.give()
		return chain{}, true
	}
	l.behind.clear(n.manner())
	return next, false
}

func (l *link[A, B]) run() chain { return l.behind.runQuickly(l.node.manner()) }

func (l *link[A, B]) cancel(s *cancellation, e *ending, _ reach) {
	if !l.node.has(ModeCleanup) && l.node.drop() {
		s.fail(&l.behind.out.core, e, place{})
		l.behind.abandon(&l.node, s, e)
	}
}

func (l *link[A, B]) input() *core { return l.behind.dressed(l.node.manner()) }
func (l *link[A, B]) home() *Scope { return l.behind.out.core.scope }
func (l *link[A, B]) place() place { return place{pc: l.behind.pc()} }
