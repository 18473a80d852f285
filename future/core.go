package future

import (
	"runtime"
	"sync/atomic"
)

// core is the part of a future that does not depend on the type of its value.
//
// head is the list of what waits and the lock in one word: it is nil or the
// newest node while the future is pending, busy while somebody holds the lock,
// and complete for ever after. The lock is held for a few instructions, never
// across a wait, a call of user code or a walk through the list, so whoever
// finds it taken yields and tries again. docs/adr/0001 says why.
type core struct {
	head   atomic.Pointer[node]
	work   worker // what stands behind the future; guarded by the lock, nil once complete
	scope  *Scope // written before the future is shared
	failed *share // nil for most successes; written before head is complete, read only after, save that a waiver is under the lock
}

// state is one future's memory.
type state[T any] struct {
	core  core // not embedded: each type of value would have a copy of each method
	value T    // written before head is complete, read only after
}

var busy, complete node

// waived marks a pending future whose failure nobody will want to hear of: a
// combinator had taken it as its input and lost interest. It is no failure.
var waived = &share{of: &failure{quiet: true}}

func (c *core) done() bool { return c.head.Load() == &complete }

// ok reports whether a complete future succeeded.
func (c *core) ok() bool { return c.failed == nil || c.failed.of.err == nil }

// lock returns the list and true, or false if the future is complete.
func (c *core) lock() (list *node, ok bool) {
	for {
		switch list = c.head.Load(); {
		case list == &complete:
			return nil, false
		case list == &busy:
			runtime.Gosched()
		case c.head.CompareAndSwap(list, &busy):
			return list, true
		}
	}
}

func (c *core) unlock(list *node) { c.head.Store(list) }

// push registers n as the newest; it reports false if the future is complete.
func (c *core) push(n *node) bool {
	list, ok := c.lock()
	if ok {
		c.unlock(list.with(n))
	}
	return ok
}

// remove takes n, which has been claimed, off the list. waive says that it
// stood there for a combinator which had taken c as its input.
func (c *core) remove(n *node, waive bool) {
	list, ok := c.lock()
	if !ok {
		if waive && c.failed != nil {
			c.failed.take()
		}
		return
	}
	if waive {
		c.failed = waived
	}
	c.unlock(list.without(n))
}

// succeed completes a future whose value is there and returns what to go on
// with. Only who has claimed the work behind c calls it, so c is pending.
func (c *core) succeed() chain {
	for {
		list := c.head.Load()
		switch {
		case list == &busy:
			runtime.Gosched()
		case c.head.CompareAndSwap(list, &complete):
			return c.opened(list)
		}
	}
}

// settle completes s with a value.
func (s *state[T]) settle(v T) chain {
	s.value = v
	return s.core.succeed()
}

// fail completes c with f if it is pending, and returns what to go on with.
func (c *core) fail(f *share) chain {
	list, ok := c.lock()
	if !ok {
		return chain{}
	}
	return c.publish(list, f)
}

// publish completes c with f, nil for a success; the caller holds the lock. The
// scope of f waits for the caller, so it cannot report f before it is listed;
// and if somebody sees the failure before, it is not listed.
func (c *core) publish(list *node, f *share) chain {
	unwanted := c.failed == waived
	c.failed = f
	c.unlock(&complete)
	if !unwanted {
		f.list()
	}
	return c.opened(list)
}

// opened lets in those who wait by blocking, and returns the rest of the list
// in the order of registration. c has just been completed by the caller.
func (c *core) opened(list *node) chain {
	c.work = nil
	if list == nil {
		return chain{}
	}
	next := chain{list.next, list}
	list.next = nil
	for n := next.head; n != nil && n.is(blocking); n = next.head {
		next.pop()
		if n.claim() {
			if !n.is(door) {
				c.failed.observe()
			}
			n.act.settle(n)
		}
	}
	return next
}
