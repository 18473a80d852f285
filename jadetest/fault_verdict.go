package jadetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/excerpt"
	"github.com/jade-go/jade/observe"
)

// Verdict is what became of an answer, from the best to the worst.
type Verdict int

const (
	VerdictNotTried  Verdict = iota // the fault does not apply: there is no limit to pass
	VerdictNotCalled                // the task was not called
	VerdictOK                       // the answer is the one without the fault
	VerdictDegraded                 // there is an answer, and the run knows that something failed
	VerdictAltered                  // there is another answer, and nothing says that a task failed: see [MayAlter]
	VerdictCaught                   // the flow has failed, and its Catch has answered
	VerdictFailed                   // the error names the task and has its cause
	VerdictBadError                 // the error does not
	VerdictLate                     // the answer came after it was due
	VerdictLeaked                   // something still runs when all is over
	VerdictHung                     // there was no answer
	VerdictCrashed                  // the caller of the flow got a panic
	verdicts         int     = iota
)

var verdictNames = [verdicts]string{"-", "not called", "ok", "degraded", "altered", "caught", "failed", "bad error", "late", "leaked", "hung", "crashed"}

func (v Verdict) String() string {
	if v < 0 || int(v) >= verdicts {
		return fmt.Sprintf("Verdict(%d)", int(v))
	}
	return verdictNames[v]
}

// judge says what became of a run. usual is the one without a fault.
func (o outcome) judge(usual outcome, inj *injection, due time.Duration) (v Verdict, detail string) {
	hit := false
	for name := range inj.faults {
		hit = hit || inj.hit(name)
	}
	switch {
	case o.crash != nil:
		return VerdictCrashed, o.crash.Error()
	case !o.answered:
		return VerdictHung, "no answer in " + o.took.String()
	case len(o.left) > 0:
		return VerdictLeaked, "still running: " + strings.Join(o.left, ", ")
	case due > 0 && o.took > due:
		return VerdictLate, fmt.Sprintf("answered after %s, due within %s", o.took, due)
	case !hit:
		return VerdictNotCalled, ""
	case o.err != nil:
		return judgeError(o.err, inj)
	case o.seen != nil && o.seen.run().Status == observe.StatusDegraded && len(o.seen.run().Losses) == 0:
		return VerdictCaught, "caught: " + excerpt.OfError(o.seen.run().Err)
	case o.noticed(usual, observe.StatusDegraded):
		return VerdictDegraded, ""
	}
	changed := different(usual.value, o.value)
	switch {
	case changed == "":
		return VerdictOK, ""
	case o.noticed(usual, observe.StatusFailed), o.noticed(usual, observe.StatusStraggler), inj.cancels() && o.noticed(usual, observe.StatusCanceled):
		return VerdictDegraded, ""
	}
	return VerdictAltered, changed
}

// noticed reports whether more calls ended so than in the usual run. (Those that were cancelled are asked for only if that is
// the fault: it is also what becomes of who loses, and of what is not over when the verdict is in.)
func (o outcome) noticed(usual outcome, status observe.Status) bool {
	return o.seen != nil && usual.seen != nil && o.seen.count(status) > usual.seen.count(status)
}

// judgeError says whether an error is one that helps: it names a task that something befell, and
// has what that was as its cause.
func judgeError(err error, inj *injection) (Verdict, string) {
	why := ""
	for name, fault := range inj.faults {
		if !inj.hit(name) {
			continue
		}
		reason := lacks(err, fault)
		if reason == "" {
			return VerdictFailed, err.Error()
		}
		if why == "" || reason < why {
			why = reason
		}
	}
	return VerdictBadError, why + ": " + err.Error()
}

// lacks says what an error should say of a fault and does not, or nothing.
func lacks(err error, fault *Injected) string {
	switch fault.Fault {
	case FaultCallerLeaves: // which is not the task's
		if !future.IsCanceled(err) {
			return "the error is no cancellation"
		}
		return ""
	case FaultNil: // what comes of it is the failure of what took the nil
		return ""
	}
	if !has(err, fault) {
		return "the error has lost its cause"
	}
	if !strings.Contains(err.Error(), last(fault.Task)) {
		return "the error does not name " + last(fault.Task)
	}
	return ""
}

// has reports whether err has the fault as its cause.
func has(err error, fault *Injected) bool {
	switch fault.Fault {
	case FaultGoexit:
		return errors.Is(err, future.ErrGoexit)
	case FaultSlow, FaultTooSlow, FaultHang:
		return errors.Is(err, context.DeadlineExceeded)
	}
	return errors.Is(err, fault)
}

// last is the last part of a path.
func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
