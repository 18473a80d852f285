package faas

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Invoke calls the function, and returns when it has an answer and nothing of the invocation runs any more: see
// [Drain] and [Grace]. It answers before the deadline of ctx even if the function ignores its own: see [Reserve].
//
// Failure: that of the function, or of [Handler.Catch]; a panic is a [*future.PanicError]; an [*InitError]. It has
// been logged, with its class, when Invoke returns, unless the log handler takes longer than 250 ms or than there is time. An error whose own
// methods panic or do not return is replaced by one that says so.
// Cancellation: if ctx ends, Invoke answers at once with [future.Cause].
func (h *Handler[In, Out]) Invoke(ctx context.Context, in In) (Out, error) {
	if ctx == nil {
		panic("faas.Handler.Invoke: nil context")
	}
	a := h.exchange(ctx, func() (In, error) { return in, nil }, nil)
	return a.out, a.err
}

// exchange answers one invocation. Nothing that it calls is called by the goroutine of the caller.
func (h *Handler[In, Out]) exchange(ctx context.Context, read func() (In, error), write func(Out) ([]byte, error)) *answer[Out] {
	if h.classify != nil {
		ctx = recovery.WithClassifier(ctx, h.classify)
	}
	if r := observe.RequestOf(ctx); r != nil && !h.ready.called.Load() && !h.ready.called.Swap(true) {
		first := *r
		first.Cold = true
		ctx = observe.WithRequest(ctx, &first)
	}
	place, err := h.enter(ctx)
	if err != nil {
		h.Refused(ctx, err)
		return &answer[Out]{err: err}
	}
	x := &exchange[In, Out]{h: h, ctx: ctx, begun: time.Now(), read: read, write: write, place: place}
	return x.do()
}

// insideKey is the key of the Invocation that a handler is in.
type insideKey struct{}

// begin tells the observers that the run of an invocation begins, and returns the ctx for it. If that is
// the same invocation of another handler, the log of that one tells of the run, too. (A record of a batch is an invocation of its own.)
func (h *Handler[In, Out]) begin(ctx context.Context, begun time.Time, written bool) *run {
	told, here := h.observer, observe.From(ctx)
	about, _ := InvocationOf(ctx)
	if around, ok := ctx.Value(insideKey{}).(Invocation); ok && around == about {
		told = h.others
	} else {
		ctx = guard.WithMemory(context.WithValue(ctx, insideKey{}, about))
	}
	if here != nil || told == nil {
		told = observe.Tee(here, told)
	}
	if w := h.ready.done.Load(); w == nil || w.flow == nil || h.catch != nil {
		observed, end := observe.Begin(observe.With(ctx, told), observe.Call{Kind: observe.KindRun, Flow: h.name, Place: h.place, Start: begun})
		return &run{ctx: observed, own: end}
	}
	r := &run{} // the run of the flow is that of the invocation
	if written {
		r.held = &held{Observer: told}
		told = r.held
	}
	r.ctx = observe.With(ctx, told)
	return r
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
	until time.Time // the caller has its answer by then, whatever happens; zero: there is no time to be late for, or none is kept
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
	p := plan{reply: reply, over: reply / 2, grace: min(h.grace, reply/4)}
	if reply > 0 {
		p.until = end.Add(-reply / 8)
	}
	return p
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
	//jade:ignore outerctx what the function starts may outlive it
	out, err = future.Go(future.Named(ctx, h.name), func(context.Context) (Out, error) { return w.fn(ctx, in) }).Await(ctx)
	if err == nil {
		return out, nil
	}
	if cause := causeOf(ctx); cause != nil { // whatever the function made of it
		var none Out
		if errors.Is(cause, context.DeadlineExceeded) {
			cause = engine.Inherited(ctx, h.name, begun, cause)
		}
		return none, cause
	}
	return out, err
}

func (x *exchange[In, Out]) caught(ctx context.Context, in In, failure error) (Out, error) {
	h := x.h
	limited, release := before(ctx, x.plan.over)
	defer release()
	scoped, scope := future.WithScope(limited, future.Grace(x.plan.grace), future.Unobserved(func(err error) { h.unobserved(ctx, err) }))
	defer x.drained(ctx, limited, scope)
	//jade:ignore outerctx what the function starts may outlive it
	out, err := future.Go(future.Named(scoped, h.name+": Catch"), func(context.Context) (Out, error) { return h.catch(scoped, in, failure) }).Await(scoped)
	if _, panicked := errtree.Find[*future.PanicError](err); panicked || err != nil && limited.Err() != nil {
		err = errors.Join(failure, err) // which is not the answer of fn
	}
	return out, err
}

// drainOf is how long the invocation waits for what it has started.
func (h *Handler[In, Out]) drainOf(work context.Context) time.Duration {
	drain := h.drain
	if end, limited := work.Deadline(); limited {
		if left := time.Until(end); drain == TimeLeft || left < drain {
			return left
		}
	} else if drain == TimeLeft {
		return defaultDrain
	}
	return drain
}

// drained returns when nothing of the invocation runs any more, or was given up.
func (x *exchange[In, Out]) drained(ctx, work context.Context, scope *future.Scope) {
	h := x.h
	if work.Err() == nil { // or else all of it has been cancelled
		scope.WaitFor(h.drainOf(work))
	}
	if late, ok := errors.AsType[*future.StragglerError](scope.Close()); ok {
		x.place.keepFor(scope)
		h.logger.LogAttrs(ctx, slog.LevelWarn, MessageRunning, slog.String("function", h.name), slog.Any("names", late.Names))
	}
}

// Messages of the records that a handler writes itself.
const (
	MessageUnobserved = "unobserved"    // level Error: a failure that nobody looked at
	MessageRunning    = "still running" // level Warn: what did not end with the invocation
	MessageRefused    = "refused"       // level Info: an input that the function does not take, or a request that has none
)

func (h *Handler[In, Out]) unobserved(ctx context.Context, err error) {
	h.logger.LogAttrs(ctx, slog.LevelError, MessageUnobserved, slog.String("function", h.name),
		slog.String("class", recovery.ClassifyIn(ctx, err).String()), slog.String("error", recovery.Text(err)))
}
