package task

import (
	"context"
	"slices"

	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/seam"
)

// Undo says how to undo a success of the task: to release what it has reserved, or to refund what it has charged. A flow calls fn for each success that its
// answer does not use: when the run fails later, and for a result that comes too late, or that loses a flow.Any. The last success is undone first.
// If a function of Catch answers, its answer uses none of them.
//
// fn gets the input and the result of the call. Its ctx has the values of the run, and no cancellation and no deadline: give it a limit. Its idempotency key
// is that of the call and "/undo": see [Key]. The answer of the run does not wait for fn; the scope of its ctx does. In a durable run fn is called
// at least once, also after a crash: see package durable.
//
// The attempts of a call, of a Retry or a hedge, have one key, and are undone once. A task that is started outside of a flow is not undone. The last of several
// functions replaces the others.
//
// Failure: the OnError of the flow is told of a failure of fn; without one it counts as an unobserved failure of the scope. It is not repeated.
// Panics: a panic of fn is its failure.
// Concurrency: fn runs on a goroutine of its own. The functions of one run are called one after another.
func (t Task[In, Out]) Undo(fn func(ctx context.Context, in In, out Out) error) Task[In, Out] {
	d := *t.must("Undo")
	must.HaveFunc("task.Task.Undo", fn == nil)
	d.alter(func(d *definition[In, Out]) { d.undo = fn })
	if !slices.ContainsFunc(d.about, func(p Policy) bool { return p.Kind == kindUndo }) {
		d.about = append(d.about[:len(d.about):len(d.about)], Policy{Kind: kindUndo})
	}
	return Task[In, Out]{&d}
}

// Undoer returns the function of [Task.Undo], or nil.
func (e engineSide[In, Out]) Undoer() func(context.Context, In, Out) error {
	if e.d == nil {
		return nil
	}
	return e.d.undo
}

// regret is told of a result that nobody takes. If the call has failed, or does, the engine undoes it. If the call succeeds, another attempt has done the same
// work, under the same key.
func (r *runner[In, Out]) regret(v Out) {
	host, ok := r.host.(seam.Undoer[In, Out])
	if r.d.undo == nil || !ok {
		return
	}
	r.mu.Lock()
	over, failed := r.epoch == finished, r.failed
	if !over {
		r.regrets = append(r.regrets, v)
	}
	r.mu.Unlock()
	if over && failed {
		host.Undo(r.in, v)
	}
}

// repent is called when the call has ended.
func (r *runner[In, Out]) repent() {
	if r.d.undo == nil {
		return
	}
	r.mu.Lock()
	regrets, failed := r.regrets, r.failed
	r.regrets = nil
	r.mu.Unlock()
	if host, ok := r.host.(seam.Undoer[In, Out]); ok && failed {
		for _, v := range regrets {
			host.Undo(r.in, v)
		}
	}
}
