package future

import "sync/atomic"

// node is a place in the list of what waits for a future. The list is a ring
// in the order of registration, and the future has its newest node; so a node
// is added at either end and taken out of the middle in a few instructions.
type node struct {
	next, prev *node  // guarded by the lock of the future; by its dispatcher once that is complete
	act        waiter // written once
	phase      uint32 // atomic once the node is shared
	index      int32  // which input of its waiter this is
}

// waiter is what waits for a future.
type waiter interface {
	// settle is told that the future of n, which the caller has claimed, is
	// complete. It returns what its own completion sets off, or true if there
	// is a user function to run first.
	settle(n *node) (next chain, todo bool)
	// run calls that function, and returns what its completion sets off.
	run() chain
	// home is the scope whose goroutines may run it. It never changes, and is asked before the claim.
	home() *Scope
	// place is what names it in reports.
	place() place
}

// worker is what stands behind a pending future, or is the work of a ctx. No method
// calls a user's function, and input and place are called under locks.
type worker interface {
	// cancel is told that the future it stands behind is to end, or that the
	// ctx it was started with has ended.
	cancel(s *cancellation, e *ending, by reach)
	// input is what a cancellation of its future is passed on to, if it is
	// the same work.
	input() *core
	// place is what names it in reports.
	place() place
}

// Bits of node.phase. Those below are the [Mode], which does not change.
const (
	claimed    uint32 = 1 << (iota + 8) // dispatcher or cancellation: one of them has taken the node, and owns what it stands for
	dropped                             // claimed by a cancellation
	forwarding                          // a FlatMap that has handed over to its inner future
	counted                             // a Watch has seen this input complete
	callback                            // OnDone: it never shares a goroutine
	blocking                            // a wait that blocks: it is woken first
	door                                // the channel of Done; the oldest node, if there is one
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
func (n *node) set(bits uint32)     { atomic.OrUint32(&n.phase, bits) }
func (n *node) manner() Mode        { return Mode(atomic.LoadUint32(&n.phase)) }
func (n *node) has(m Mode) bool     { return n.is(uint32(m)) }

// with returns the list with n in it: as the newest node, or among the oldest,
// behind the door only, if n blocks.
func (list *node) with(n *node) *node {
	if list == nil {
		n.next, n.prev = n, n
		return n
	}
	before, newest := list, n
	if n.is(blocking) {
		newest = list
		if oldest := list.next; oldest.is(door) {
			before = oldest
			if oldest == list {
				newest = n
			}
		}
	}
	n.prev, n.next = before, before.next
	n.next.prev, before.next = n, n
	return newest
}

// without returns the list without n, which may be there no more.
func (list *node) without(n *node) *node {
	switch {
	case n.next == nil:
		return list
	case n.next == n:
		list = nil
	default:
		n.prev.next, n.next.prev = n.next, n.prev
		if list == n {
			list = n.prev
		}
	}
	n.next, n.prev = nil, nil
	return list
}

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
		c.head, n.next, n.prev = n.next, nil, nil
		if c.head == nil {
			c.tail = nil
		}
	}
	return n
}
