package task

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jade-go/jade/internal/must"
)

// Policy describes one policy of a task.
type Policy struct {
	Kind  string        `json:"kind"`            // timeout, retry, hedge, recover, fallback, on-error, gate, wrap or undo; share, memo, batch, cache or hot of package guard
	Limit time.Duration `json:"limit,omitempty"` // of a timeout; how long a batch waits, or a cache or hot keeps a value; in nanoseconds
	Retry Backoff       `json:"retry,omitzero"`  // of a retry
	Gate  Admission     `json:"gate,omitzero"`   // of a gate, or the budget of a retry or a hedge
	Hedge Hedging       `json:"hedge,omitzero"`  // of a hedge
}

// Backoff is the part of a [Retry] that can be described.
type Backoff struct {
	Attempts int           `json:"attempts"`
	Delay    time.Duration `json:"delay,omitempty"`     // in nanoseconds
	MaxDelay time.Duration `json:"max_delay,omitempty"` // in nanoseconds
	Jitter   float64       `json:"jitter,omitempty"`
}

// String is the policy in a few words, such as "timeout 50ms" or "3 attempts".
func (p Policy) String() string {
	switch {
	case p.Limit > 0:
		return p.Kind + " " + p.Limit.String()
	case p.Retry.Attempts > 0:
		return strconv.Itoa(p.Retry.Attempts) + " attempts" + p.budgetText()
	case p.Hedge != Hedging{}:
		return p.Hedge.String() + p.budgetText()
	case p.Gate.Kind != "":
		return p.Gate.String()
	}
	return p.Kind
}

// budgetText is the budget of the policy, if it has one.
func (p Policy) budgetText() string {
	if p.Gate.Kind == "" {
		return ""
	}
	return ", " + p.Gate.String()
}

// kinds of policies
const (
	kindTimeout  = "timeout"
	kindRetry    = "retry"
	kindRecover  = "recover"
	kindFallback = "fallback"
	kindOnError  = "on-error"
	kindGate     = "gate"
	kindHedge    = "hedge"
	kindWrap     = "wrap"
	kindUndo     = "undo"
)

// policy is one step on a result's way out.
type policy[In, Out any] struct {
	kind     string
	limit    time.Duration
	retry    Retry
	handle   func(context.Context, In, error) (Out, error)
	tell     func(context.Context, In, error)
	fallback Out
	gate     Gate
	key      func(In) string // of a gate that has one
	name     string          // of a gate
	budget   Gate            // of a retry that has one
	called   func()          // counts a call in the budget; nil if the budget does not count calls
}

// slow reports whether the policy calls a function that may take time.
func (p policy[In, Out]) slow() bool { return p.handle != nil }

// with returns the task with one more policy around it.
func (d definition[In, Out]) with(p policy[In, Out], about Policy) Task[In, Out] {
	about.Kind = p.kind
	switch {
	case p.kind != kindGate:
	case d.row == len(d.policies):
		d.row++
		d.passages = new(sync.Pool)
	default:
		d.bent = true
	}
	d.policies = append(d.policies[:len(d.policies):len(d.policies)], p)
	d.about = append(d.about[:len(d.about):len(d.about)], about)
	d.limits = d.limits || p.kind == kindTimeout
	d.timed = d.timed || d.limits
	d.tries = d.tries || p.kind == kindRetry
	d.gated = d.gated || p.kind == kindGate
	d.budgeted = d.budgeted || p.budget != nil
	d.standsIn = d.standsIn || p.kind == kindRecover || p.kind == kindFallback
	return Task[In, Out]{&d}
}

// Timeout limits what is inside of it to d: when that is late, its ctx is
// cancelled and the task goes on at once with a [*deadline.Error] as the
// failure, whether the function stops or not. The ctx tells the deadline.
//
// If the deadline of the ctx around comes first, the error says that it was inherited. A d of zero or less panics.
// Cost: some allocations and a timer, which ends with the attempt. What comes late goes nowhere; see [Task.Discard].
func (t Task[In, Out]) Timeout(d time.Duration) Task[In, Out] {
	was := t.must("Timeout")
	if d <= 0 {
		panic("task.Task.Timeout: the limit is " + d.String() + ", and must be positive")
	}
	return was.with(policy[In, Out]{kind: kindTimeout, limit: d}, Policy{Limit: d})
}

