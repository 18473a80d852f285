package flow

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	recovery "github.com/jade-go/jade/recover"
)

// This file is how it is decided what becomes of a run.

// succeed answers with the output. In the plain case it does not go through
// answer: a goroutine begins with a small stack, and to let that grow costs more
// than most of a run.
func (c *call[In, Out]) succeed() {
	if !c.decide(answering) {
		c.st.discard(c.plan.out)
		return
	}
	if c.st.demand != nil { // or else nothing runs any more
		c.cutGates(answered)
	}
	if c.undoing != nil {
		c.st.demand.mu.Lock()
		used := c.st.use()
		c.st.demand.mu.Unlock()
		c.undoing.uses(used)
	}
	out := c.st.cells[c.plan.out].(interface{ value() *Out }).value()
	if c.observer != nil || c.host != nil || c.st.demand.hasLosses() {
		c.succeedAtLength(out)
		return
	}
	c.limit.release()
	if c.limit.reserves() {
		c.closeSpare()
	}
	c.effects.answered()
	c.undoing.answered()
	c.promise.Complete(*out, nil)
}

// succeedAtLength is succeed for a run that somebody is told of.
//
// At the limit no function of Degraded is called by who gives up the calls, and then sees to it that the answer comes in time.
//
//go:noinline
func (c *call[In, Out]) succeedAtLength(out *Out) {
	ans := c.answerOf(*out)
	switch {
	case len(ans.Losses)*len(c.flow.degraded) == 0:
		c.answer(0, ans)
	case c.expired.Load():
		c.tellDegradedBeside(ans)
	default:
		c.tellDegraded(0, ans)
	}
}

func (c *call[In, Out]) tellDegradedBeside(ans seam.Answer[Out]) {
	c.hold(0, byNoOneYet, 0, ans)
	c.beside(func() { c.tellDegraded(0, ans) })
}

// fail answers with a failure of the flow: Catch may turn it into an answer.
//
// If the caller has left, that is why, whatever the node made of it.
func (c *call[In, Out]) fail(err error) {
	if !c.expired.Load() && c.ctx.Err() != nil {
		c.halt(future.Cause(c.ctx))
		err = c.inherited(err)
	}
	if c.decide(answering) {
		lost := &future.CanceledError{Cause: err}
		c.life.End(lost)
		c.cutGates(lost)
		c.resolve(err)
	}
}

// inherited is err, with a deadline of the caller's ctx that a function has returned made one that says so.
func (c *call[In, Out]) inherited(err error) error {
	e, ok := err.(*Error)
	if !ok || !isDeadline(c.around.Err()) || !engine.IsForeignDeadline(e.Err) {
		return err
	}
	named := *e
	named.Err = engine.Inherited(c.around, c.plan.name+": "+e.Node, c.start(), e.Err)
	return &named
}

// start is when the run has begun, if the ctx has told of its deadline; else it is not known.
func (r *run) start() time.Time {
	if r.begun.IsZero() {
		return time.Now()
	}
	return r.begun
}

// halt is told by a worker that the ctx has ended from outside, before Ended was perhaps.
func (c *call[In, Out]) halt(cause error) {
	if isDeadline(c.around.Err()) {
		c.expire()
		return
	}
	if c.decide(leftAlone) {
		c.endEffects(cause)
		c.cutGates(cause)
		c.resolve(cause)
	}
}

// Ended implements [engine.Work]: the ctx has ended from outside. If the caller has left, the answer is
// the cause, now; what has to be told is told by a goroutine of its own.
func (c *call[In, Out]) Ended(cause error) error {
	if !c.Join() {
		return cause // too late to matter
	}
	if isDeadline(c.around.Err()) {
		go func() {
			defer c.Leave()
			c.expire()
		}()
		return nil
	}
	if !c.decide(leftAlone) {
		c.Leave()
		return cause
	}
	c.endEffects(cause)
	go func() {
		c.cutGates(cause)
		c.hooks(0, 0, seam.Answer[Out]{Err: cause})
	}()
	return cause
}

// endEffects is called when there is nobody left that they could be for.
func (c *call[In, Out]) endEffects(cause error) {
	if c.effects != nil {
		c.effects.life.End(cause)
	}
}

// arm sets the alarm for the limit. (If the run has been answered already, that is released. A run that is decided may still wait
// for a function of OnError, Catch or Degraded.)
func (c *call[In, Out]) arm() {
	if c.limit == nil || c.limit.shared && !c.limit.sooner || c.limit.first.Released() {
		return
	}
	c.limit.first.Set(time.Until(c.limit.at), func() { c.ring(c.expire) })
}

// ring has a goroutine of a timer's do something, if anybody still works for the run.
func (c *call[In, Out]) ring(do func()) {
	if c.Join() {
		defer c.Leave()
		do()
	}
}

