package faas

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/stack"
	"github.com/jade-go/jade/observe"
)

// exchange is one invocation, from its input to its answer. It runs in a goroutine of its own, which is the one guard around what users
// have written: the methods that read and write their types, their observers, and their log handler. (Their function and Catch have
// goroutines of their own inside of it.) If any of that panics, ends its goroutine or blocks, the caller gets an answer all the same.
type exchange[In, Out any] struct {
	h      *Handler[In, Out]
	ctx    context.Context // that of the caller, with the Classifier and what tells a handler in a handler
	begun  time.Time
	plan   plan
	read   func() (In, error)
	write  func(Out) ([]byte, error) // nil: nobody wants it written
	stage  atomic.Int32
	alarm  *time.Timer // when the caller stops waiting; armed only under mu
	mu     sync.Mutex
	answer *answer[Out] // nil until it is settled, and never changed
	run    *run         // nil until the input is read
	place  *place
}

type answer[Out any] struct {
	out  Out
	text []byte
	err  error
}

// The stages of an exchange.
const (
	reading int32 = iota
	calling
	writing
)

// patience is how long a caller waits at most for a log handler or an observer that is told of its answer, and, when its ctx has ended,
// for methods that read and write values.
const patience = 250 * time.Millisecond

// forever is a wait without an end. It can be added to another one without an overflow.
const forever = math.MaxInt64 / 4 * time.Nanosecond

// do returns the answer. All else that the invocation does is over by then, or was given up.
func (x *exchange[In, Out]) do() *answer[Out] {
	x.plan = x.h.plan(x.ctx, x.begun)
	x.alarm = time.NewTimer(time.Hour)
	defer x.alarm.Stop()
	gone := x.ctx.Done()
	if x.plan.until.IsZero() || x.ctx.Err() != nil {
		x.alarm.Stop()
	} else {
		x.alarm.Reset(time.Until(x.plan.until))
	}
	served := future.Go(context.Background(), x.serve) // it ends what it starts; it leaves when nothing in it blocks any more
	for {
		select {
		case <-served.Done():
			if _, err := served.Await(context.Background()); err != nil {
				x.giveUp(x.broken(err))
			}
			return x.answer
		case <-x.alarm.C:
			x.giveUp(x.late())
			return x.answer
		case <-gone: // which the function is told by its own ctx
			gone = nil
			x.mu.Lock()
			if x.answer == nil {
				x.alarm.Reset(patience)
			}
			x.mu.Unlock()
		}
	}
}

// settle makes a the answer, unless there is one, and reports whether it did. Who has settled tells the observers.
func (x *exchange[In, Out]) settle(a answer[Out]) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.answer != nil {
		return false
	}
	x.answer = &a
	x.arm(patience)
	return true
}

// answered reports to the gate how the invocation has ended. The goroutine that has settled the answer calls it.
func (x *exchange[In, Out]) answered(err error) {
	if x.place != nil {
		x.place.answer(observe.OutcomeOf(x.ctx, err, nil, x.begun))
	}
}

// arm has the caller wait for d more, and not longer than the platform allows.
func (x *exchange[In, Out]) arm(d time.Duration) {
	if until := x.plan.until; !until.IsZero() && x.ctx.Err() == nil {
		d = min(d, time.Until(until))
	}
	x.alarm.Reset(d)
}

func (x *exchange[In, Out]) serve(context.Context) (none struct{}, _ error) {
	stack.To16KB() // for packages json and slog
	defer x.place.release()
	h := x.h
	in, err := x.read()
	if err != nil {
		if x.settle(answer[Out]{err: err}) {
			h.refuse(x.ctx, err)
		}
		return none, nil
	}
	x.stage.Store(calling)
	run := x.begin()
	work, release := before(run.ctx, x.plan.reply)
	defer release()
	scopeCtx, scope := future.WithScope(work, future.Grace(x.plan.grace), future.Unobserved(func(err error) { h.unobserved(run.ctx, err) }))
	defer func() {
		x.mu.Lock()
		x.arm(min(h.drainOf(work), forever) + min(x.plan.grace, forever) + patience)
		x.mu.Unlock()
		x.drained(run.ctx, work, scope)
	}()
	a := answer[Out]{}
	var degraded error
	if a.out, a.err = h.call(scopeCtx, x.begun, in); a.err != nil && h.catch != nil && run.ctx.Err() == nil {
		failure := a.err
		if a.out, a.err = x.caught(run.ctx, in, failure); a.err == nil {
			degraded = failure
		}
	}
	if a.err == nil && x.write != nil {
		x.stage.Store(writing)
		if a.text, a.err = x.write(a.out); a.err != nil {
			a.err = &OutputError{tamed(a.err)}
		}
	}
	a.err = classed(run.ctx, tamed(a.err))
	if x.settle(a) {
		x.answered(a.err)
		run.ends(a.err, tamed(degraded), x.begun) // only now, so that the answer does not wait for methods of the replaced failure
	}
	return none, nil
}

// begin tells the observers that the run of the invocation begins.
func (x *exchange[In, Out]) begin() *run {
	r := x.h.begin(x.ctx, x.begun, x.write != nil)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.run = r
	return r
}

// giveUp settles that the invocation has failed of err, unless it has an answer, and tells of it.
func (x *exchange[In, Out]) giveUp(err error) {
	if !x.settle(answer[Out]{err: err}) {
		return
	}
	x.answered(err)
	x.mu.Lock()
	r := x.run
	x.mu.Unlock()
	told := future.Go(context.Background(), func(context.Context) (none struct{}, _ error) {
		switch {
		case refused(err):
			x.h.refuse(x.ctx, err)
		case r == nil:
			x.h.begin(x.ctx, x.begun, true).ends(err, nil, x.begun)
		default:
			r.ends(err, nil, x.begun)
		}
		return none, nil
	})
	wait := patience
	if end, limited := x.ctx.Deadline(); limited {
		wait = min(wait, time.Until(end)/2)
	}
	settled := time.NewTimer(wait)
	defer settled.Stop()
	select {
	case <-told.Done():
	case <-settled.C:
	}
}

// broken is the failure of an invocation whose goroutine has panicked or ended.
func (x *exchange[In, Out]) broken(err error) error {
	err = tamed(err)
	switch x.stage.Load() {
	case reading:
		return &unread{&InputError{notAccepted, err}}
	case writing:
		return &OutputError{err}
	}
	return err
}

// late is the failure of an invocation that has not answered in time, or when its ctx has ended.
func (x *exchange[In, Out]) late() error {
	cause := guarded(func() error { return causeOf(x.ctx) }, x.ctx.Err(), patience)
	if cause == nil {
		cause = context.DeadlineExceeded
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		return engine.Inherited(x.ctx, x.h.name, x.begun, cause)
	}
	return cause
}

// run is what observers are told of an invocation.
type run struct {
	ctx  context.Context
	own  func(observe.Outcome) // nil: that of a flow stands for it
	held *held                 // the run of a flow; nil: it ends by itself
}

func (r *run) ends(err, degraded error, begun time.Time) {
	switch {
	case r.own != nil:
		r.own(observe.OutcomeOf(r.ctx, err, degraded, begun))
	case r.held != nil:
		r.held.release(err)
	}
}
