package observe

import (
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// Rejection describes a call that a gate did not let in: see task.Gate. The function was not called.
type Rejection struct {
	Task string        // the task of the call
	Gate string        // the name of the gate, or else its kind
	Wait time.Duration // after this time the gate may let the call in; zero if that is not known
}

// RejectionOf returns the rejection that err is or wraps. If several rejections are joined, it returns the first one. With it, an observer can tell
// rejected calls from other failed calls.
//
//	end := func(o observe.Outcome) { rejection, ok := observe.RejectionOf(o.Err) }
//
// If a function calls another task, its error may wrap the rejection of that other call. Then Task is the name of the other task.
// An error that is or wraps a panic is no rejection. If a method Unwrap of err panics, RejectionOf returns false.
func RejectionOf(err error) (r Rejection, ok bool) {
	if err == nil || panicIn(engine.Root(err)) != nil {
		return r, false
	}
	found, ok := engine.RejectedOf(engine.Root(err))
	return Rejection(found), ok
}
