package observe

import (
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// Rejection says that a gate did not let a call in, so that nothing was called: see task.Gate.
type Rejection struct {
	Task string        // the task whose call it was
	Gate string        // the name of the gate, or else its kind
	Wait time.Duration // after which the gate may let the call in; zero if nobody knows
}

// RejectionOf returns the rejection that err is or wraps, the first one of several that are joined. It is for observers: they tell by it the calls
// that were rejected from those that have failed.
//
//	end := func(o observe.Outcome) { rejection, ok := observe.RejectionOf(o.Err) }
//
// The error of a call that has called another one may wrap the rejection of that: then Task is the name of the other task.
// An error that is or wraps a panic is no rejection. A panic of a method Unwrap counts as no.
func RejectionOf(err error) (r Rejection, ok bool) {
	if err == nil || panicIn(engine.Root(err)) != nil {
		return r, false
	}
	found, ok := engine.RejectedOf(engine.Root(err))
	return Rejection(found), ok
}
