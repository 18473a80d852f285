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

// MaxInFlight limits how many invocations of the handler are in progress at once to n. It is [Gate] with a [guard.Slots] of n. So the handler never has
// more goroutines than n invocations need, whatever its backends do.
//
// If the platform also limits the requests of a process, make n a little larger than that limit. An n below 1 panics.
func MaxInFlight(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("faas.MaxInFlight: the limit is %d, and must be at least 1", n))
	}
	return func(s *settings) { Gate(guard.Slots(n, guard.Name("the limit in flight")))(s) }
}

// Gate makes g decide which invocations of the handler are let in: load shedding. If g rejects an invocation, the invocation fails, and the function is
// not called. The failure wraps a [*task.RejectedError] and has the class system. [HTTP] and the other adapters for HTTP servers then answer 503 with
// Retry-After, before they read the body. [Handler.Refused] says how a rejection is logged and counted. If there are several Gates, the last one counts.
//
// An invocation is in progress until nothing of it runs any more. If a function ignores the end of its ctx, its invocation keeps its place after the
// answer, until the function returns.
//
// For a fixed limit, use [MaxInFlight]. For a limit that adapts to how long invocations take, use the adaptive limiter of the module guard/failsafe.
// If several handlers have the same gate, it is one limit for all of them. The key that the gate gets is empty.
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

// gate is the gate of a handler.
type gate struct {
	task.Gate
	name string
}

// enter takes a place for one more invocation, or returns why there is none.
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

// rejection returns the failure of an invocation that the gate has rejected with err. If ctx has ended, that is the failure instead.
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

// place is the place of an invocation in progress. It is free again when nothing holds it. A handler without a gate has nil places.
type place struct {
	gate    *gate
	ticket  uint64
	used    atomic.Bool  // an invocation uses it, or the adapter has given it back
	holders atomic.Int64 // one for the invocation, or for the adapter before it; and one for each scope with work that ignores the end of its ctx

	mu       sync.Mutex // held while Answered of the gate is called
	answered bool
}

// answer reports to the gate, once, how the invocation has ended for its caller. Left of the gate is called only after that.
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

// quietly calls a method of a gate. The invocation has its answer, so a panic of the method is ignored.
func quietly(call func()) {
	defer func() { _ = recover() }()
	call()
}

type placeKey struct{ of *gate }

// Admit takes a place for an invocation, before the invocation begins: see [Gate]. Adapters of platforms call it before they read the input. They
// pass the returned ctx to [Handler.InvokeJSON], which uses the place. They call leave when the invocation is over, and also if they do not invoke the
// handler after all.
//
// Failure: the gate does not let the invocation in. The error has the methods Class, HTTPStatus, Public and RetryAfter. The adapter passes it to
// [Handler.Refused].
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
