package future

import (
	"context"
	"errors"
)

// link is a quick continuation. It has no ctx.
type link[A, B any] struct {
	node
	behind[A, B]
}

func followQuickly[A, B any](f Future[A], m Manner, b Body[A, B]) Future[B] {
	out := &state[B]{}
	out.scope = f.s.scope
	if f.s.done() {
		l := link[A, B]{behind: behind[A, B]{b, f.s, out}}
		l.phase = uint32(m) | claimed
		l.runHere()
		return Future[B]{out}
	}
	l := &link[A, B]{behind: behind[A, B]{b, f.s, out}}
	l.act = l
	l.phase = uint32(m)
	out.work = &l.node
	if !f.s.push(&l.node) {
		l.claim()
		l.runHere()
	}
	return Future[B]{out}
}

// runHere completes a link whose input was complete, as an ordinary call on
// the caller's goroutine. Nobody else knows the future yet.
func (l *link[A, B]) runHere() {
	next, passed := l.pass(l)
	if passed {
		l.clear(l.manner())
	} else {
		next = l.run()
	}
	resume(next)
}

func (l *link[A, B]) settle(n *node) (chain, bool) {
	if !n.claim() {
		return chain{}, false
	}
	next, passed := l.pass(l)
	if !passed {
		return chain{}, true
	}
	l.clear(n.manner())
	return next, false
}

func (l *link[A, B]) run() chain {
	var v B
	var become Future[B]
	var err error
	ctx := context.Context(background.ctx)
	if s := l.in.scope; s != nil {
		ctx = &s.life
	}
	in := Result[A]{l.in.value, observe(l.in.err)}
	thrown := guard(func() { v, become, err = l.body.Run(ctx, in) }, func(err error) { resume(l.fail(both(in.Err, err))) })
	switch {
	case thrown != nil:
		return l.fail(both(in.Err, thrown))
	case become.s != nil:
		return l.fail(errors.New("future.Follow: a quick body cannot become another future"))
	}
	next := l.out.settle(v, l.outcome(err), l)
	l.clear(l.manner())
	return next
}

func (l *link[A, B]) fail(err error) chain {
	next := l.out.fail(err, l)
	l.clear(l.manner())
	return next
}

func (l *link[A, B]) cancel(s *sweep, e ending, _ reach) {
	if l.has(Cleanup) || !l.claim() {
		return
	}
	s.out.append(l.out.fail(e.failure(), l))
	l.in.abandon(&l.node, true)
	l.clear(l.manner())
}

func (l *link[A, B]) input() *core              { return l.dressed(l.manner()) }
func (l *link[A, B]) home() *Scope              { return l.out.scope }
func (l *link[A, B]) lobby() *lobby             { return nil }
func (l *link[A, B]) place() (*origin, uintptr) { return nil, l.behind.place() }
