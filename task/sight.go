package task

import (
	"context"
	"time"
)

// Sight is one call as an observer sees it, with all the memory that takes but what the observer allocates. Engines that
// make many calls allocate theirs together; else [Begin] is enough. The zero Sight is ready
// for one call. It is not copied, nor used for another: it is the call's ctx, which a user may keep.
//
// Cost: 80 bytes, and two readings of the clock; of a call that a [Selective] observer is not told of, one.
type Sight struct{ s scene }

// Begin tells o, the observer of ctx, that a call begins at start, and returns the ctx for it. What about says of it is not
// copied and must not change; all runs of a flow may share it. Its Start is not used, and Flow and Node are taken as they
// are; Run, Path and Deadline are as for [Begin].
// Panics: those of the observer are logged, here and in the other methods.
func (s *Sight) Begin(ctx context.Context, o Observer, about *Call, start time.Time) context.Context {
	return s.s.begin(ctx, o, sceneOf(ctx), about, start)
}

// Context is the ctx that Begin has returned.
func (s *Sight) Context() context.Context { return &s.s }

// Degrade notes that the value of the call stands in for a failure. It is called before End, which tells so.
func (s *Sight) Degrade(failure error) { s.s.degraded.Store(&failure) }

// End tells how the call ended: see [OutcomeOf]. Of a run, lost is what its answer does without.
func (s *Sight) End(err, degraded error, lost ...Loss) { s.s.ends(err, degraded, lost...) }

// Straggle tells that the call has been given up because of err, although it still runs.
func (s *Sight) Straggle(err error) { s.s.straggles(err) }

// single is a call that has a description of its own.
type single struct {
	scene
	call Call
}

// begin completes the description and tells o.
func (s *single) begin(ctx context.Context, o Observer) context.Context {
	around := sceneOf(ctx)
	if c := &s.call; around != nil && c.Kind != KindRun {
		if c.Flow == "" {
			c.Flow = around.about.Flow
		}
		if c.Node == "" {
			c.Node = around.about.Node
		}
	}
	start := s.call.Start
	if start.IsZero() {
		start = time.Now()
	}
	return s.scene.begin(ctx, o, around, &s.call, start)
}
