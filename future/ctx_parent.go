package future

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
)

// parent is what work keeps of the ctx it was started with. All that is
// started with one workCtx shares one.
type parent struct {
	ctx      context.Context
	owner    *workCtx        // whose end is the end of ctx: ctx itself, or one that ctx has only values on top of
	edge     context.Context // the nearest ctx that is not Jade's own and can end; ctx itself, if there is no owner
	scope    *Scope          // the nearest one around
	observer engine.Observer // see engine.Observe
	alarm    func() bool     // ends the registration with a foreign ctx: see arm
}

// background is shared by all that is started with [context.Background].
var background = parent{ctx: context.Background()}

// shared returns the parent that all work started with ctx has in common, or
// nil if each has to have a parent of its own.
func shared(ctx context.Context) *parent {
	if ctx == context.Background() {
		return &background
	}
	if c, ok := ctx.(*workCtx); ok {
		if k := c.open(); k.owner == c {
			return &k.parent
		}
	}
	return nil
}

// newParent is the parent of work started with a ctx that has no shared one.
func newParent(ctx context.Context) parent {
	p := parent{ctx: ctx}
	var around *workCtx
	p.owner, around, p.observer = surroundings(ctx)
	if around != nil {
		p.scope = around.within()
	}
	switch done := ctx.Done(); {
	case p.owner != nil:
	case done == nil:
	case around != nil && done == around.Done():
		p.owner = around
	default:
		p.edge = orderly(ctx)
	}
	if p.owner != nil {
		p.owner.open() // so that it has a list for what is started with it
		p.edge = p.owner.parent.edge
	}
	return p
}

// within is the scope of what is started with c.
func (c *workCtx) within() *Scope {
	if end, ok := c.work.(scopeEnd); ok {
		return end.scope
	}
	return c.parent.scope
}

// surroundings returns the ctx of Jade's that ctx is, the nearest one around,
// and the observer. It walks through ctx at most once.
func surroundings(ctx context.Context) (own, around *workCtx, observer engine.Observer) {
	switch c := ctx.(type) {
	case *workCtx:
		return c, c, c.parent.observer
	case *decoratedCtx:
		return c.own, c.around, c.observer
	}
	switch c := ctx.Value(engine.LifeKey{}).(type) {
	case *workCtx:
		return nil, c, c.parent.observer
	case *decoratedCtx:
		return nil, c.around, c.observer
	case engine.Dressed:
		own, around, observer = surroundings(c.Below(engine.Seal{}))
		if c != ctx {
			own = nil
		}
		return own, around, observer
	}
	return nil, nil, nil
}

// ending returns what the ctx has ended with, nil if it has not.
func (p *parent) ending() *ending {
	if p.owner != nil {
		return p.owner.ending()
	}
	if p.edge != nil && p.edge.Err() != nil {
		return endingOf(p.edge)
	}
	return nil
}

// list is where work with this parent is listed: with the ctx it was started
// with, else with its scope; nil if there is neither.
func (p *parent) list() *children {
	switch {
	case p.owner != nil:
		return p.owner.kids.Load()
	case p.scope != nil:
		return p.scope.list()
	}
	return nil
}

// foreign reports whether only the standard library can tell that the ctx has ended, and it may end.
func (p *parent) foreign() bool { return p.owner == nil && p.edge != nil }

// arm has w told when its foreign ctx ends; p is w's own. The registration is
// written before anybody but the alarm can reach w, and the alarm does not touch it.
func (p *parent) arm(w worker) {
	scope, edge := p.scope, p.edge
	p.alarm = context.AfterFunc(edge, func() {
		scope.join()
		defer scope.leave()
		s := &cancellation{}
		w.cancel(s, endingOf(edge), byAlarm)
		s.run()
	})
}

// listen has w told when its ctx ends, also if w was about to run at the start, and so has asked until now.
func (p *parent) listen(w worker) {
	switch {
	case p == &background:
	case !p.foreign():
		if k := p.list(); k != nil {
			k.listen()
		}
	case p.alarm == nil:
		p.arm(w)
	}
}

// disarm ends the registration, unless the alarm itself asks for that.
func (p *parent) disarm(by reach) {
	if p.foreign() && by != byAlarm && p.alarm != nil {
		p.alarm()
	}
}

// enlist has the work of c, which is to complete out, told when the ctx that it
// was started with ends; with asks it is about to run, and asks. It returns
// false if that has ended: then so has the work.
func (c *workCtx) enlist(out *core, asks bool) bool {
	p := c.parent
	if p == &background {
		return true
	}
	e := p.ending()
	if e == nil && p.foreign() && !asks {
		p.arm(c.work)
	}
	if e == nil {
		e = c.attach(false, asks)
	}
	if e != nil {
		s := &cancellation{}
		c.work.cancel(s, e, byScope)
		s.run()
		return false
	}
	if out.done() { // before it was listed, perhaps
		c.detach()
	}
	return true
}

// part takes the work of c, which is over, off whatever would have told it to end.
func (c *workCtx) part(by reach) {
	if c.parent != &background {
		c.detach()
		c.parent.disarm(by)
	}
}
