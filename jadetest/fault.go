package jadetest

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	recovery "github.com/jade-go/jade/recover"
)

// Fault is a way in which a task can go wrong.
type Fault int

const (
	FaultBusiness     Fault = iota // fails with an error that the author of the task meant
	FaultSystem                    // fails as for want of files: ENFILE
	FaultDependency                // fails as if the other side refused connections: ECONNREFUSED
	FaultTimedOut                  // fails with context.DeadlineExceeded, as a call with a limit of its own
	FaultCanceled                  // fails with context.Canceled, as a call that somebody else has cancelled
	FaultPanic                     // panics
	FaultGoexit                    // calls runtime.Goexit
	FaultNil                       // returns the zero value and no error
	FaultSlow                      // takes twice the limit of its task's Timeout, and heeds its ctx; not of a task without
	FaultTooSlow                   // takes twice the limit of the whole, and heeds its ctx; not if there is none
	FaultHang                      // does not return, whatever its ctx says
	FaultCallerLeaves              // the caller of the flow cancels meanwhile
	FaultRejected                  // is rejected by its gates, and not called; only for a task with a gate
	faults            int   = iota
)

var faultNames = [faults]string{
	"business", "system", "dependency", "timed out", "canceled", "panic", "goexit", "nil", "slow", "too slow", "hang", "caller leaves", "rejected",
}

func (f Fault) String() string {
	if f < 0 || int(f) >= faults {
		return fmt.Sprintf("Fault(%d)", int(f))
	}
	return faultNames[f]
}

// AllFaults returns all faults. [Faults] tries them without an option that names others; it tries [FaultRejected] only if a task of the flow has a gate.
func AllFaults() (all []Fault) {
	for f := range Fault(faults) {
		all = append(all, f)
	}
	return all
}

// Injected is the error of a task that [Faults] lets fail, and the value of a panic. Its text does not
// name the task: that is for what is around the task to do.
type Injected struct {
	Task  string
	Fault Fault
}

func (e *Injected) Error() string { return "injected: " + e.Fault.String() }

var errMeant = recovery.Mark(recovery.ClassBusiness, errors.New("meant"))

// Unwrap returns what makes the error one of its class, or nil.
func (e *Injected) Unwrap() error {
	switch e.Fault {
	case FaultBusiness:
		return errMeant
	case FaultSystem:
		return syscall.ENFILE
	case FaultDependency:
		return syscall.ECONNREFUSED
	case FaultTimedOut:
		return context.DeadlineExceeded
	case FaultCanceled, FaultCallerLeaves:
		return context.Canceled
	}
	return nil
}
