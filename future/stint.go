package future

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

func init() {
	engine.Begin = beginStint
	engine.Thrown = thrown
}

// stint is work that packages task and flow run, on goroutines of their own:
// its ctx and its place in a scope. The scope counts it as one member from
// Begin to Release, however many goroutines work for it.
type stint struct {
	unlisted
	lifetime
	own      origin
	work     engine.Work
	out      *core // of the future that it completes; nil for a part of other work
	hall     lobby
	member   bool // of the scope
	until    time.Time
	released atomic.Bool
}

// core is the future of a promise of any type.
func (p *Promise[T]) core() *core { return &p.s.core }

func beginStint(ctx context.Context, w engine.Work, t engine.Terms) (engine.Life, error) {
	s := &stint{work: w, until: t.Until, member: t.Member || t.Promise != nil}
	if s.from = shared(ctx); s.from == nil {
		s.own = ownOrigin(ctx)
		s.from = &s.own
	}
	s.act = s
	s.phase = claimed
	if t.Promise != nil {
		s.out = t.Promise.(interface{ core() *core }).core()
		s.out.scope = s.from.scope
		s.out.work = &s.node
	}
	if e, ok := s.enter(t.Watched); !ok {
		return nil, e.failure()
	}
	return s, nil
}

// enter enters the scope and the owner's list, unless they have ended.
func (s *stint) enter(watched bool) (ending, bool) {
	if s.from == &background {
		return ending{}, true
	}
	if e, ended := s.from.ending(); ended {
		return e, false
	}
	if s.member && !s.from.scope.enter() {
		return closing, false
	}
	if !watched {
		s.alarm(s)
	}
	e, ok := s.attach(watched)
	if !ok {
		s.silence()
		if s.member {
			s.from.scope.leave()
		}
	}
	return e, ok
}

// silence ends the registration with a foreign ctx.
func (s *stint) silence() {
	if s.from.life == nil && s.from.stop != nil {
		s.from.stop()
	}
}

// Context implements [engine.Life].
func (s *stint) Context() context.Context { return &s.lifetime }

// Base implements [engine.Life].
func (s *stint) Base() context.Context {
	if around := s.from.life; around != nil && s.out == nil {
		if outer, ok := around.act.(*stint); ok {
			return outer.Base()
		}
	}
	return s.from.ctx
}

// Observer implements [engine.Life].
func (s *stint) Observer() any { return s.from.watch }

// Told implements [engine.Life].
func (s *stint) Told() bool {
	if s.from.life != nil {
		return !s.is(loose)
	}
	return !s.from.ends
}

// Foreign implements [engine.Life].
func (s *stint) Foreign() context.Context {
	switch {
	case s.from.edge != nil:
		return &s.lifetime
	case s.from.ends:
		return s.from.ctx
	}
	return nil
}

// Report implements [engine.Life].
func (s *stint) Report(name string, err error) {
	switch scope := s.from.scope; {
	case scope != nil:
		keep(&duty{of: &failure{err: err, scope: scope, name: name}})
	case !IsCanceled(err):
		complain(name, err)
	}
}

// End implements [engine.Life].
func (s *stint) End(cause error) { resume(s.endNow(asked(cause))) }

// Release implements [engine.Life].
func (s *stint) Release() {
	s.released.Store(true)
	if !s.plain() {
		resume(s.complete())
		s.detach()
		s.silence()
	}
	if s.member {
		s.from.scope.leave()
	}
}

// settled is told that the future is complete.
func (s *stint) settled() chain {
	if s.plain() {
		return chain{}
	}
	return s.complete()
}

func (s *stint) cancel(sw *sweep, e ending, _ reach) {
	s.lifetime.end(e, sw)
	if err := s.work.Ended(e.failure()); err != nil && s.out != nil {
		sw.out.append(s.out.fail(err, s.place()))
	}
}

func (s *stint) over() bool {
	if s.out != nil {
		return s.out.done()
	}
	return s.released.Load()
}

func (s *stint) home() *Scope  { return s.from.scope }
func (s *stint) lobby() *lobby { return &s.hall }
func (s *stint) place() place  { return place{from: s.from, given: s.work.Name()} }

// places is where each thing that runs for the stint comes from.
func (s *stint) places() []place {
	if !s.member {
		return nil // it is part of work that is asked itself
	}
	names := s.work.Running()
	if len(names) == 0 {
		return []place{s.place()}
	}
	places := make([]place, len(names))
	for i, name := range names {
		places[i] = place{given: name}
	}
	return places
}

func (s *stint) deadline() time.Time { return s.until }
