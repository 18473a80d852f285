package future

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

func init() {
	engine.Begin = beginEngineWork
	engine.Thrown = thrown
	engine.Panicked = func(value any, stack string) error { return &PanicError{Value: value, stack: stack} }
	engine.Callback = callBack
	engine.Alone = func(ctx context.Context) bool {
		_, around, _ := surroundings(ctx)
		return around == nil || around.within() == nil || around.within().running.Load() == 1
	}
}

// callBack is OnDone, for something that is complete and has a name.
func callBack(ctx context.Context, name string, fn func()) {
	h := &hook[struct{}]{in: &state[struct{}]{}, fn: func(Result[struct{}]) { fn() }, name: name}
	if _, around, _ := surroundings(ctx); around != nil {
		h.scope = around.within()
	}
	h.node.act, h.node.phase = h, callback
	resume(chain{&h.node, &h.node})
}

// engineWork is work that packages task and flow run, on goroutines of their own:
// its ctx and its place in a scope. The scope counts it as one member from
// Begin to Release, however many goroutines work for it.
type engineWork struct {
	workCtx
	own    parent
	does   engine.Work
	out    *core // of the future that it completes; nil for a part of other work
	member bool  // of the scope
	until  time.Time
}

func beginEngineWork(ctx context.Context, w engine.Work, t engine.Terms) (engine.Life, error) {
	s := &engineWork{does: w, until: t.Until, member: t.Member || t.Promise != nil}
	if s.parent = shared(ctx); s.parent == nil {
		s.own = newParent(ctx)
		s.parent = &s.own
	}
	s.work = s
	if t.Promise != nil {
		s.out = t.Promise.(Input).core()
		s.out.scope = s.parent.scope
		s.out.work = s
	} else {
		s.passive = !s.member
	}
	if e := s.begin(t.Watched); e != nil {
		s.finish(e)
		return nil, e.share.error()
	}
	return s, nil
}

// core is the future of a promise of any type.
func (p *Promise[T]) core() *core { return &p.s.core }

// begin lists the work, unless the ctx that it is started with has ended: then it returns with what.
func (s *engineWork) begin(watched bool) *ending {
	if s.parent == &background {
		return nil
	}
	e := s.parent.ending()
	if e == nil && !watched && s.parent.foreign() {
		s.parent.arm(s)
	}
	if e == nil {
		if e = s.attach(s.member, watched); e != nil {
			s.parent.disarm(byCancel)
		}
	}
	return e
}

// Context implements [engine.Life].
func (s *engineWork) Context() context.Context { return &s.workCtx }

// Base implements [engine.Life].
func (s *engineWork) Base() context.Context {
	if around := s.parent.owner; around != nil && s.out == nil {
		if outer, ok := around.work.(*engineWork); ok {
			return outer.Base()
		}
	}
	return s.parent.ctx
}

// Observer implements [engine.Life].
func (s *engineWork) Observer() engine.Observer { return s.parent.observer }

// Told implements [engine.Life].
func (s *engineWork) Told() bool {
	return s.parent.edge == nil || s.parent.owner != nil && s.parent.list().listening.Load()
}

// Foreign implements [engine.Life].
func (s *engineWork) Foreign() context.Context { return s.parent.edge }

// Report implements [engine.Life].
func (s *engineWork) Report(name string, err error) {
	if scope := s.parent.scope; scope != nil || !IsCanceled(err) {
		scope.fail(name, err)
	}
}

// End implements [engine.Life].
func (s *engineWork) End(cause error) { s.end(asked(cause)) }

// Release implements [engine.Life].
func (s *engineWork) Release() {
	s.end(finished)
	s.detach()
	s.parent.disarm(byCancel)
}

// settled implements keeper.
func (s *engineWork) settled() { s.end(finished) }

func (s *engineWork) cancel(sw *cancellation, e *ending, by reach) {
	if by == byScope && s.parent.owner == nil && s.ending() == nil {
		return
	}
	s.cancellation(sw, e, by)
	if err := s.does.Ended(e.share.error()); err != nil && s.out != nil {
		f := s.out.because(err, s.place())
		sw.visit(s.out.scope)
		sw.out.append(s.out.fail(f))
	}
}

func (s *engineWork) input() *core { return nil }
func (s *engineWork) place() place { return place{from: s.parent, given: s.does.Name()} }

// places is where each thing that runs for the engineWork comes from.
func (s *engineWork) places() []place {
	if !s.member {
		return nil // it is part of work that is asked itself
	}
	names := s.does.Running()
	if len(names) == 0 {
		return []place{s.place()}
	}
	places := make([]place, len(names))
	for i, name := range names {
		places[i] = place{given: name}
	}
	return places
}

func (s *engineWork) deadline() time.Time { return s.until }
