package task

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

// RejectedError is the failure of a call that a [Gate] did not let in. The function was not called.
//
// Its class is System, so package faas answers with HTTP 503 and, if Wait is known, with Retry-After. A Retry around the gate waits for Wait and
// tries again, if that is before the deadline. For a breaker, a rejection is not a failure.
type RejectedError struct {
	Task string        // the task whose call it was; a gate leaves it empty
	Gate string        // the name of the gate, or else its kind; a gate leaves it empty
	Wait time.Duration // after this time the gate may let the call in; zero if that is not known
	Err  error         // why the gate did not let the call in
}

func init() {
	errtree.Trust(&RejectedError{})
	engine.RejectedOf = func(err error) (r engine.Rejection, ok bool) {
		e, ok := errtree.Find[*RejectedError](err)
		if !ok || e == nil {
			return r, false
		}
		return engine.Rejection{Task: e.Task, Gate: e.Gate, Wait: e.Wait}, true
	}
}

// Error is one line: what was rejected, by which gate, and why.
func (e *RejectedError) Error() string {
	text := "rejected"
	if e.Task != "" {
		text = e.Task + ": rejected"
	}
	if e.Gate != "" {
		text += " by " + e.Gate
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Wait > 0 {
		text += ": try again in " + e.Wait.String()
	}
	return text
}

// Unwrap returns Err.
func (e *RejectedError) Unwrap() error { return e.Err }

// RetryAfter returns Wait. A [Retry] and package faas use it.
func (e *RejectedError) RetryAfter() time.Duration { return e.Wait }

// Class returns System, because a limit of this program was reached.
func (e *RejectedError) Class() recovery.Class { return recovery.ClassSystem }

// rejected returns the failure of a call that a gate did not let in because of err. If Enter has failed because ctx ended, that is no rejection.
func rejected(ctx context.Context, task, gate string, err error) error {
	if ctx.Err() != nil && repeats(ctx, err) {
		return err
	}
	if e, ok := err.(*RejectedError); ok && e != nil {
		named := *e
		if named.Task == "" {
			named.Task = task
		}
		if named.Gate == "" {
			named.Gate = gate
		}
		return &named
	}
	return &RejectedError{Task: task, Gate: gate, Wait: retryAfter(err, 0), Err: err}
}
