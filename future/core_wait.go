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
		return c.waitWithin(l)
	}
	if until := ctx.Done(); until != nil {
		return c.waitUntil(ctx, until)
	}
	s := &plainWait{}
	s.init(s)
	s.up.Add(1)
	if c.push(&s.node) {
		s.up.Wait()
	}
	return nil
}

// plainWait is a wait that only the result can end. The dispatcher that claims it
// has seen to it that the failure counts as seen: so nobody reports it before
// the waiter has come to look.
type plainWait struct {
	node
	up sync.WaitGroup
}

func (n *node) init(w waiter) { n.act, n.phase = w, blocking }

func (s *plainWait) settle(*node) (chain, bool) { s.up.Done(); return chain{}, false }
func (s *plainWait) run() chain                 { return chain{} }
func (s *plainWait) home() *Scope               { return nil }
func (s *plainWait) place() place               { return place{} }

// chanWait is a wait against a foreign ctx.
type chanWait struct {
	node
	up chan struct{}
}

func (c *core) waitUntil(ctx context.Context, until <-chan struct{}) error {
	s := &chanWait{up: make(chan struct{})}
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

func (s *chanWait) settle(*node) (chain, bool) { close(s.up); return chain{}, false }
func (s *chanWait) run() chain                 { return chain{} }
func (s *chanWait) home() *Scope               { return nil }
func (s *chanWait) place() place               { return place{} }

// ctxWait is a wait against a ctx of Jade's own: a node in the list of the
// future and a member of the ctx. It saves the channels of both.
type ctxWait struct {
	workCtx
	node
	up sync.WaitGroup
}

func (c *core) waitWithin(l *workCtx) error {
	s := &ctxWait{}
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

func (s *ctxWait) settle(*node) (chain, bool) { s.up.Done(); return chain{}, false }
func (s *ctxWait) run() chain                 { return chain{} }
func (s *ctxWait) home() *Scope               { return nil }
func (s *ctxWait) input() *core               { return nil }
func (s *ctxWait) place() place               { return place{} }

func (s *ctxWait) cancel(*cancellation, *ending, reach) {
	if s.drop() {
		s.up.Done()
	}
}

// doneChan is the channel of Done.
type doneChan struct {
	node
	open chan struct{}
}

func (g *doneChan) settle(*node) (chain, bool) { close(g.open); return chain{}, false }
func (g *doneChan) run() chain                 { return chain{} }
func (g *doneChan) home() *Scope               { return nil }
func (g *doneChan) place() place               { return place{} }

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
		g := list.next.act.(*doneChan)
		c.unlock(list)
		return g.open
	}
	g := &doneChan{open: make(chan struct{})}
	g.act, g.phase = g, blocking|door
	c.unlock(list.with(&g.node))
	return g.open
}
