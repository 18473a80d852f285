package task

import (
	"context"
	"runtime"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
)

// job is a call that nobody observes, of a task whose policies act only once its function has failed: it
// is started as any function is. It implements [engine.Job].
type job[In, Out any] struct {
	d  *definition[In, Out]
	in In
}

func (j job[In, Out]) Name() string { return j.d.name }

func (j job[In, Out]) Call(_ engine.Seal, ctx context.Context) (Out, error) {
	if j.d.budgeted {
		j.d.tellBudgets()
	}
	return j.d.fn(ctx, j.in)
}

// Mend carries the failure through the policies, in a goroutine of its own, and waits for it.
func (j job[In, Out]) Mend(ctx context.Context, v Out, err error) (Out, error) {
	return j.mend(ctx, v, err, nil)
}

// mend is Mend for what has gone through gates, if it has.
func (j job[In, Out]) mend(ctx context.Context, v Out, err error, through *passage[In, Out]) (Out, error) {
	if len(j.d.policies) == j.d.row {
		return v, err
	}
	w := &waiter[Out]{over: make(chan struct{})}
	r := newRunner(ctx, j.d, j.in, w, w)
	r.made = 1
	if through != nil {
		through.behind.Store(r)
	}
	const first = 0
	go func() { r.finish(r.carry(first, j.d.row, v, err)) }()
	<-w.over
	if w.ans.Degraded != nil {
		j.d.stoodIn(ctx, w.ans)
	}
	return w.ans.Value, w.ans.Err
}

// waiter is the host and the crew of a call that a goroutine waits for.
type waiter[Out any] struct {
	ans  seam.Answer[Out] // written before over is closed
	over chan struct{}
}

func (w *waiter[Out]) Finish(ans seam.Answer[Out]) { w.ans = ans; close(w.over) }
func (w *waiter[Out]) Join() bool                  { return true }
func (w *waiter[Out]) Leave()                      {}

// limitedJob is a job with a Timeout and no other policy.
type limitedJob[In, Out any] struct {
	job[In, Out]
	limit *limit
}

func (j limitedJob[In, Out]) Mend(ctx context.Context, v Out, err error) (Out, error) {
	l := *j.limit
	l.around = ctx
	return v, l.inTime(err)
}

// limitedCtx is the ctx around a limit with the deadline of the limit. It implements [engine.Dressed].
type limitedCtx struct {
	context.Context
	limit limit
}

func (c *limitedCtx) Deadline() (time.Time, bool)       { return c.limit.until(), true }
func (c *limitedCtx) Below(engine.Seal) context.Context { return c.Context }
func (c *limitedCtx) Value(key any) any                 { return engine.Lookup(c, c.Context, nil, key) }
func (c *limitedCtx) String() string                    { return "jade.Context" }
func (c *limitedCtx) GoString() string                  { return "jade.Context" }

// limited reports whether doWithin can make the call.
func (d *definition[In, Out]) limited(ctx context.Context) bool {
	return d.limits && len(d.policies) == 1 && d.starter == nil && engine.ObserverOf(ctx) == nil
}

// doWithin starts the function and waits for it. The timer is set when it turns out that there is something to
// wait for: most quick functions have returned by then.
func (d *definition[In, Out]) doWithin(ctx context.Context, in In, begun time.Time) (work future.Future[Out], v Out, err error) {
	within := &limitedCtx{ctx, newLimit(ctx, d.name, d.policies[0].limit, begun)}
	l := &within.limit
	work = future.Begin[Out](within, limitedJob[In, Out]{job[In, Out]{d, in}, l})
	runtime.Gosched()
	if r, done := work.Peek(); done {
		return work, r.Value, r.Err
	}
	work = future.Discard(work, func(v Out) { d.dispose(ctx, v) })
	timer := time.AfterFunc(time.Until(l.until()), func() { work.Cancel(l.error()) })
	defer timer.Stop()
	v, err = work.Await(ctx)
	return work, v, err
}
