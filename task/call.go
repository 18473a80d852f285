package task

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// Do runs the task and returns its result. The task runs in a goroutine of its
// own; Do only waits for it. The work belongs to the scope of ctx.
//
// Cancellation: if ctx ends first, Do returns [future.Cause](ctx) at once, and
// the work is cancelled. If that was the deadline of ctx and the task has a Timeout, the error names the task.
// Panics: a panic of the function is a failure, a [*future.PanicError]; runtime.Goexit is [future.ErrGoexit].
// Cost: three allocations and a goroutine. A Timeout that is the only policy is two more, and a timer unless the function
// returns at once. With an observer, or a Timeout among other policies, a call has a life of its own: ten allocations and more.
func (t Task[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	d := t.must("Do")
	must.HaveCtx("task.Task.Do", ctx)
	return d.do(ctx, in, true)
}

// Go starts the task and returns a future for its result. It belongs to the
// scope of ctx, as that of [future.Go] does.
//
// Cancellation: if ctx is done or its scope closed, nothing is called and the
// future fails with the cause. If ctx ends later, or the future is cancelled, the ctx of the function is
// done and no further attempt is made; the future completes when the function returns.
func (t Task[In, Out]) Go(ctx context.Context, in In) future.Future[Out] {
	d := t.must("Go")
	must.HaveCtx("task.Task.Go", ctx)
	work := d.begin(ctx, in, true)
	if d.discard == nil {
		return work
	}
	return future.Discard(work, func(v Out) { d.dispose(ctx, v) })
}

// doQuietly is Do for what is inside of a Wrap: the task around it is observed.
func (d *definition[In, Out]) doQuietly(ctx context.Context, in In) (Out, error) {
	return d.do(ctx, in, false)
}

func (d *definition[In, Out]) do(ctx context.Context, in In, observed bool) (v Out, err error) {
	var begun time.Time
	if d.timed {
		begun = time.Now()
	}
	var work future.Future[Out]
	switch outlives := !observed && passOf(ctx) != nil; { // then the gate around has to know what goes on after the answer
	case outlives && d.degrades():
		work, v, err = d.doDegrading(ctx, in, observed)
	case outlives:
		work = d.call(ctx, in, observed).promise.Future()
		v, err = work.Await(ctx)
	case d.limited(ctx) && !d.asked(observed):
		work, v, err = d.doWithin(ctx, in, begun)
	case d.passes(ctx, observed):
		work, v, err = d.doThrough(ctx, in)
	case d.degrades():
		work, v, err = d.doDegrading(ctx, in, observed)
	default:
		work = d.begin(ctx, in, observed)
		v, err = work.Await(ctx)
	}
	if err == nil {
		return v, nil
	}
	if r, done := work.Peek(); done { // if both have happened, the result wins
		v, err = r.Get()
	} else {
		d.leave(ctx, work)
	}
	if err != nil && d.timed && passed(ctx.Err()) {
		err = named(ctx, d.name, begun, err)
	}
	return v, err
}

// begin starts the task. What nobody observes, and what acts only once the function has
// failed, needs no more than a goroutine.
func (d *definition[In, Out]) begin(ctx context.Context, in In, observed bool) future.Future[Out] {
	_, limited := ctx.Deadline()
	if d.starter == nil && !d.limits && !d.gated && !d.asked(observed) && !(d.standsIn && limited) && engine.ObserverOf(ctx) == nil {
		return future.Begin[Out](ctx, job[In, Out]{d, in})
	}
	return d.call(ctx, in, observed).promise.Future()
}

// call is a call of a task that is observed, or that more than one goroutine may work for.
type call[In, Out any] struct {
	promise  future.Promise[Out]
	d        *definition[In, Out]
	in       In
	life     engine.Life
	members  atomic.Int32 // goroutines that work for it, and its answer while that is missing
	observed bool
	seen     seam.OwnCall                    // nil if nobody observes it
	due      *due                            // nil if nothing stands in for it at a deadline
	gated    atomic.Pointer[runner[In, Out]] // of a task with gates, once it has begun
	under    atomic.Pointer[pass]            // of a call inside of a Wrap that a gate is around
}

func (d *definition[In, Out]) call(ctx context.Context, in In, observed bool) *call[In, Out] {
	c := &call[In, Out]{d: d, in: in, observed: observed && engine.ObserverOf(ctx) != nil}
	if d.standsIn {
		c.due = &due{around: ctx, begun: time.Now()}
	}
	life, err := engine.Begin(ctx, c, engine.Terms{Promise: &c.promise, Watched: !d.gated})
	if err != nil {
		c.refuse(ctx, err)
		return c
	}
	c.life = life
	if !observed {
		c.under.Store(passOf(ctx).hold())
	}
	c.members.Store(2)
	if end, limited := ctx.Deadline(); limited && c.due != nil {
		left := end.Sub(c.due.begun)
		c.due.alarm.Set(left-alarm.Hold(left), c.late)
	}
	go c.main()
	return c
}

// refuse fails a call that may not start.
func (c *call[In, Out]) refuse(ctx context.Context, cause error) {
	var none Out
	c.promise.Complete(none, cause)
	if !c.observed {
		return
	}
	c.promise.Future().OnDone(func(future.Result[Out]) { // in a goroutine that the scope joins
		s := c.observable()
		s.Open(ctx, observe.From(ctx))
		s.Skip(cause)
	})
}

// Name, Running and Ended implement [engine.Work]. A call that is cancelled ends when its function does.

func (c *call[In, Out]) Name() string      { return c.d.name }
func (c *call[In, Out]) Running() []string { return nil }

func (c *call[In, Out]) Ended(cause error) error {
	if c.due != nil && passed(c.due.around.Err()) {
		go c.late()
	}
	if c.d.gated {
		go c.cut(cause)
	}
	return nil
}

// cut reports to the gates of the call that its ctx has ended: its caller has an answer then.
func (c *call[In, Out]) cut(cause error) {
	if c.Join() {
		defer c.Leave()
		if r := c.gated.Load(); r != nil {
			r.Cut(cause)
		}
	}
}

// main is the goroutine of the call.
func (c *call[In, Out]) main() {
	announced := false
	defer func() {
		if announced {
			c.Leave()
			return
		}
		go func() { // an observer has called runtime.Goexit
			defer c.Leave()
			c.work(c.life.Context())
		}()
	}()
	ctx := c.announce()
	announced = true
	c.work(ctx)
}

func (c *call[In, Out]) announce() context.Context {
	ctx := c.life.Context()
	if c.observed {
		s := c.observable()
		ctx = s.Open(ctx, observe.From(ctx))
		c.seen = s
	}
	return ctx
}

func (c *call[In, Out]) observable() seam.OwnCall {
	return observe.ForEngines(seal).Call(observe.Call{Kind: observe.KindNode, Task: c.d.name, Node: c.d.name, Place: c.d.origin.Place})
}

func (c *call[In, Out]) work(ctx context.Context) {
	if len(c.d.policies) > 0 || c.d.starter != nil {
		r := newRunner(ctx, c.d, c.in, c, c)
		if c.d.gated {
			c.gated.Store(r)
		}
		if ans, over := r.start(); over {
			c.Finish(ans)
		}
		return
	}
	returned := false
	defer func() {
		if !returned {
			c.Finish(seam.Answer[Out]{Err: engine.Thrown(recover())})
		}
	}()
	v, err := c.d.fn(ctx, c.in)
	returned = true
	c.Finish(seam.Answer[Out]{Value: v, Err: err})
}

// Finish implements [seam.Host]. Whatever the observer does, the promise is completed.
func (c *call[In, Out]) Finish(ans seam.Answer[Out]) {
	defer func() {
		var none In
		c.in = none
		if c.members.Load() == 2 { // no work is left that was given up. Otherwise the next call could find the gates around still taken
			c.free()
		}
		c.promise.Complete(ans.Value, ans.Err)
		c.Leave()
	}()
	if c.due != nil {
		c.due.alarm.Release()
	}
	if ans.Late {
		c.promise.Complete(ans.Value, ans.Err)
	}
	switch {
	case c.seen != nil:
		c.seen.End(ans.Err, ans.Degraded)
	case ans.Degraded != nil:
		c.d.stoodIn(c.life.Context(), ans)
	}
}

// free lets go of the pass that the call is under.
func (c *call[In, Out]) free() { c.under.Swap(nil).letGo() }

// Join implements [seam.Crew].
func (c *call[In, Out]) Join() bool {
	for {
		n := c.members.Load()
		if n == 0 {
			return false
		}
		if c.members.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Leave implements [seam.Crew].
func (c *call[In, Out]) Leave() {
	if c.members.Add(-1) == 0 {
		if c.due != nil {
			c.due.alarm.Release()
		}
		c.free()
		c.life.Release()
		c.gated.Store(nil)
		c.life, c.seen = nil, nil // a future of the call keeps the call, but not what the ctx has
	}
}
