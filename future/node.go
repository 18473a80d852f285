package future

import "sync/atomic"

// node is a place in the list of what waits for a future. The work behind a
// pending future starts with one too, so that a child future is its parent's
// callback without a further allocation.
type node struct {
	next  *node
	act   action // nil once abandoned; cleared under the future's lock or by its dispatcher
	phase uint32 // atomic once the node is shared
	index int32  // which input of a [Watch] this is
}

// Bits of node.phase. Those below are the [Manner], which does not change.
const (
	claimed    uint32 = 1 << (iota + 8) // run, pass or cancellation: one of them has taken the node
	forwarding                          // a FlatMap that has handed over to its inner future
	counted                             // a Watch has seen this input complete
	listed                              // attached to a hub
	dropped                             // claimed by a cancellation, before its input was complete
	callback                            // OnDone: it never shares a goroutine
	loose                               // listed with an owner that may not be told of its own end: see tether
)

// claim takes n for its one caller that is told true.
func (n *node) claim() bool { return atomic.OrUint32(&n.phase, claimed)&claimed == 0 }

// drop is claim for a cancellation.
func (n *node) drop() bool {
	for {
		old := atomic.LoadUint32(&n.phase)
		if old&claimed != 0 {
			return false
		}
		if atomic.CompareAndSwapUint32(&n.phase, old, old|claimed|dropped) {
			return true
		}
	}
}

func (n *node) is(bits uint32) bool { return atomic.LoadUint32(&n.phase)&bits != 0 }

func (n *node) set(bits uint32)   { atomic.OrUint32(&n.phase, bits) }
func (n *node) unset(bits uint32) { atomic.AndUint32(&n.phase, ^bits) }

func (n *node) manner() Manner { return Manner(atomic.LoadUint32(&n.phase)) }

func (n *node) has(m Manner) bool { return n.is(uint32(m)) }

// action is what a node does. No method but run calls a user's function, and
// none but input and place is called under a lock.
type action interface {
	// settle is told that n's input is complete. It returns what its own
	// completion sets off, or true if there is a user function to run first.
	// It is asked once.
	settle(n *node) (next chain, todo bool)
	// run calls that function, and returns what its completion sets off.
	run() chain
	// over reports whether its future is complete.
	over() bool
	// home is the scope whose goroutines may run it.
	home() *Scope
	// cancel is told that the future it stands behind is to end, or that the
	// ctx it was started with has ended.
	cancel(s *sweep, e ending, by reach)
	// input is what a cancellation of its future is passed on to, if it is
	// the same work. It is called under that future's lock.
	input() *core
	// lobby is where those wait who want its future, if it has room for them.
	lobby() *lobby
	// place is what names it in reports.
	place() place
}

// unlisted serves the actions that never stand in a list of waiters.
type unlisted struct{}

func (unlisted) settle(*node) (chain, bool) { return chain{}, false }
func (unlisted) run() chain                 { return chain{} }
func (unlisted) input() *core               { return nil }

// chain is a first-in first-out list of nodes to go on with. It is passed by
// value, so that dispatching allocates nothing.
type chain struct{ head, tail *node }

func (c *chain) append(more chain) {
	switch {
	case more.head == nil:
	case c.head == nil:
		*c = more
	default:
		c.tail.next = more.head
		c.tail = more.tail
	}
}

func (c *chain) pop() *node {
	n := c.head
	if n != nil {
		c.head, n.next = n.next, nil
		if c.head == nil {
			c.tail = nil
		}
	}
	return n
}
