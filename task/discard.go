package task

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/must"
)

// Discard gives fn each result that comes too late for anybody to take it: to close a file or a response
// body. Such a result comes when a Timeout has given the attempt up, when the caller of Do has left, when the
// future of Go was cancelled or has lost a [combinators.Race], or when the run of a flow has ended.
//
// fn gets such a result once. It never gets one that was handed on, whoever uses it or not, and no failure.
// Discard holds for all policies of the task, before it and after it. But what is within a
// Wrap needs a Discard of its own, written before the Wrap. The last of several replaces the others.
// A value of Fallback counts as a result: it may be given to fn, so fn must not spoil it for other calls.
//
// Cancellation: a future of Go ends at once when it is cancelled. Without Discard it waits for the function.
// Panics: a panic of fn counts as an unobserved failure of the scope; without a scope it is logged by [log/slog].
// Concurrency: fn runs in a goroutine of its own, which the scope of the call waits for.
// Cost: of Go, two allocations more.
//
// [combinators.Race]: https://pkg.go.dev/github.com/jade-go/jade/combinators#Race
func (t Task[In, Out]) Discard(fn func(Out)) Task[In, Out] {
	d := *t.must("Discard")
	must.HaveFunc("task.Task.Discard", fn == nil)
	d.alter(func(d *definition[In, Out]) { d.discard = fn })
	return Task[In, Out]{&d}
}

// dispose gives a result that nobody takes to the function of Discard.
func (d *definition[In, Out]) dispose(ctx context.Context, v Out) {
	if d.discard != nil {
		engine.Callback(ctx, d.name, func() { d.discard(v) })
	}
}
