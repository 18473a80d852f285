package seam

import (
	"context"
	"time"

	"github.com/jade-go/jade/observe"
)

// Seen is one call as an observer sees it. Package observe makes it, ready for one call. It is
// not used for another: its Context is the call's ctx, which a user may keep. Panics of the observer are logged.
type Seen interface {
	// Begin tells o, the observer of ctx, that a call begins at start, and returns the ctx for it. What about says of it is not
	// copied and must not change; all runs of a flow may share it. Its Start is not used, and Flow and Node are taken as they
	// are; Run, Path and Deadline are as for [observe.Begin].
	Begin(ctx context.Context, o observe.Observer, about *observe.Call, start time.Time) context.Context
	// Context is the ctx that Begin has returned.
	Context() context.Context
	// Degrade notes that the value of the call stands in for a failure. It is called before End, which tells so.
	Degrade(failure error)
	// End tells how the call ended: see [observe.OutcomeOf]. Of a run, lost is what its answer does without.
	End(err, degraded error, lost ...observe.Loss)
	// Straggle tells that the call has been given up because of err, although it still runs.
	Straggle(err error)
	// Skip tells that the call is not made, because of why.
	Skip(why error)
}

// OwnCall is a [Seen] that has a description of its own.
type OwnCall interface {
	Seen
	// Open is Begin with that description, which it completes, at its Start or now.
	Open(ctx context.Context, o observe.Observer) context.Context
}
