package future

import (
	"context"
	"sync"
	"sync/atomic"
)

// children is what hangs on a ctx.
type children struct {
	parent        // of those who are started with it
	own    *Scope // whose ctx it is, if it is a scope's

	mu        sync.Mutex // unless it is a scope's: see lock
	first     *workCtx   // a ring: what ends with it
	finished  bool       // its own work is complete; it stays listed until its children are gone
	stop      func() bool
	listening atomic.Bool // it is told when the foreign ctx around it ends
	end       atomic.Pointer[ending]
	std       atomic.Pointer[stdCtx] // nil or &made
	made      stdCtx                 // written under the lock before std is
}

// lock guards the list. That of a scope has the lock of the scope, which counts
// what it lists.
func (k *children) lock() *sync.Mutex {
	if k.own != nil {
		return &k.own.mu
	}
	return &k.mu
}

// open returns c's own children, or what stands for them if c ended without any.
func (c *workCtx) open() *children {
	if k := c.kids.Load(); k != nil {
		return k
	}
	k := &children{parent: parent{ctx: c, owner: c, edge: c.parent.edge, scope: c.parent.scope, observer: c.parent.observer}}
	if c.kids.CompareAndSwap(nil, k) {
		return k
	}
	return c.kids.Load()
}

// attach lists c, or returns what the ctx that it was started with has ended
// with. If it runs, its scope waits for it from now on. If it does not ask
// whether it has ended, it is told.
func (c *workCtx) attach(runs, asks bool) *ending {
	p := c.parent
	k := p.list()
	if k == nil {
		return nil
	}
	if e := k.end.Load(); e != nil {
		return e
	}
	if runs && k.own == nil && !p.scope.enter() {
		return closing
	}
	if !asks {
		k.listen()
	}
	lock := k.lock()
	lock.Lock()
	e := k.end.Load()
	if e == nil && runs && k.own != nil && !k.own.enterLocked() {
		e = closing
	}
	if e != nil {
		lock.Unlock()
		if runs && k.own == nil {
			p.scope.leave()
		}
		return e
	}
	c.holds = runs
	if first := k.first; first == nil {
		c.left, c.right = c, c
		k.first = c
	} else {
		c.left, c.right = first.left, first
		first.left.right, first.left = c, c
	}
	lock.Unlock()
	return nil
}

// listen sees to it that k is told when the foreign ctx around it ends. It is
// called when something hangs on k that does not ask: until then it is enough
// that k asks.
func (k *children) listen() {
	for k.edge != nil && k.owner != nil && !k.listening.Swap(true) {
		c := k.owner
		if c.parent.owner != nil {
			k = c.parent.list() // which tells k
			continue
		}
		scope, edge := c.parent.scope, c.parent.edge
		stop := context.AfterFunc(edge, func() {
			scope.join()
			defer scope.leave()
			c.end(endingOf(edge))
		})
		k.lock().Lock()
		ended := k.end.Load() != nil
		if !ended {
			k.stop = stop
		}
		k.lock().Unlock()
		if ended {
			stop()
		}
		return
	}
}

// tell has the members of k, which has ended, end too. From now on the scope
// waits for each of them: one that its input's dispatcher has claimed is on its way.
func (k *children) tell(s *cancellation) {
	e, scope := k.end.Load(), k.scope
	s.visit(scope)
	lock := k.lock()
	lock.Lock()
	defer lock.Unlock()
	for c := k.first; c != nil; {
		if !c.holds && !c.passive && scope != nil {
			c.holds = true
			scope.running.Add(1) // s is counted already
		}
		s.push(c.work, e, byScope)
		if c = c.right; c == k.first {
			break
		}
	}
}

// tellNow is tell for a caller that has no cancellation under way; k may be nil.
func (k *children) tellNow() {
	if k != nil {
		s := &cancellation{}
		k.tell(s)
		s.run()
	}
}

// detach takes c, whose work is complete, off its list, and its scope waits for
// it no more. If children of its own are still listed, the last of them does the first.
func (c *workCtx) detach() {
	stays := false
	if own := c.kids.Load(); own != nil && own.owner == c {
		stays = own.close()
	}
	if k := c.parent.list(); k != nil {
		c.unlist(k, stays)
	}
}

// close marks the work of k's ctx as complete. It reports whether something is still listed.
func (k *children) close() (stays bool) {
	lock := k.lock()
	lock.Lock()
	defer lock.Unlock()
	k.finished = true
	return k.first != nil
}

// unlist is detach for a ctx that has no children left, or stays because it has.
func (c *workCtx) unlist(k *children, stays bool) {
	for {
		lock := k.lock()
		lock.Lock()
		if c.right == nil {
			lock.Unlock()
			return
		}
		held := c.holds
		c.holds, c.passive, c.over = false, true, true // what is still listed holds the scope itself
		last := false
		if !stays {
			if c.right == c {
				k.first = nil
			} else {
				c.left.right, c.right.left = c.right, c.left
				if k.first == c {
					k.first = c.right
				}
			}
			c.left, c.right = nil, nil
			last = k.finished && k.first == nil
		}
		scope := c.parent.scope
		if held && k.own != nil {
			scope.leaveLocked()
		}
		lock.Unlock()
		if held && k.own == nil {
			scope.leave()
		}
		if !last {
			return
		}
		c, stays = k.owner, false // it only waited for that
		if k = c.parent.list(); k == nil {
			return
		}
	}
}
