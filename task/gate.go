package task

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
)

// Gate lets calls in, or does not: a limit, a circuit breaker, a budget. Package guard has some. [Task.Gate] puts one around a task.
// One gate may be around several tasks: then it is one limit for all of them.
//
// Each ticket that Enter returns without an error is given to Answered once and to Left once, whatever the call does: also if it panics,
// calls runtime.Goexit, is late or is cancelled. Answered and Left of one ticket never run at the same time; Answered is first.
//
// Concurrency: the methods are called by any number of goroutines at once, and never on the goroutine that has called [Task.Do].
// Panics: a panic or a Goexit of a method is the failure of that call. If the call has its answer already, it is an unobserved
// failure of the scope, or is logged by [log/slog] without a scope.
// Limit: a method that blocks does not delay the answer at a limit.
type Gate interface {
	// Describe returns the kind and the settings of the gate: what is in Gate of the policy. It is called when a task is made.
	Describe() Policy
	// Enter lets a call in and returns its ticket, or says why not: best by a [*RejectedError]. It may wait as long as ctx lives.
	// If that ends, it returns the cause. The key is what [Task.GateBy] has made of the argument, or else empty.
	Enter(ctx context.Context, key string) (ticket uint64, err error)
	// Answered tells how the call has ended for who waits for it: with a result, or at a limit, or as its ctx ended. The function may still run.
	// If nothing was called, because another gate inside has rejected the call or because there was no time left, the status is [observe.StatusSkipped].
	// Elapsed is not set: a gate that needs the time makes it a part of its ticket.
	Answered(ticket uint64, o observe.Outcome)
	// Left tells that everything has returned that was started under the ticket: the function, all attempts, and what a Timeout has given up.
	Left(ticket uint64)
	// Fresh returns a gate with the same settings and no memory, for a test.
	Fresh() Gate
}

// Gate lets calls of what is inside of it in only as g does. A call that g does not let in fails with a [*RejectedError].
//
//	t.Gate(g).Retry(three) enters g for each attempt
//	t.Retry(three).Gate(g) enters g once for all attempts
//
// Cancellation: who waits in g gives up when ctx ends. Nobody waits past a deadline.
// Cost: of [Task.Do], no allocation as long as only gates are inside of other policies and nobody observes the call.
func (t Task[In, Out]) Gate(g Gate) Task[In, Out] {
	return t.must("Gate").gate("Gate", g, nil)
}

// GateBy is [Task.Gate] for a gate that tells calls apart by a key, such as a limit for each user. The key is made by
// key of the argument. It is a quick function without side effects.
//
// Panics: a panic of key is the failure of the call.
func (t Task[In, Out]) GateBy(g Gate, key func(In) string) Task[In, Out] {
	was := t.must("GateBy")
	if key == nil {
		panic("task.Task.GateBy: nil function")
	}
	return was.gate("GateBy", g, key)
}

func (d *definition[In, Out]) gate(method string, g Gate, key func(In) string) Task[In, Out] {
	if g == nil {
		panic("task.Task." + method + ": nil gate")
	}
	about := g.Describe()
	if about.Gate.Kind == "" {
		about.Gate.Kind = about.Kind
	}
	about.Gate.Keyed = about.Gate.Keyed || key != nil
	return d.with(policy[In, Out]{kind: kindGate, gate: g, key: key, name: about.Gate.name()}, about)
}

// pays gives the policy a budget, if there is one.
func (p *policy[In, Out]) pays(budget Gate, about *Policy) {
	if budget == nil {
		return
	}
	p.budget, about.Gate = budget, budget.Describe().Gate
	if b, asks := budget.(interface{ Called() }); asks {
		p.called = b.Called
	}
}

// tellBudgets tells the budgets of a call that is made.
func (d *definition[In, Out]) tellBudgets() {
	for level := len(d.policies) - 1; level >= 0; level-- {
		if called := d.policies[level].called; called != nil {
			called()
		}
	}
}

// enter asks the gate of p.
func (p *policy[In, Out]) enter(ctx context.Context, in In, task string) (ticket uint64, err error) {
	key := ""
	if p.key != nil {
		key = p.key(in)
	}
	if ticket, err = p.ask(ctx, key); err != nil {
		return 0, rejected(ctx, task, p.name, err)
	}
	return ticket, nil
}

// ask enters the gate of p, and notes how long that took if somebody observes the call.
func (p *policy[In, Out]) ask(ctx context.Context, key string) (ticket uint64, err error) {
	if engine.ObserverOf(ctx) == nil {
		return p.gate.Enter(ctx, key)
	}
	return p.askObserved(ctx, key)
}

//go:noinline
func (p *policy[In, Out]) askObserved(ctx context.Context, key string) (ticket uint64, err error) {
	begun := time.Now()
	defer func() { observe.ForEngines(seal).Waited(ctx, time.Since(begun)) }()
	return p.gate.Enter(ctx, key)
}