// Retry repeats a failed call as p says.
//
// No attempt starts whose wait would end at or after the deadline, and none once the ctx around
// has ended. An attempt that a Timeout inside has given up may overlap with the next one.
// Panics: a panic of p.If ends the attempts; it is joined to the failure.
func (t Task[In, Out]) Retry(p Retry) Task[In, Out] {
	was := t.must("Retry")
	p.check()
	step, about := policy[In, Out]{kind: kindRetry, retry: p}, Policy{Retry: p.backoff()}
	step.pays(p.Budget, &about)
	return was.with(step, about)
}

// Recover replaces a failure by what fn returns. A cancellation passes as it is.
//
// Limit: fn needs time. When the deadline of the ctx around has passed, or the limit of the flow, fn is called
// only if the Reserve of the flow has left some time. [Task.Fallback] needs none.
// Panics: a panic of fn becomes a [*future.PanicError], joined to the failure.
func (t Task[In, Out]) Recover(fn func(context.Context, In, error) (Out, error)) Task[In, Out] {
	was := t.must("Recover")
	must.HaveFunc("task.Task.Recover", fn == nil)
	return was.with(policy[In, Out]{kind: kindRecover, handle: fn}, Policy{})
}

// Fallback replaces a failure of what is inside of it by v. A cancellation is passed on as it is.
//
// Limit: at the limit of its flow the task has failed, and v is its result. So it is with [Task.Do] and [Task.Go]
// shortly before the deadline of ctx: 1 % of the time that was left at the start, and at most 5 ms, so that the
// result comes before those give up who wait with the same ctx.
// v is shared by all runs: for a fresh value, use [Task.Recover].
func (t Task[In, Out]) Fallback(v Out) Task[In, Out] {
	return t.must("Fallback").with(policy[In, Out]{kind: kindFallback, fallback: v}, Policy{})
}

// OnError tells fn of each failure of what is inside of it, also of
// cancellations, and changes nothing. The task goes on when fn has returned.
//
// Panics: a panic of fn is joined to the failure.
func (t Task[In, Out]) OnError(fn func(context.Context, In, error)) Task[In, Out] {
	was := t.must("OnError")
	must.HaveFunc("task.Task.OnError", fn == nil)
	return was.with(policy[In, Out]{kind: kindOnError, tell: fn}, Policy{})
}

// Wrap puts any other policy around the task, such as a cache. A limit or a circuit
// breaker is a [Task.Gate]. mw is called once, here; the function that it returns is called by
// each run, and is part of the guarded call. If there are policies inside of
// it, they run in a goroutine of their own while it waits for them.
//
// If something inside of the Wrap replaces a failure, the task is degraded, and its flow has an [observe.Loss]. For that, the function must pass on the ctx that it
// gets, or one made from it. If the function itself replaces a failure by a value, that value is a result like any other.
func (t Task[In, Out]) Wrap(mw func(Func[In, Out]) Func[In, Out]) Task[In, Out] {
	was := t.must("Wrap")
	must.HaveFunc("task.Task.Wrap", mw == nil)
	d := *was
	d.policies, d.limits, d.tries, d.gated, d.standsIn = nil, false, false, false, false
	d.row, d.bent, d.passages, d.budgeted = 0, false, nil, false
	d.wrap(was, func(_ any, fn Func[In, Out]) Func[In, Out] { return mw(fn) })
	d.about = append(d.about[:len(d.about):len(d.about)], Policy{Kind: kindWrap})
	return Task[In, Out]{&d}
}

// middleware is what Wrap puts around a function. Quiet is the definition whose calls report to an [inside].
type middleware[In, Out any] func(quiet any, fn Func[In, Out]) Func[In, Out]

// wrap puts mw around what d has inside.
func (d *definition[In, Out]) wrap(inside *definition[In, Out], mw middleware[In, Out]) {
	fn := inside.fn
	d.quiet, d.hides = inside.quiet, inside.hides
	if inside.starter != nil || len(inside.policies) > 0 {
		fn = inside.doQuietly
		d.quiet, d.hides = inside, inside.standsIn || inside.starter != nil || inside.hides
	}
	d.wrapped, d.middleware, d.starter, d.hedged = inside, mw, nil, nil
	if d.fn = mw(d.quiet, fn); d.fn == nil {
		panic(fmt.Sprintf("task.Task.Wrap: the middleware around %q returned a nil function", d.name))
	}
}
