package observe

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// ForEngines is how tasks and flows report their calls: only this module can make a Seal.
func ForEngines(engine.Seal) engineSide { return engineSide{} }

type engineSide struct{}

// Observer is the observer that [engine.ObserverOf] or [engine.Life] has returned, or nil.
func (engineSide) Observer(o engine.Observer) Observer { return observerOf(o) }

// Calls returns n calls, for an engine that knows how many it is going to make.
//
// Cost: one allocation, 88 bytes a call.
func (engineSide) Calls(n int) []seen { return make([]seen, n) }

// Call returns a call with a description of its own.
func (engineSide) Call(about Call) *ownCall { return &ownCall{about: about} }

// Degrade notes that the value of the call that ctx is of stands in for a failure.
func (engineSide) Degrade(ctx context.Context, failure error) {
	if s := callOf(ctx); s != nil {
		s.sink().degraded.Store(&failure)
	}
}

// shortWait is not worth telling: a gate that lets a call in at once takes as long on a busy machine.
const shortWait = 100 * time.Microsecond

// Waited notes that the call that ctx is of has waited for a gate.
func (engineSide) Waited(ctx context.Context, d time.Duration) {
	if s := callOf(ctx); s != nil && d >= shortWait {
		s.sink().waited.Add(uint32(min(d, time.Hour) / time.Microsecond))
	}
}

// seen is a call as an engine sees it, a seam.Seen: that interface says what the methods do. The methods are not
// those of the ctx, because users get that.
type seen struct{ c callCtx }

func (s *seen) Begin(ctx context.Context, o Observer, about *Call, start time.Time) context.Context {
	return s.c.begin(ctx, o, callOf(ctx), about, start)
}

func (s *seen) Context() context.Context              { return &s.c }
func (s *seen) Degrade(failure error)                 { s.c.degraded.Store(&failure) }
func (s *seen) End(err, degraded error, lost ...Loss) { s.c.ends(err, degraded, lost...) }
func (s *seen) Straggle(err error)                    { s.c.straggles(err) }
func (s *seen) Skip(why error)                        { s.c.skips(why) }

// ownCall is a call that has a description of its own.
type ownCall struct {
	seen
	about Call
}

// Open is Begin with that description, which it completes, at its Start or now.
func (s *ownCall) Open(ctx context.Context, o Observer) context.Context {
	around := callOf(ctx)
	if c := &s.about; around != nil && c.Kind != KindRun {
		if c.Flow == "" {
			c.Flow = around.about.Flow
		}
		if c.Node == "" {
			c.Node = around.about.Node
		}
	}
	start := s.about.Start
	if start.IsZero() {
		start = time.Now()
	}
	return s.c.begin(ctx, o, around, &s.about, start)
}
