package future

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// lifetime is the ctx that a piece of work gets, and the work's own place
// among what ends with the ctx it was started with. It costs no channel, timer
// or lock until somebody hangs something on it: then it gets a hub.
type lifetime struct {
	node
	from        *origin             // of the ctx that it was started with
	left, right *lifetime           // siblings in the owner's hub; guarded by that hub
	hub         atomic.Pointer[hub] // nil: alive, and nothing hangs on it
}

// origin is what work keeps of the ctx it was started with.
type origin struct {
	ctx   context.Context
	life  *lifetime   // ctx itself, if it is Jade's own
	scope *Scope      // the nearest one around
	ends  bool        // only the standard library can tell that ctx has ended, and it may
	edge  *lifetime   // the nearest one around that was started with such a ctx
	stop  func() bool // ends the registration with such a ctx
}

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

var (
	background = origin{ctx: context.Background()}

	// finishedHub stands for all lifetimes that ended as they should, with nothing hanging on them.
	finishedHub = endedHub(finished)
)

func endedHub(e ending) *hub {
	h := &hub{err: e.err, cause: e.cause}
	h.ended.Store(true)
	return h
}

type lifetimeKey struct{}

// shared returns the origin that all work started with ctx has in common, or
// nil if each has to copy ownOrigin.
func shared(ctx context.Context) *origin {
	if ctx == context.Background() {
		return &background
	}
	if l, ok := ctx.(*lifetime); ok {
		return l.children()
	}
	return nil
}

// ownOrigin is the origin of work started with a ctx that has no shared one.
func ownOrigin(ctx context.Context) origin {
	o := origin{ctx: ctx}
	var around *lifetime
	switch c := ctx.(type) {
	case *lifetime: // it has ended
		o.life, around = c, c
	case *named:
		o.life, around = c.life, c.around
		if o.life != nil {
			o.life.open() // so that it has a list for what is started with it
		}
	default:
		around, _ = ctx.Value(lifetimeKey{}).(*lifetime)
	}
	o.ends = o.life == nil && ctx.Done() != nil
	if around != nil {
		o.scope = around.within()
		if o.life != nil || o.ends {
			o.edge = around.nearestEdge()
		}
	}
	return o
}

// within is the scope of what is started with l.
func (l *lifetime) within() *Scope {
	if h := l.hub.Load(); h != nil && h.life == l {
		return h.scope
	}
	return l.from.scope
}

// children is the origin of what is started with l, or nil if l has ended.
func (l *lifetime) children() *origin {
	if h := l.open(); h != nil {
		return &h.origin
	}
	return nil
}

