package future

import (
	"context"
	"sync"
	"sync/atomic"
)

// hub is what hangs on a ctx.
type hub struct {
	origin // of those who are started with it

	mu       sync.Mutex
	members  *lifetime // a ring: what ends with it
	finished bool      // its own work is complete; it stays listed until its members are gone
	tethered bool      // see tether
	inner    atomic.Pointer[inner]
	dead     atomic.Pointer[context.Context] // see carrier
	err      error                           // written before ended, read only after
	cause    error
	ended    atomic.Bool
}

// finishedHub stands for all lifetimes that ended as they should, with nothing hanging on them.
var finishedHub = endedHub(finished)

func endedHub(e ending) *hub {
	h := &hub{err: e.err, cause: e.cause}
	h.ended.Store(true)
	return h
}

// open returns l's own hub, or nil if l ended without one.
func (l *lifetime) open() *hub {
	h := l.hub.Load()
	if h == nil {
		h = &hub{origin: origin{ctx: l, life: l, scope: l.from.scope, edge: l.nearestEdge(), watch: l.from.watch}}
		switch {
		case !l.hub.CompareAndSwap(nil, h):
			h = l.hub.Load()
		case l.act.over(): // see complete: one of the two sees the other
			resume(l.endNow(finished))
		}
	}
	if h.life != l {
		return nil
	}
	return h
}

// tell has the members of h, which has ended with e, end too.
func (h *hub) tell(e ending, s *sweep) {
	type foreigner struct {
		act action
		ctx context.Context
	}
	var foreigners []foreigner
	h.mu.Lock()
	for m := h.members; m != nil; {
		switch {
		case m.from.life != nil || !m.is(claimed):
			s.push(m.act, e, byScope)
		case m.from.ends:
			// It runs, with a foreign ctx that may have ended just now, or
			// was meant not to.
			foreigners = append(foreigners, foreigner{m.act, m.from.ctx})
		}
		if m = m.right; m == h.members {
			break
		}
	}
	h.mu.Unlock()
	for _, f := range foreigners {
		if err := f.ctx.Err(); err != nil {
			s.push(f.act, ending{err, context.Cause(f.ctx)}, byScope)
		}
	}
}

// owner is the hub that lists l: that of the ctx it was started with, else its scope's.
func (l *lifetime) owner() *hub {
	if l.from.life != nil {
		return l.from.life.hub.Load()
	}
	if l.from.scope != nil {
		return &l.from.scope.top
	}
	return nil
}

// attach lists l with its owner, or returns what the owner has ended with. If l
// asks whether it has ended, and nothing hangs on it yet, it need not be told.
func (l *lifetime) attach(asks bool) (ending, bool) {
	h := l.owner()
	if h == nil {
		return ending{}, true
	}
	if h.ended.Load() {
		return ending{h.err, h.cause}, false
	}
	if !asks {
		h.life.tether(h)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended.Load() {
		return ending{h.err, h.cause}, false
	}
	if asks && l.from.life != nil && h.untethered() {
		l.set(loose)
	}
	l.set(listed)
	if first := h.members; first == nil {
		l.left, l.right = l, l
		h.members = l
	} else {
		l.left, l.right = first.left, first
		first.left.right, first.left = l, l
	}
	return ending{}, true
}

// detach takes l, whose work is complete, off its owner's list, unless members
// of its own still run: then the last of them does.
func (l *lifetime) detach() {
	if h := l.hub.Load(); h != nil && h.life == l {
		h.mu.Lock()
		h.finished = true
		waits := h.members != nil
		h.mu.Unlock()
		if waits {
			return
		}
	}
	if l.is(listed) {
		l.leaveList(l.owner())
	}
}

// leaveList takes l off h's list, and h's own lifetime off its owner's if it
// only waited for that.
func (l *lifetime) leaveList(h *hub) {
	for {
		h.mu.Lock()
		if l.right == nil {
			h.mu.Unlock()
			return
		}
		if l.right == l {
			h.members = nil
		} else {
			l.left.right, l.right.left = l.right, l.left
			if h.members == l {
				h.members = l.right
			}
		}
		l.left, l.right = nil, nil
		last := h.finished && h.members == nil
		h.mu.Unlock()
		if l = h.life; !last || !l.is(listed) {
			return
		}
		h = l.owner()
	}
}

// await has w, the action of l that is pending for the future c, told when the
// ctx it was started with ends, or returns what that has ended with.
func (l *lifetime) await(w action, c *core) (ending, bool) {
	if e, ended := l.from.ending(); ended {
		return e, false
	}
	owner := l.owner() // l is not ours to read once it is listed
	l.alarm(w)
	e, ok := l.attach(false)
	if ok && owner != nil && c.done() { // before it was listed, perhaps
		l.leaveList(owner)
	}
	return e, ok
}

// part takes l, which is complete, off whatever would have told it to end.
func (l *lifetime) part(by reach) {
	l.detach()
	if by != byAlarm && l.from.life == nil && l.from.stop != nil {
		l.from.stop()
	}
}
