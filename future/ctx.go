package future

import (
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// workCtx is the ctx that a piece of work gets, and the work's place among
// what ends with the ctx it was started with. It costs no channel, timer or
// lock until somebody hangs something on it: then it has children.
type workCtx struct {
	parent      *parent
	work        worker
	left, right *workCtx                 // siblings in the list of parent; guarded by that list
	kids        atomic.Pointer[children] // nil: alive, and nothing hangs on it
	holds       bool                     // the scope waits for it; guarded by the list
	passive     bool                     // the scope does not wait for it; guarded by the list
	over        bool                     // its work is complete, and what it started is not; guarded by the list
}

// Deadline implements [context.Context].
func (c *workCtx) Deadline() (until time.Time, ok bool) {
	for {
		if w, limited := c.work.(interface{ deadline() time.Time }); limited {
			if own := w.deadline(); !own.IsZero() && (!ok || own.Before(until)) {
				until, ok = own, true
			}
		}
		next, inner := c.parent.ctx.(*workCtx)
		if !inner {
			break
		}
		c = next
	}
	if around, limited := c.parent.ctx.Deadline(); limited && (!ok || around.Before(until)) {
		return around, true
	}
	return until, ok
}

// Done implements [context.Context].
func (c *workCtx) Done() <-chan struct{} { return c.std().Done() }

// Err implements [context.Context].
func (c *workCtx) Err() error {
	if c.parent.edge == nil && c.kids.Load() == nil {
		return nil // the quick answer for who asks before each step
	}
	if e := c.ending(); e != nil {
		return e.ctxErr()
	}
	return nil
}

// Value implements [context.Context].
func (c *workCtx) Value(key any) any {
	switch key {
	case engine.LifeKey{}:
		return c
	case engine.NameKey{}:
		return nil // a name holds for what is started with it, not for what that starts
	case cancelKey:
		return c.reason().Value(key)
	}
	for {
		next, inner := c.parent.ctx.(*workCtx)
		if !inner {
			return c.parent.ctx.Value(key)
		}
		c = next
	}
}

func (c *workCtx) String() string   { return "jade.Context" }
func (c *workCtx) GoString() string { return "jade.Context" }

// ending returns what c has ended with, nil if it has not. A foreign ctx
// around it may have ended without c's having been told; then it is told now.
func (c *workCtx) ending() *ending {
	k := c.kids.Load()
	if k != nil {
		if e := k.end.Load(); e != nil {
			return e
		}
		if std := k.std.Load(); std != nil { // it is told first
			if std.ctx.Err() == nil {
				return nil
			}
			c.end(endingOf(std.ctx))
			return k.end.Load()
		}
	}
	edge := c.parent.edge
	if edge == nil || edge.Err() == nil {
		return nil
	}
	c.end(endingOf(edge))
	return c.kids.Load().end.Load()
}

// end ends c with e, unless it has ended, and what hangs on it. The scope of
// that waits from before c has ended until all are told.
func (c *workCtx) end(e *ending) {
	if k := c.kids.Load(); k != nil {
		k.scope.join()
		defer k.scope.leave()
	}
	c.finish(e).tellNow()
}

// finish is the part of end that concerns c itself. It returns the children
// who are to be told, if there are any. If a ctx around c ended first, c ends with that.
func (c *workCtx) finish(e *ending) *children {
	k := c.kids.Load()
	if k == nil {
		e = c.first(e)
		if c.kids.CompareAndSwap(nil, &e.gone) {
			return nil
		}
		k = c.kids.Load()
	}
	if k.owner != c || k.end.Load() != nil {
		return nil
	}
	for {
		std := k.std.Load()
		if std != nil {
			e = std.end(e)
		} else {
			e = c.first(e)
		}
		k.lock().Lock()
		if k.std.Load() == std {
			break
		}
		k.lock().Unlock() // somebody asked for it meanwhile; now it decides
	}
	won := k.end.CompareAndSwap(nil, e)
	stop := k.stop
	k.stop = nil
	told := won && k.first != nil
	k.lock().Unlock()
	if stop != nil {
		stop()
	}
	if !told {
		return nil
	}
	return k
}

// first is what c ends with if e is about to end it.
func (c *workCtx) first(e *ending) *ending {
	if edge := c.parent.edge; edge != nil && e != finished && edge.Err() != nil {
		return endingOf(edge)
	}
	return e
}
