package jadetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// Verdict is what became of an answer, from the best to the worst.
type Verdict int

const (
	NotTried  Verdict = iota // the fault does not apply: there is no limit to pass
	NotCalled                // the task was not called
	OK                       // the answer is the one without the fault
	Degraded                 // there is an answer, and the run knows that something failed
	Altered                  // there is another answer, and the run knows of no failure
	Caught                   // the flow has failed, and its Catch has answered
	Failed                   // the error names the task and has its cause
	BadError                 // the error does not
	Late                     // the answer came after it was due
	Leaked                   // something still runs when all is over
	Hung                     // there was no answer
	Crashed                  // the caller of the flow got a panic
	verdicts  int     = iota
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
		return Crashed, o.crash.Error()
	case !o.answered:
		return Hung, "no answer in " + o.took.String()
	case len(o.left) > 0:
		return Leaked, "still running: " + strings.Join(o.left, ", ")
	case due > 0 && o.took > due:
		return Late, fmt.Sprintf("answered after %s, due within %s", o.took, due)
	case !hit:
		return NotCalled, ""
	case o.err != nil:
		return judgeError(o.err, inj)
	case o.trace != nil && o.trace.Root().Status == task.Degraded:
		return Caught, "caught: " + o.trace.Root().Err
	case o.count(task.Degraded) > 0:
		return Degraded, ""
	case reflect.DeepEqual(o.value, usual.value):
		return OK, ""
	case o.count(task.Failed, task.Canceled, task.Straggler) > usual.count(task.Failed, task.Canceled, task.Straggler):
		return Degraded, ""
	}
	return Altered, ""
}

// count is how many calls of the run ended so.
func (o outcome) count(statuses ...task.Status) (n int) {
	if o.trace == nil {
		return 0
	}
	for _, s := range o.trace.Spans {
		for _, status := range statuses {
			if s.Status == status {
				n++
			}
		}
	}
	return n
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
			return Failed, err.Error()
		}
		if why == "" || reason < why {
			why = reason
		}
	}
	return BadError, why + ": " + err.Error()
}

// lacks says what an error should say of a fault and does not, or nothing.
func lacks(err error, fault *Injected) string {
	switch fault.Fault {
	case CallerLeaves: // which is not the task's
		if !future.IsCanceled(err) {
			return "the error is no cancellation"
		}
		return ""
	case Nil: // what comes of it is the failure of what took the nil
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
	case Goexit:
		return errors.Is(err, future.ErrGoexit)
	case Slow, TooSlow, Hang:
		return errors.Is(err, context.DeadlineExceeded)
	}
	return errors.Is(err, fault)
}

// last is the last part of a path.
func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
