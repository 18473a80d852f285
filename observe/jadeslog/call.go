package jadeslog

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// call is a call while it runs, and the ctx by which those inside of it find it.
type call struct {
	context.Context // that it began with
	observer        *observer
	about           observe.Call
	around          *call // nil for the outermost
	outermost       *call
	run             *call // the outermost run around it, or itself, or that of a flow that an effect calls; nil outside of a flow

	stage  atomic.Uint32
	lost   observe.Outcome       // written before the stage is givenUp, read only after
	late   atomic.Bool           // that it was given up is on record, or about to be
	told   atomic.Pointer[error] // the failure that a record of it says
	status atomic.Int32          // that it has ended with, counted from 1; 0: it runs
	tries  atomic.Int32          // attempts that have begun in it; of a run, those above the first of each call

	mu     sync.Mutex // of the outermost: guards the insides of all
	inside *inside    // nil until something goes wrong
}

// Stages of a call.
const (
	running uint32 = iota
	givenUp        // but it still runs
	over
)

type callKey struct{ of *observer }

// Value implements [context.Context].
func (c *call) Value(key any) any {
	if k, ok := key.(callKey); ok && k.of == c.observer {
		return c
	}
	return c.Context.Value(key)
}

// String keeps fmt from reading the call by reflection, while others write to it.
func (c *call) String() string   { return "jade.Context" }
func (c *call) GoString() string { return "jade.Context" }

// end is told how the call has ended. Nothing of what succeeds is on record, except for the line of a run.
func (c *call) end(o observe.Outcome) {
	if o.Lost {
		c.loseEffect(o)
		return
	}
	if o.Status == observe.StatusStraggler {
		c.giveUp(o)
		return
	}
	if c.stage.Swap(over) == givenUp {
		c.returned(o)
		return
	}
	if c.about.Kind == observe.KindRun && len(o.FailedOf) > 0 {
		c.noteFailed(o.FailedOf)
	}
	c.status.Store(int32(o.Status) + 1)
	if c.run == c {
		if c.around == nil || c.around.run == nil {
			defer c.writeLine(o) // whatever the handler does with the other records
		}
		if o.Status != observe.StatusOK || c.hasReports() {
			c.judge(o)
		}
		return
	}
	if len(o.Losses) > 0 && c.run != nil && !c.isForEffect() {
		c.holdLosses(o.Losses)
	}
	if c.tries.Load() > 0 && c.about.Kind != observe.KindRun {
		defer c.settle(o.Err)
	}
	if o.Status != observe.StatusOK {
		c.unwell(o)
	}
}

// unwell makes the records of a call that has not succeeded.
func (c *call) unwell(o observe.Outcome) {
	switch {
	case c.about.Kind == observe.KindAttempt:
		c.write(debug, MessageAttempt, o, time.Now(), 0)
	case o.Status == observe.StatusCanceled || o.Status == observe.StatusSkipped && !c.isRefused(o):
		c.unwanted(o)
	default:
		c.failed(o)
	}
}

// failed makes the record of a failure, unless it is on record already or somebody around the call will make it.
func (c *call) failed(o observe.Outcome) {
	message := MessageFailed
	if o.Status == observe.StatusDegraded {
		message = MessageDegraded
	}
	judged := c.run != nil && !c.isForEffect()
	switch {
	case !judged && c.run != nil && len(o.Losses) > 0: // the run inside has told
		return
	case c.isCutOff(o):
		c.note(failure{err: o.Err, status: observe.StatusStraggler, of: c}) // its run names it
		if judged {
			c.hold(o, true)
		}
		return
	case c.hasItFromAnother() && c.around.isKnown(o):
		c.passOn(o)
		return
	case c.isKnown(o) || c.isTold(o):
		return
	}
	c.told.Store(&o.Err)
	taken := !judged && c.isTaken()
	c.note(failure{err: o.Err, panic: o.Panic, status: o.Status, of: c, taken: taken})
	switch {
	case judged:
		c.hold(o, false)
	case taken:
		report{of: c, o: o, at: time.Now()}.writeTaken()
	default:
		c.write(levelOf(o), message, o, time.Now(), 0)
	}
}

// passOn is told that the call has failed of what another node has failed of.
func (c *call) passOn(o observe.Outcome) {
	f, found := c.around.origin(o)
	if !found {
		return
	}
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	for a := f.of; a != nil && a != c.around; a = a.around {
		in := a.insides()
		in.passedOn = append(in.passedOn, c.about.Node)
	}
}

// loseEffect makes the record of an effect that was cut off.
func (c *call) loseEffect(o observe.Outcome) {
	c.lost = o
	if c.stage.Load() != over && c.late.CompareAndSwap(false, true) {
		c.write(warn, MessageLost, o, time.Now(), 0)
	}
	if o.Status != observe.StatusStraggler {
		c.stage.Store(over)
		return
	}
	c.stage.CompareAndSwap(running, givenUp)
}

// isForEffect reports whether no answer needs the call: nothing stands in for what it fails of.
func (c *call) isForEffect() bool {
	for a := c; a != nil && a != c.run; a = a.around {
		if a.about.Effect {
			return true
		}
	}
	return false
}

// isTaken reports whether the call is for an effect that goes on without it.
func (c *call) isTaken() bool {
	for a := c; a != nil; a = a.around {
		if a.about.Effect {
			return a.about.Optional
		}
	}
	return false
}

// isTold reports whether something around the call has told of the failure already: a run that is answered at its limit does
// not wait until it has been told of, so what is around it may be first.
func (c *call) isTold(o observe.Outcome) bool {
	for a := c.around; a != nil; a = a.around {
		if told := a.told.Load(); told != nil && wraps(*told, o.Err) {
			return true
		}
	}
	return false
}

// unwanted makes the record of a call that nobody wanted any more.
func (c *call) unwanted(o observe.Outcome) {
	level, message := debug, MessageCanceled
	switch {
	case c.run == c:
		return // its line says so
	case o.Status == observe.StatusSkipped:
		message = MessageSkipped
	case c.around == nil:
		level = info
	}
	c.write(level, message, o, time.Now(), 0)
}

// isRefused reports whether the call was not started because of its deadline, and nothing around it can fail of that.
func (c *call) isRefused(o observe.Outcome) bool { return c.around == nil && isFailure(o.Class) }

// isCutOff reports whether the call has failed because the time of what is around it is up: then that failure
// is told there, before or after this one.
func (c *call) isCutOff(o observe.Outcome) bool {
	return o.Status == observe.StatusFailed && isLate(o) && c.around != nil && c.around.isUp()
}

// isUp reports whether the time of the call is up: what it fails of then is that, even if something inside has failed
// of an error that looks the same, such as [context.DeadlineExceeded].
func (c *call) isUp() bool {
	return recovery.Classify(context.Cause(c.Context)) == recovery.ClassTimeout
}

// hasItFromAnother reports whether the call may fail of what its inputs have failed of: a node without a task
// sees to the failures of others.
func (c *call) hasItFromAnother() bool {
	return c.around != nil && c.about.Kind == observe.KindNode && c.about.Task == ""
}
