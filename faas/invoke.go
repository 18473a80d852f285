package faas

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Invoke calls the function, and returns when it has an answer and nothing of the invocation runs any more: see
// [Drain] and [Grace]. It answers before the deadline of ctx even if the function ignores its own: see [Reserve].
//
// Failure: that of the function, or of [Handler.Catch]; a panic is a [*future.PanicError]; an [*InitError]. It has
// been logged, with its class, when Invoke returns.
// Cancellation: if ctx ends, Invoke answers at once with [future.Cause].
func (h *Handler[In, Out]) Invoke(ctx context.Context, in In) (out Out, err error) {
	if ctx == nil {
		panic("faas.Handler.Invoke: nil context")
	}
	if h.classify != nil {
		ctx = recovery.WithClassifier(ctx, h.classify)
	}
	observed := observe.With(ctx, observe.Tee(observe.From(ctx), h.observer))
	begun := time.Now()
	end := func(observe.Outcome) {}
	var degraded error
	if w := h.ready.done.Load(); w == nil || w.flow == nil || h.catch != nil { // or else the run of the flow is that of the invocation
		observed, end = observe.Begin(observed, observe.Call{Kind: observe.KindRun, Flow: h.name, Place: h.place, Start: begun})
	}
	plan := h.plan(observed, begun)
	work, release := before(observed, plan.reply)
	defer release()
	scopeCtx, scope := future.WithScope(work, future.Grace(plan.grace), future.Unobserved(func(err error) { h.unobserved(observed, err) }))
	defer h.drained(observed, work, scope)
	if out, err = h.call(scopeCtx, begun, in); err != nil && h.catch != nil && observed.Err() == nil {
		failure := err
		if out, err = h.caught(observed, in, failure, plan); err == nil {
			degraded = failure
		}
	}
	end(observe.OutcomeOf(observed, err, degraded, begun))
	return out, classed(observed, err)
}

// classed is err with the class that it has with ctx, for those who are going to classify it without.
func classed(ctx context.Context, err error) error {
	if class := recovery.ClassifyIn(ctx, err); class != recovery.Classify(err) {
		return recovery.Mark(class, err)
	}
	return err
}

// plan is how an invocation divides the time that the platform gives it. The last of it is left alone.
type plan struct {
	reply time.Duration // before the deadline: the function ends
	over  time.Duration // before the deadline: Catch ends
	grace time.Duration
}

func (h *Handler[In, Out]) plan(ctx context.Context, now time.Time) plan {
	end, limited := ctx.Deadline()
	if !limited {
		return plan{grace: h.grace}
	}
	reply := h.reserve
	if reply < 0 {
		reply = max(0, min(end.Sub(now)/10, mostReserved))
	}
	return plan{reply: reply, over: reply / 2, grace: min(h.grace, reply/4)}
}

// before is ctx with a deadline that comes earlier by d. (That of [deadline.Reserve] has a cause of its own. With
// this one, what is late says so by its name.)
func before(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if end, limited := ctx.Deadline(); limited {
		return context.WithDeadline(ctx, end.Add(-d))
	}
	return ctx, func() {}
}

func (h *Handler[In, Out]) call(ctx context.Context, begun time.Time, in In) (out Out, err error) {
	w, err := h.initialized(ctx)
	switch {
	case err != nil:
		return out, err
	case w.flow != nil:
		return w.flow.Do(ctx, in)
	}
	// The function has the ctx of the scope, so that what it starts does not end with it: see drained.
	out, err = future.Go(future.Named(ctx, h.name), func(context.Context) (Out, error) { return w.fn(ctx, in) }).Await(ctx)
	if cause := future.Cause(ctx); err != nil && cause != nil { // whatever the function made of it
		var none Out
		if errors.Is(cause, context.DeadlineExceeded) {
			cause = engine.Inherited(ctx, h.name, begun, cause)
		}
		return none, cause
	}
	return out, err
}

func (h *Handler[In, Out]) caught(ctx context.Context, in In, failure error, plan plan) (Out, error) {
	limited, release := before(ctx, plan.over)
	defer release()
	scoped, scope := future.WithScope(limited, future.Grace(plan.grace), future.Unobserved(func(err error) { h.unobserved(ctx, err) }))
	defer h.drained(ctx, limited, scope)
	out, err := future.Go(future.Named(scoped, h.name+": Catch"), func(context.Context) (Out, error) { return h.catch(scoped, in, failure) }).Await(scoped)
	if _, panicked := errors.AsType[*future.PanicError](err); panicked || err != nil && limited.Err() != nil {
		err = errors.Join(failure, err) // which is not the answer of fn
	}
	return out, err
}

// drained returns when nothing of the invocation runs any more, or was given up.
func (h *Handler[In, Out]) drained(ctx, work context.Context, scope *future.Scope) {
	drain := h.drain
	if end, limited := work.Deadline(); limited {
		if left := time.Until(end); drain == TimeLeft || left < drain {
			drain = left
		}
	} else if drain == TimeLeft {
		drain = defaultDrain
	}
	if work.Err() == nil { // or else all of it has been cancelled
		scope.WaitFor(drain)
	}
	if late, ok := errors.AsType[*future.StragglerError](scope.Close()); ok {
		h.logger.LogAttrs(ctx, slog.LevelWarn, MessageRunning, slog.String("function", h.name), slog.Any("names", late.Names))
	}
}

// Messages of the records that a handler writes itself.
const (
	MessageUnobserved = "unobserved"    // level Error: a failure that nobody looked at
	MessageRunning    = "still running" // level Warn: what did not end with the invocation
	MessageRefused    = "refused"       // level Info: an input that the function does not take
	MessageUnwritten  = "not written"   // level Error: an answer that is no JSON
)

func (h *Handler[In, Out]) unobserved(ctx context.Context, err error) {
	h.logger.LogAttrs(ctx, slog.LevelError, MessageUnobserved, slog.String("function", h.name),
		slog.String("class", recovery.ClassifyIn(ctx, err).String()), slog.String("error", err.Error()))
}
