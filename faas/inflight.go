package faas

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// MaxInFlight limits how many invocations of the handler are in progress at once to n. It is [Gate] with a [guard.Slots] of n. So a process has never more
// goroutines than n invocations have, whatever its backends do.
//
// If the platform limits the requests of a process too, make n a little larger than that limit. An n below 1 panics.
func MaxInFlight(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("faas.MaxInFlight: the limit is %d, and must be at least 1", n))
	}
	return func(s *settings) { Gate(guard.Slots(n, guard.Name("the limit in flight")))(s) }
}

// Gate has g decide which invocations of the handler are let in: load shedding. An invocation that is not let in fails, and its function is not
// called. The failure wraps a [*task.RejectedError] and has the class system. [HTTP] and the other adapters for HTTP servers then answer 503 with
// Retry-After, before they read the body. See [Handler.Refused] for how that is logged and counted. Of several Gates, the last one counts.
//
// An invocation is in progress until nothing of it runs any more. A function that ignores the end of its ctx keeps its place after the answer, until
// it returns.
//
// Use a [guard.Slots] for a fixed limit (see [MaxInFlight]), or the adaptive limiter of the module guard/failsafe for one that adapts to how long invocations take.
// A gate for several handlers is one limit for all of them. The key that the gate gets is empty.
func Gate(g task.Gate) Option {
	if g == nil {
		panic("faas.Gate: nil Gate")
	}
	about := g.Describe().Gate
	name := about.Name
	if name == "" {
		name = about.Kind
	}
	return func(s *settings) { s.gate = &gate{g, name} }
}

// gate is what lets invocations in.
type gate struct {
	task.Gate
	name string
}

// enter returns a place for one more invocation, or why there is none.
func (g *gate) enter(ctx context.Context, function string) (p *place, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, engine.Thrown(r)
		}
	}()
	ticket, err := g.Enter(ctx, "")
	if err != nil {
		return nil, g.rejection(ctx, function, err)
	}
	p = &place{gate: g, ticket: ticket}
	p.holders.Store(1)
	return p, nil
}

// rejection is err as the failure of an invocation. The end of ctx is no rejection.
func (g *gate) rejection(ctx context.Context, function string, err error) error {
	if ctx.Err() != nil {
		return future.Cause(ctx)
	}
	told := task.RejectedError{Err: err}
	if rejected, ok := errors.AsType[*task.RejectedError](err); ok {
		told = *rejected
	}
	told.Task, told.Gate = function, g.name
	return &overload{&told}
}

// place is what an invocation in progress takes. It is free again when nobody holds it. A handler without a gate has nil places.
type place struct {
	gate    *gate
	ticket  uint64
	used    atomic.Bool  // by an invocation
	holders atomic.Int64 // one for the invocation, or for the adapter before it; and one for each scope with work that ignores the end of its ctx

	mu       sync.Mutex // held while the gate is told of the answer
	answered bool
}

// answer tells the gate how the invocation has ended for its caller. It does so once. The gate is told that all has left only after that.
func (p *place) answer(o observe.Outcome) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.answered {
		p.answered = true
		quietly(func() { p.gate.Answered(p.ticket, o) })
	}
}

// keepFor keeps the place taken until nothing of scope runs any more.
func (p *place) keepFor(scope *future.Scope) {
	if p == nil {
		return
	}
	p.holders.Add(1)
	go func() {
		defer p.release()
		scope.Wait()
	}()
}

func (p *place) release() {
	if p != nil && p.holders.Add(-1) == 0 {
		p.answer(observe.Outcome{Status: observe.StatusSkipped}) // unless it has one
		quietly(func() { p.gate.Left(p.ticket) })
	}
}

// quietly calls a method of a gate whose panic is of no consequence: the invocation has its answer.
func quietly(call func()) {
	defer func() { _ = recover() }()
	call()
}

type placeKey struct{ of *gate }

// Admit takes a place for an invocation that is to come: see [Gate]. It is for adapters of platforms, which call it before they read
// the input. The returned ctx is that for [Handler.InvokeJSON], which uses the place. The adapter calls leave when the invocation is over, or if
// there is none.
//
// Failure: the gate does not let the invocation in. The error has the methods Class, HTTPStatus, Public and RetryAfter. The adapter gives it to [Handler.Refused].
func (h *Handler[In, Out]) Admit(ctx context.Context) (admitted context.Context, leave func(), err error) {
	g := h.gate
	if g == nil {
		return ctx, func() {}, nil
	}
	p, err := g.enter(ctx, h.name)
	if err != nil {
		return ctx, func() {}, err
	}
	return context.WithValue(ctx, placeKey{g}, p), func() {
		if p.used.CompareAndSwap(false, true) {
			p.release()
		}
	}, nil
}

// enter returns the place that an adapter has taken for the invocation, or a new one.
func (h *Handler[In, Out]) enter(ctx context.Context) (*place, error) {
	g := h.gate
	if g == nil {
		return nil, nil
	}
	if p, ok := ctx.Value(placeKey{g}).(*place); ok && p.used.CompareAndSwap(false, true) {
		return p, nil
	}
	p, err := g.enter(ctx, h.name)
	if err == nil {
		p.used.Store(true)
	}
	return p, err
}

// overload is the failure of an invocation that a gate has not let in.
type overload struct{ *task.RejectedError }

func (e *overload) Unwrap() error         { return e.RejectedError }
func (e *overload) Class() recovery.Class { return recovery.ClassSystem }
func (e *overload) HTTPStatus() int       { return 503 }
func (e *overload) Public() string        { return "too many requests are in progress" }

// RetryAfter is what the gate says, or a second if it does not know.
func (e *overload) RetryAfter() time.Duration { return max(e.Wait, time.Second) }
