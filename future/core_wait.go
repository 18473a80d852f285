package future

import (
	"context"
	"runtime"
	"sync"
)

// wait blocks until c is complete or ctx has ended; it returns why not.
//
// It yields once before it blocks: a quick function that was just started is
// next on this processor, and then there is nothing to wait for (docs/adr/0002).
func (c *core) wait(ctx context.Context) error {
	runtime.Gosched()
	if c.done() {
		return nil
	}
	if l, ok := ctx.(*workCtx); ok {
		return c.sleepWithin(l)
	}
	if until := ctx.Done(); until != nil {
		return c.sleepUntil(ctx, until)
	}
	s := &sleeper{}
	s.init(s)
	s.up.Add(1)
	if c.push(&s.node) {
		s.up.Wait()
	}
	return nil
}

// sleeper is a wait that only the result can end. The dispatcher that claims it
// has seen to it that the failure counts as seen: so nobody reports it before
// the waiter has come to look.
type sleeper struct {
	node
	up sync.WaitGroup
}

func (n *node) init(w waiter) { n.act, n.phase = w, blocking }

func (s *sleeper) settle(*node) (chain, bool) { s.up.Done(); return chain{}, false }
func (s *sleeper) run() chain                 { return chain{} }
func (s *sleeper) home() *Scope               { return nil }
func (s *sleeper) place() place               { return place{} }

// lightSleeper is a wait against a foreign ctx.
type lightSleeper struct {
	node
	up chan struct{}
}

func (c *core) sleepUntil(ctx context.Context, until <-chan struct{}) error {
	s := &lightSleeper{up: make(chan struct{})}
	s.init(s)
	if !c.push(&s.node) {
		return nil
	}
	select {
	case <-s.up:
		return nil
	case <-until:
	}
	if !s.drop() { // the result has come first
		<-s.up
		return nil
	}
	c.remove(&s.node, false)
	if c.done() {
		return nil
	}
	return endOf(ctx)
}

func (s *lightSleeper) settle(*node) (chain, bool) { close(s.up); return chain{}, false }
func (s *lightSleeper) run() chain                 { return chain{} }
func (s *lightSleeper) home() *Scope               { return nil }
func (s *lightSleeper) place() place               { return place{} }

// memberSleeper is a wait against a ctx of Jade's own: a node in the list of the
// future and a member of the ctx. It saves the channels of both.
type memberSleeper struct {
	workCtx
	node
	up sync.WaitGroup
}

func (c *core) sleepWithin(l *workCtx) error {
	s := &memberSleeper{}
	s.init(s)
	s.parent, s.work, s.passive = shared(l), s, true
	s.up.Add(1)
	if s.parent == nil || s.attach(false, false) != nil {
		if c.done() {
			return nil
		}
		return endOf(l)
	}
	if c.push(&s.node) {
		s.up.Wait()
	} else if !s.drop() { // ended before it was there
		s.up.Wait()
	}
	s.detach()
	c.remove(&s.node, false)
	if c.done() {
		return nil
	}
	return endOf(l)
}

func (s *memberSleeper) settle(*node) (chain, bool) { s.up.Done(); return chain{}, false }
func (s *memberSleeper) run() chain                 { return chain{} }
func (s *memberSleeper) home() *Scope               { return nil }
func (s *memberSleeper) input() *core               { return nil }
func (s *memberSleeper) place() place               { return place{} }

func (s *memberSleeper) cancel(*sweep, *ending, reach) {
	if s.drop() {
		s.up.Done()
	}
}

// gate is the channel of Done.
type gate struct {
	node
	open chan struct{}
}

func (g *gate) settle(*node) (chain, bool) { close(g.open); return chain{}, false }
func (g *gate) run() chain                 { return chain{} }
func (g *gate) home() *Scope               { return nil }
func (g *gate) place() place               { return place{} }

// closed is what Done returns for a future that is complete.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// channel returns the channel that is closed once c is complete. It is made
// when it is first asked for, and stands behind the oldest node.
func (c *core) channel() <-chan struct{} {
	list, ok := c.lock()
	if !ok {
		return closed
	}
	if list != nil && list.next.is(door) {
		g := list.next.act.(*gate)
		c.unlock(list)
		return g.open
	}
	g := &gate{open: make(chan struct{})}
	g.act, g.phase = g, blocking|door
	c.unlock(list.with(&g.node))
	return g.open
}