// expire is called when the limit has passed, once it has or more often: the calls are given up.
func (c *call[In, Out]) expire() {
	l := c.limit
	if !l.reserves() || !time.Now().Before(l.end) {
		c.spend()
		return
	}
	if c.expired.Swap(true) {
		return
	}
	c.giveUp(l.at, false)
	if !l.shared {
		l.second.Set(time.Until(l.end), func() { c.ring(c.spend) })
	}
}

// spend is called at the end of the reserve, or at the limit if nothing is reserved: what takes time is given up too.
func (c *call[In, Out]) spend() {
	c.expired.Store(true) // first: who comes second goes by that
	if c.spent.Swap(true) {
		return
	}
	l := c.limit
	if l == nil { // the ctx did not tell of its deadline
		c.giveUp(time.Now(), true)
		c.closeIn(grace)
		return
	}
	if l.reserved {
		c.cutShort(l.end) // first: what follows from the end of the reserve is quick, and has a moment
		c.giveUp(l.end, true)
		c.endReserve() // not before: what a function makes of that end comes too late, whoever is first
	} else {
		c.giveUp(l.at, true)
	}
	c.closeIn(max(time.Until(l.last), l.quick()))
}

// closeIn has the run closed after d.
func (c *call[In, Out]) closeIn(d time.Duration) {
	due := time.Now().Add(d)
	ring := func() { c.ring(func() { c.close(due) }) }
	if c.limit == nil {
		time.AfterFunc(d, ring)
		return
	}
	c.limit.third.Set(d, ring)
}

// giveUp gives up the calls, as of a time.
func (c *call[In, Out]) giveUp(at time.Time, spent bool) {
	late := c.lateAt(at)
	if c.isLate() {
		late = c.flow.terms.Late
	}
	if c.st.demand != nil {
		c.st.expire(late, spent)
	} else if !c.st.backInTime(late) && c.decide(answering) {
		missing := c.st.firstMissing() // before the ctx ends, which makes functions return
		c.life.End(late)
		c.cutGates(late)
		c.resolve(c.plan.classed(missing, late, recovery.ClassTimeout))
	}
	c.hurry()
}

// GiveUp implements [seam.Carried]: the limit of the run around has passed.
func (c *call[In, Out]) GiveUp(_ error, spent bool) {
	c.given.Store(true)
	if spent {
		c.ring(c.spend)
	} else {
		c.ring(c.expire)
	}
}

// close is called when the run has to be answered, whatever is missing. It waits if only a processor is missing: many runs may have one limit.
func (c *call[In, Out]) close(due time.Time) {
	runtime.Gosched() // the goroutines that waited before go first: if that takes long, processors are short
	if short := time.Since(due) > grace/5; short && time.Since(c.lastAt()) < overtime || c.starves() {
		c.closeIn(grace)
		return
	}
	if c.limit.spares() {
		c.endSpare(c.lateAt(c.limit.end))
	}
	if c.decide(answering) {
		late := c.lateAt(c.lastAt())
		c.life.End(late)
		c.cutGates(late)
		c.resolve(c.plan.classed(c.st.firstMissing(), late, recovery.ClassTimeout))
		return
	}
	c.cutShort(c.lastAt())
}

// starves reports whether the run waits for a processor: a goroutine that goes on with it was started, and has not begun.
func (c *call[In, Out]) starves() bool {
	if c.fate.Load() == undecided {
		return c.st.head.Load() != none || c.st.waking.Load()
	}
	e := c.end()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stage == byNoOneYet
}

// limitAt is when the calls of the run are given up; now, if the ctx did not tell of its deadline.
func (r *run) limitAt() time.Time {
	if r.limit == nil {
		return time.Now()
	}
	return r.limit.at
}

// lastAt is when the run is answered, whatever is missing.
func (r *run) lastAt() time.Time {
	if r.limit == nil {
		return time.Now()
	}
	return r.limit.last
}

// refuse answers a run that may not start.
func (c *call[In, Out]) refuse(cause error) {
	var none Out
	if engine.IsForeignDeadline(cause) {
		cause = engine.Inherited(c.around, c.plan.name, c.start(), cause)
	}
	if c.host != nil {
		c.host.Finish(seam.Answer[Out]{Err: cause})
		c.gone()
		return
	}
	c.gone()
	c.promise.Complete(none, cause)
	if engine.ObserverOf(c.around) != nil {
		c.promise.Future().OnDone(func(future.Result[Out]) { // in a goroutine that the scope joins
			c.flow.plan.refused(c.around, cause)
		})
	}
}

// isDeadline reports whether err, of a ctx, is a deadline. A panic in a method of err counts as no.
func isDeadline(err error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, context.DeadlineExceeded)
}
