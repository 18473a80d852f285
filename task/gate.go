package task

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
)

// Gate decides which calls are let in. It may be a limit, a circuit breaker or a budget; package guard has some. [Task.Gate] puts a gate around a
// task. One gate may be around several tasks: then it is one limit for all of them.
//
// If Enter returns a ticket without an error, Answered and then Left are called once each with this ticket, whatever the call does: also if it
// panics, calls runtime.Goexit, is late or is cancelled. Answered of a ticket returns before Left of it is called.
//
// Concurrency: the methods are called by any number of goroutines at once, and never on the goroutine that has called [Task.Do].
// Panics: a panic or a Goexit of a method is the failure of that call. If the call has its answer already, the panic is an unobserved
// failure of the scope; without a scope it is logged by [log/slog].
// Limit: a method that blocks does not delay the answer at a limit.
type Gate interface {
	// Describe returns the kind and the settings of the gate in the field Gate of a policy. It is called when a task is made.
	Describe() Policy
	// Enter lets a call in and returns a ticket for it, or returns an error that says why not, best a [*RejectedError]. It may wait until ctx ends; then it
	// returns the cause. The key is what the function of [Task.GateBy] has made of the argument; it is empty for [Task.Gate].
	Enter(ctx context.Context, key string) (ticket uint64, err error)
	// Answered reports how the call has ended for its caller: with a result, at a limit, or because its ctx ended. The function may still run.
	// If the function was not called, because a gate inside has rejected the call or no time was left, the status is [observe.StatusSkipped].
	// Elapsed is not set: a gate that needs the time can put it into the ticket.
	Answered(ticket uint64, o observe.Outcome)
	// Left reports that everything has returned that was started under the ticket: the function, all attempts, and work that a Timeout has given up.
	Left(ticket uint64)
	// Fresh returns a gate with the same settings that knows of no earlier calls, for a test.
	Fresh() Gate
}

// Gate puts g around the task. A call that g does not let in fails with a [*RejectedError], and nothing inside of the gate is called.
//
//	t.Gate(g).Retry(three) enters g for each attempt
//	t.Retry(three).Gate(g) enters g once for all attempts
//
// Cancellation: a call that waits in g gives up when its ctx ends. No call waits past its deadline.
// Cost: a [Task.Do] allocates nothing more, if the gates are the innermost policies and nobody observes the call.
func (t Task[In, Out]) Gate(g Gate) Task[In, Out] {
	return t.must("Gate").gate("Gate", g, nil)
}

// GateBy is [Task.Gate] for a gate with a limit for each key, such as one for each user. The function key makes the key of the argument. It must be
// quick and have no side effects.
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

// tellBudgets counts a call in all budgets of the task.
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
