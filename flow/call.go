package flow

import (
	"context"
	"runtime"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// call is one run of a flow: the part of it that knows the types.
type call[In, Out any] struct {
	run
	promise future.Promise[Out]
	host    task.Host[Out] // of a run within another, instead of the promise
	flow    *Flow[In, Out]
	in      In
	around  context.Context // the caller's
	aside   engine.Life     // of the functions of Catch and OnError
}

// begin starts a run. If the caller watches ctx, it is told whether it need not:
// the run is told of its end.
//
// The limit of a run that is watched is set when it turns out that the caller has to wait: most
// runs of quick functions are over by then (see future.Future.Await).
func (f *Flow[In, Out]) begin(ctx context.Context, in In, watched bool) (answer future.Future[Out], told bool) {
	c := &call[In, Out]{flow: f, in: in, around: ctx}
	answer = c.promise.Future()
	if err := c.enter(engine.Terms{Promise: &c.promise, Watched: watched}); err != nil {
		c.refuse(err)
		return answer, true
	}
	told = c.life.Told()
	c.members.Store(1)
	if c.watch != nil || c.st.demand != nil { // opening it may call a user's function
		c.members.Add(1)
		go c.st.opener()
	} else {
		c.st.open()
		if c.st.head.Load() != none {
			c.st.wake()
		}
	}
	if c.alarm != nil {
		if watched {
			runtime.Gosched()
		}
		c.limit()
	}
	c.Leave()
	return answer, told
}

// opener is the goroutine that opens a run.
func (st *state) opener() {
	if st.run.watch != nil {
		room(0)
	}
	st.serve(worker{duty: opening, at: none})
}

// room has the stack of a new goroutine grow to what it takes to tell an observer of a call, while hardly
// anything is on it: later each frame would have to be moved, which costs several times as much.
//
//go:noinline
func room(i int) byte {
	var frame [1200]byte
	return frame[i]
}

// announce tells the observer of the run, if there is one, and then opens it.
func (st *state) announce() {
	defer st.open() // whatever the observer does
	if r := st.run; r.watch != nil {
		r.ctx = r.watch.beginRun(r)
		if r.effects != nil {
			r.effects.ctx = engine.WithValues(r.effects.ctx, r.ctx)
		}
	}
}

// nested is a flow as work that a task stands for.
type nested[In, Out any] struct{ flow *Flow[In, Out] }

// identity is what all variants of a flow have in common.
func (n nested[In, Out]) identity() any { return n.flow.plan.original() }

// Graph returns the flow's graph.
func (n nested[In, Out]) Graph() Graph { return n.flow.Graph() }

// Start implements [task.Starter]: the caller's goroutine is the first to work for the run.
func (n nested[In, Out]) Start(ctx context.Context, in In, host task.Host[Out]) {
	c := &call[In, Out]{flow: n.flow, in: in, around: ctx, host: host}
	if err := c.enter(engine.Terms{Member: true}); err != nil {
		c.refuse(err)
		return
	}
	c.members.Store(1)
	c.limit()
	if c.watch != nil {
		c.st.serve(worker{duty: opening, at: none})
		return
	}
	c.st.open()
	c.st.serve(worker{at: none})
}

// enter makes what the run needs, and enters the scope.
func (c *call[In, Out]) enter(t engine.Terms) (err error) {
	p := c.flow.plan
	c.plan, c.owner = p, c
	if _, limited := c.around.Deadline(); limited || c.flow.limit > 0 {
		c.begun = time.Now()
	}
	if c.flow.limit > 0 {
		t.Until = c.begun.Add(c.flow.limit)
		c.alarm = new(alarm.Alarm)
	}
	if c.life, err = engine.Begin(c.around, c, t); err != nil {
		return err
	}
	c.ctx, c.foreign = c.life.Context(), c.life.Foreign()
	if p.effects {
		if c.effects, err = beginEffects(&c.run, c.around); err != nil {
			c.life.Release()
			return err
		}
	}
	if c.life.Observer() != nil {
		c.begun = time.Now()
		c.watch = newWatch(p, c.life.Observer().(task.Observer))
	}
	st := p.start(&c.run)
	st.cells[0].(*given[In]).v = c.in
	return nil
}

// limit sets the alarm, unless the run is over already.
func (c *call[In, Out]) limit() {
	if c.alarm != nil && c.fate.Load() == undecided {
		c.alarm.Set(time.Until(c.begun.Add(c.flow.limit)), c.tooLate)
	}
}

// refuse answers a run that may not start.
func (c *call[In, Out]) refuse(cause error) {
	var none Out
	cause = c.ended(cause)
	if c.host != nil {
		c.host.Finish(task.Answer[Out]{Err: cause})
		return
	}
	c.promise.Complete(none, cause)
	if engine.ObserverOf(c.around) != nil {
		c.promise.Future().OnDone(func(future.Result[Out]) { // in a goroutine that the scope joins
			c.flow.plan.refused(c.around, cause)
		})
	}
}

// succeed answers with the output. In the plain case it does not go through
// answer: a goroutine begins with a small stack, and to let that grow costs more
// than most of a run.
func (c *call[In, Out]) succeed() {
	if !c.decide(answering) {
		c.st.discard(c.plan.out)
		return
	}
	out := c.st.cells[c.plan.out].(interface{ value() *Out }).value()
	if c.watch != nil || c.host != nil {
		c.answer(task.Answer[Out]{Value: *out})
		return
	}
	if c.alarm != nil {
		c.alarm.Release()
	}
	c.effects.answered()
	c.promise.Complete(*out, nil)
}

// fail answers with a failure of the flow: Catch may turn it into an answer.
//
// If the ctx has ended from outside, that is why, whatever the node made of it.
func (c *call[In, Out]) fail(err error) {
	if c.ctx.Err() != nil {
		c.halt(future.Cause(c.ctx))
		return
	}
	if !c.decide(answering) {
		return
	}
	c.life.End(&future.CanceledError{Cause: err})
	c.resolve(err)
}

// tooLate is the timer's goroutine.
func (c *call[In, Out]) tooLate() {
	if !c.Join() {
		return
	}
	defer c.Leave()
	err := &deadline.Error{Limit: c.flow.limit, Elapsed: time.Since(c.begun), Name: c.late()}
	if c.decide(expired) {
		c.life.End(err)
		c.endEffects(err)
		c.resolve(err)
	}
}

// Ended implements [engine.Work]: the ctx has ended from outside. The answer is
// the cause, now; what has to be told is told by a goroutine of its own.
func (c *call[In, Out]) Ended(cause error) error {
	if !c.Join() {
		return cause // too late to matter
	}
	err := c.ended(cause)
	if !c.decide(leftAlone) {
		c.Leave()
		return err
	}
	c.endEffects(cause)
	go c.hooks(0, task.Answer[Out]{Err: err})
	return err
}

// endEffects is called when there is nobody left that they could be for.
func (c *call[In, Out]) endEffects(cause error) {
	if c.effects != nil {
		c.effects.life.End(cause)
	}
}

// halt is told by a worker that the ctx has ended from outside, before Ended was perhaps.
func (c *call[In, Out]) halt(cause error) {
	err := c.ended(cause) // which names what is missing now
	if c.decide(leftAlone) {
		c.endEffects(cause)
		c.resolve(err)
	}
}

// ended is the failure of a run whose ctx has ended from outside.
func (c *call[In, Out]) ended(cause error) error {
	if !deadline.Foreign(cause) {
		return cause
	}
	name, begun := c.plan.name, c.begun
	if c.st != nil {
		name = c.late()
	}
	if begun.IsZero() { // the ctx did not tell of the deadline
		begun = time.Now()
	}
	return deadline.Inherited(c.around, name, begun, cause)
}
