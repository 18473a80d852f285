package future

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
)

// origin is what work keeps of the ctx it was started with.
type origin struct {
	ctx   context.Context
	life  *lifetime   // ctx itself, if it is Jade's own
	scope *Scope      // the nearest one around
	ends  bool        // only the standard library can tell that ctx has ended, and it may
	edge  *lifetime   // the nearest one around that was started with such a ctx
	stop  func() bool // ends the registration with such a ctx
	watch any         // see engine.Observe
}

// background is shared by all that is started with [context.Background].
var background = origin{ctx: context.Background()}

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
	o.life, around, o.watch = surroundings(ctx)
	if o.life != nil {
		o.life.open() // so that it has a list for what is started with it
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

// surroundings returns the lifetime that ends when ctx does, if it is Jade's
// own, the nearest one around, and the observer. It walks through ctx at most once.
func surroundings(ctx context.Context) (own, around *lifetime, watch any) {
	switch c := ctx.(type) {
	case *lifetime:
		return c, c, c.from.watch
	case *dressing:
		return c.life, c.around, c.watch
	}
	switch c := ctx.Value(engine.LifeKey{}).(type) {
	case *lifetime:
		return nil, c, c.from.watch
	case *dressing:
		return nil, c.around, c.watch
	case engine.Dressed:
		own, around, watch = surroundings(c.Below(engine.Seal{}))
		if c != ctx {
			own = nil
		}
		return own, around, watch
	}
	return nil, nil, nil
}

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

// nearestEdge is l itself if it was started with a foreign ctx that may end,
// else the nearest such lifetime around it.
func (l *lifetime) nearestEdge() *lifetime {
	if l.from.ends {
		return l
	}
	return l.from.edge
}

func (l *lifetime) foreignEnding() ending {
	return ending{l.from.ctx.Err(), context.Cause(l.from.ctx)}
}

// tether sees to it that l, whose hub is h, is told of its end when the foreign ctx
// that it or one around it was started with ends. It is called when something
// hangs on l that does not ask: until then it is enough that l asks.
func (l *lifetime) tether(h *hub) {
	if l.is(loose) {
		around := l.owner()
		around.life.tether(around)
		l.unset(loose)
	}
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

// untethered reports whether h's lifetime may not be told of its end. The caller holds h.mu.
func (h *hub) untethered() bool {
	return h.life.from.ends && !h.tethered || h.life.is(loose)
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
