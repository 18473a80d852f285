package trace

import (
	"github.com/jade-go/jade/internal/excerpt"
	"github.com/jade-go/jade/observe"
)

// texts is what a span keeps of a failure. An error itself is not kept: it may hold on to anything.
type texts struct {
	err, panic, stack string
	rejected          observe.Rejection // zero if it is none
	cause             int               // see Span.Cause
}

// maxGate is how long the name of a gate is at most, in bytes.
const maxGate = 200

// textsOf returns the texts of an outcome's failure. A span that was skipped has none:
// why it was not started is what the run failed of.
func textsOf(o observe.Outcome) (t texts) {
	if o.Err == nil || o.Status == observe.StatusSkipped {
		return t
	}
	t.err = excerpt.OfError(o.Err)
	t.rejected, _ = observe.RejectionOf(o.Err)
	t.rejected.Gate = excerpt.Of(t.rejected.Gate, maxGate)
	if o.Panic != nil {
		t.panic, t.stack = excerpt.OfPanic(o.Panic)
	}
	return t
}
