package future

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// core is the part of a future that does not depend on the type of its value.
//
// head is the list of what waits, latest first, and the lock in one word: it
// is nil or a node while the future is pending, busy while somebody holds the
// lock, and complete for ever after. A node is pushed without the lock. The
// lock is held for a few instructions, never across a call of user code or a
// wait, so whoever finds it taken yields and tries again.
//
// A sync.Mutex beside the list would cost eight bytes in each future, and two
// more atomic operations at each push and each completion: see docs/adr/0001.
type core struct {
	head  atomic.Pointer[node]
	work  *node  // what stands behind the future; guarded by the lock, nil once complete
	scope *Scope // written before the future is shared
	err   error  // written before head is complete, read only after; see duty
}

// state is one future's memory.
type state[T any] struct {
	core
	value T // written before head is complete, read only after
}

var busy, complete node

func (c *core) done() bool { return c.head.Load() == &complete }

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

// push registers n; it reports false if the future is complete.
func (c *core) push(n *node) bool {
	for {
		list := c.head.Load()
		switch {
		case list == &complete:
			n.next = nil
			return false
		case list == &busy:
			runtime.Gosched()
		default:
			n.next = list
			if c.head.CompareAndSwap(list, n) {
				return true
			}
		}
	}
}

// settle completes s with a value and returns what to go on with, in the order
// of registration. Only who has claimed the work behind s calls it, so s is not complete yet.
func (s *state[T]) settle(v T) chain {
	s.value = v
	return s.succeed()
}

// succeed completes a future whose value is there.
func (c *core) succeed() chain {
	for {
		list := c.head.Load()
		if list == &busy {
			runtime.Gosched()
			continue
		}
		if c.head.CompareAndSwap(list, &complete) {
			return c.opened(list)
		}
	}
}

func (c *core) opened(list *node) chain {
	if work := c.work; work != nil {
		c.work = nil
		if l := work.act.lobby(); l != nil {
			l.open()
		}
	}
	return reversed(list)
}

// fail completes a future of any type with err, if it is pending.
func (c *core) fail(err error, at place) chain {
	err = c.note(err, at)
	list, ok := c.lock()
	if !ok {
		return chain{}
	}
	next, _ := c.publish(list, err)
	return next
}

// publish makes the future complete; the caller holds the lock. It returns
// what to go on with and what stood behind the future.
func (c *core) publish(list *node, err error) (next chain, work *node) {
	work, c.work = c.work, nil
	var l *lobby
	if work != nil {
		l = work.act.lobby()
	}
	if err != nil {
		c.err = err
		if l == nil || !l.taken {
			keep(err)
		}
	}
	c.unlock(&complete)
	if l != nil {
		l.open()
	}
	return reversed(list), work
}

func reversed(list *node) chain {
	c := chain{tail: list}
	for list != nil {
		list.next, c.head, list = c.head, list, list.next
	}
	return c
}

// lobby holds what a future needs only once somebody waits for it by blocking,
// or gives up waiting. All fields are guarded by the future's lock until it is complete.
type lobby struct {
	group      sync.WaitGroup // for waits that only the result can end
	waits      bool           // group has been added to
	done       chan struct{}  // for all others, made when first asked for
	taken      bool           // by a combinator that lost interest: no failure to report
	dead, last uint32         // abandoned nodes in the list; nodes there at the last sweep
}

// open lets everybody in; the future is complete.
func (l *lobby) open() {
	if l.waits {
		l.group.Done()
	}
	if l.done != nil {
		close(l.done)
	}
}

// annex is a lobby for work that has none, or for a promise that nobody works for.
type annex struct {
	unlisted
	node
	hall   lobby
	behind *node
}

func (a *annex) lobby() *lobby { return &a.hall }

func (a *annex) home() *Scope { return nil }
func (a *annex) over() bool   { return false }

func (a *annex) place() place {
	if a.behind == nil {
		return place{}
	}
	return a.behind.act.place()
}

func (a *annex) input() *core {
	if a.behind == nil {
		return nil
	}
	return a.behind.act.input()
}

func (a *annex) cancel(s *sweep, e ending, by reach) { a.behind.act.cancel(s, e, by) }

// enterLobby returns the lobby; the caller holds the lock.
func (c *core) enterLobby() *lobby {
	if c.work != nil {
		if l := c.work.act.lobby(); l != nil {
			return l
		}
	}
	a := &annex{behind: c.work}
	a.act = a
	c.work = &a.node
	return &a.hall
}

// group returns what to wait on, or nil if the future is complete.
func (c *core) group() *sync.WaitGroup {
	list, ok := c.lock()
	if !ok {
		return nil
	}
	l := c.enterLobby()
	if !l.waits {
		l.waits = true
		l.group.Add(1)
	}
	c.unlock(list)
	return &l.group
}

// closed is what Done returns for a future that is complete.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (c *core) channel() <-chan struct{} {
	list, ok := c.lock()
	if !ok {
		return closed
	}
	l := c.enterLobby()
	if l.done == nil {
		l.done = make(chan struct{})
	}
	done := l.done
	c.unlock(list)
	return done
}

// abandon marks n, which will not go on with c any more, as dead; taken says
// that a combinator had taken c as its input. Dead nodes are swept out when they outnumber the living by 32: at most
// (last+32)/2 of them can be there before that is so, and as many pushes and
// deaths pay for the walk.
func (c *core) abandon(n *node, taken bool) {
	list, ok := c.lock()
	if !ok {
		if taken {
			take(c.err)
		}
		return
	}
	n.act = nil
	l := c.enterLobby()
	l.taken = l.taken || taken
	l.dead++
	if 2*l.dead > l.last+32 {
		list, l.last = living(list)
		l.dead = 0
	}
	c.unlock(list)
}

func living(list *node) (live *node, count uint32) {
	at := &live
	for n := list; n != nil; {
		next := n.next
		n.next = nil // also of the dead: a chain of them would never be let go of
		if n.act != nil {
			*at, at = n, &n.next
			count++
		}
		n = next
	}
	return live, count
}