// open returns l's own hub, or nil if l ended without one.
func (l *lifetime) open() *hub {
	h := l.hub.Load()
	if h == nil {
		h = &hub{origin: origin{ctx: l, life: l, scope: l.from.scope, edge: l.nearestEdge()}}
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

// tether sees to it that l ends when the foreign ctx that it was started with
// does. It is called when the first thing hangs on l: until then it is enough
// that l asks.
func (l *lifetime) tether(h *hub) {
	if !l.from.ends {
		return
	}
	h.mu.Lock()
	first := !h.tethered
	h.tethered = true
	h.mu.Unlock()
	if !first {
		return
	}
	home := l.within()
	stop := context.AfterFunc(l.from.ctx, func() {
		home.join()
		defer home.leave()
		resume(l.endNow(l.foreignEnding()))
	})
	h.mu.Lock()
	h.stop = stop
	ended := h.ended.Load()
	h.mu.Unlock()
	if ended {
		stop()
	}
}

func (l *lifetime) foreignEnding() ending {
	return ending{l.from.ctx.Err(), context.Cause(l.from.ctx)}
}

// plain reports that l was started with no ctx that could end, and that
// nothing hangs on it.
func (l *lifetime) plain() bool { return l.from == &background && l.hub.Load() == nil }

// ending returns what l has ended with, if it has.
func (l *lifetime) ending() (ending, bool) {
	if e, ok := l.told(); ok {
		return e, true
	}
	if e, ok := l.overdue(); ok {
		resume(l.endNow(e))
	}
	return l.told()
}

// told is ending as far as l has been told.
func (l *lifetime) told() (ending, bool) {
	h := l.hub.Load()
	if h == nil || !h.ended.Load() {
		if !l.act.over() {
			return ending{}, false
		}
		if h == nil {
			return finished, true
		}
		resume(l.endNow(finished)) // the work's own goroutine is about to
	}
	if in := h.inner.Load(); in != nil {
		in.catchUp()
	}
	return ending{h.err, h.cause}, true
}

// nearestEdge is l itself if it was started with a foreign ctx that may end,
// else the nearest such lifetime around it.
func (l *lifetime) nearestEdge() *lifetime {
	if l.from.ends {
		return l
	}
	return l.from.edge
}

// overdue asks the foreign ctxs that l and those around it were started with:
// one may have ended without l's having been told yet. The outermost came first.
func (l *lifetime) overdue() (ending, bool) {
	if edge := l.from.edge; edge != nil {
		if e, ok := edge.ending(); ok && (!l.from.ends || l.from.ctx.Err() != nil) {
			if l.from.ends {
				e = l.foreignEnding()
			}
			return e, true
		}
	}
	if l.from.ends && l.from.ctx.Err() != nil {
		return l.foreignEnding(), true
	}
	return ending{}, false
}

// end ends l with e, and what hangs on it. If a foreign ctx around it has
// ended without l's having been told, that came first.
func (l *lifetime) end(e ending, s *sweep) {
	h := l.hub.Load()
	if h != nil && h.ended.Load() {
		return
	}
	if first, ok := l.overdue(); ok {
		e = first
	}
	if h == nil {
		if l.hub.CompareAndSwap(nil, s.ended(e)) {
			return
		}
		h = l.hub.Load()
	}
	h.mu.Lock()
	if h.ended.Load() {
		h.mu.Unlock()
		return
	}
	h.err, h.cause = e.err, e.cause
	h.ended.Store(true)
	stop := h.stop
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	if in := h.inner.Load(); in != nil {
		in.catchUp() // which ends every ctx of the standard library below l, now
	}
	h.tell(e, s)
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

// endNow is end for a caller that has no sweep under way.
func (l *lifetime) endNow(e ending) chain {
	var s sweep
	l.end(e, &s)
	return s.run()
}

// complete ends l because its work's future is complete. Without a hub there
// is nothing to do: who looks, asks for the future.
func (l *lifetime) complete() chain {
	if l.hub.Load() == nil {
		return chain{}
	}
	return l.endNow(finished)
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

// attach lists l with its owner, or returns what the owner has ended with.
func (l *lifetime) attach() (ending, bool) {
	h := l.owner()
	if h == nil {
		return ending{}, true
	}
	if h.ended.Load() {
		return ending{h.err, h.cause}, false
	}
	h.life.tether(h)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended.Load() {
		return ending{h.err, h.cause}, false
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

// Deadline implements [context.Context].
func (l *lifetime) Deadline() (time.Time, bool) { return l.outside().Deadline() }

// outside is the nearest ctx around l that is not a lifetime.
func (l *lifetime) outside() context.Context {
	for {
		next, ok := l.from.ctx.(*lifetime)
		if !ok {
			return l.from.ctx
		}
		l = next
	}
}

// Done implements [context.Context].
func (l *lifetime) Done() <-chan struct{} { return l.materialize().Done() }

// Err implements [context.Context].
func (l *lifetime) Err() error {
	e, _ := l.ending()
	return e.err
}

// Value implements [context.Context].
func (l *lifetime) Value(key any) any {
	switch key {
	case lifetimeKey{}:
		return l
	case nameKey{}:
		return nil // a name holds for what is started with it, not for what that starts
	case cancelKey:
		return l.materialize().Value(key)
	}
	return l.outside().Value(key)
}

func (l *lifetime) String() string { return "jade.Context" }

// ending returns what o's ctx has ended with, if it has.
func (o *origin) ending() (ending, bool) {
	if o.life != nil {
		return o.life.ending()
	}
	if !o.ends {
		return ending{}, false
	}
	if o.edge != nil {
		o.edge.ending() // has the standard library tell o's ctx, if so
	}
	err := o.ctx.Err()
	if err == nil {
		return ending{}, false
	}
	return ending{err, context.Cause(o.ctx)}, true
}

// await has w, the action of l that is pending for the future c, told when the
// ctx it was started with ends, or returns what that has ended with.
func (l *lifetime) await(w action, c *core) (ending, bool) {
	if e, ended := l.from.ending(); ended {
		return e, false
	}
	owner := l.owner() // l is not ours to read once it is listed
	l.alarm(w)
	e, ok := l.attach()
	if ok && owner != nil && c.done() { // before it was listed, perhaps
		l.leaveList(owner)
	}
	return e, ok
}

// alarm has w told when the foreign ctx that l was started with ends. The
// registration is written before anybody but the alarm itself may end w.
func (l *lifetime) alarm(w action) {
	if o := l.from; o.ends {
		ctx, home := o.ctx, o.scope
		o.stop = context.AfterFunc(ctx, func() {
			home.join()
			defer home.leave()
			var s sweep
			s.push(w, ending{ctx.Err(), context.Cause(ctx)}, byAlarm)
			resume(s.run())
		})
	}
}

// part takes l, which is complete, off whatever would have told it to end.
func (l *lifetime) part(by reach) {
	l.detach()
	if by != byAlarm && l.from.life == nil && l.from.stop != nil {
		l.from.stop()
	}
}
