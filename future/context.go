package future

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
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

// Deadline implements [context.Context].
func (l *lifetime) Deadline() (until time.Time, ok bool) {
	for {
		if s, limited := l.act.(interface{ deadline() time.Time }); limited {
			if own := s.deadline(); !own.IsZero() && (!ok || own.Before(until)) {
				until, ok = own, true
			}
		}
		next, inner := l.from.ctx.(*lifetime)
		if !inner {
			break
		}
		l = next
	}
	if around, limited := l.from.ctx.Deadline(); limited && (!ok || around.Before(until)) {
		return around, true
	}
	return until, ok
}

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
	case engine.LifeKey{}:
		return l
	case engine.NameKey{}:
		return nil // a name holds for what is started with it, not for what that starts
	case cancelKey:
		return l.materialize().Value(key)
	}
	return l.outside().Value(key)
}

func (l *lifetime) String() string { return "jade.Context" }

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
	if h := l.close(e, s); h != nil {
		h.tell(ending{h.err, h.cause}, s)
	}
}

// endNow is end for a caller that has no sweep under way.
func (l *lifetime) endNow(e ending) chain {
	h := l.close(e, nil)
	if h == nil {
		return chain{}
	}
	var s sweep // on the heap, unlike all else here
	h.tell(ending{h.err, h.cause}, &s)
	return s.run()
}

// close is the part of end that concerns l itself. It returns the hub whose
// members are to be told, if there are any.
func (l *lifetime) close(e ending, s *sweep) *hub {
	h := l.hub.Load()
	if h != nil && h.ended.Load() {
		return nil
	}
	if first, ok := l.overdue(); ok {
		e = first
	}
	if h == nil {
		if l.hub.CompareAndSwap(nil, s.ended(e)) {
			return nil
		}
		h = l.hub.Load()
	}
	h.mu.Lock()
	if h.ended.Load() {
		h.mu.Unlock()
		return nil
	}
	h.err, h.cause = e.err, e.cause
	h.ended.Store(true)
	stop := h.stop
	alone := h.members == nil
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	if in := h.inner.Load(); in != nil {
		in.catchUp() // which ends every ctx of the standard library below l, now
	}
	if alone {
		return nil
	}
	return h
}

// complete ends l because its work's future is complete. Without a hub there
// is nothing to do: who looks, asks for the future.
func (l *lifetime) complete() chain {
	if l.hub.Load() == nil {
		return chain{}
	}
	return l.endNow(finished)
}
