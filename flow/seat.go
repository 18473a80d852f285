package flow

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// A node that may be made elsewhere counts as a member of the run meanwhile, so
// that the state is not given to another run before it is finished.

func (at seat) wait()           { at.st.run.members.Add(1) }
func (at seat) waited()         { at.st.run.members.Add(-1) } // the worker is a member too
func (at seat) crew() task.Crew { return at.st.run }

// around is the run whose limit the node has, or the effects of that, which have until its end.
func (at seat) around() any {
	if s := &at.st.plan.specs[at.n]; s.effect && !s.answer {
		return at.st.run.effects
	}
	return at.st.run
}

// finish is told, by any goroutine, how the node ended.
func (at seat) finish(err, degraded error) {
	r := at.st.run
	defer r.Leave()
	t := turn{st: at.st}
	at.st.offer(t.conclude(at.n, err, degraded))
	t.do()
}

// degraded notes that the node's value stands in for a failure, or does without what inner says.
func (at seat) degraded(failure error, inner []Loss) {
	if failure != nil && at.st != nil {
		at.degradedBy(failure, inner, countOf(inner))
		at.notes(failure)
	}
}

// degradedBy is degraded for a node with so many parts that something stands in for, whose end tells the observer so.
func (at seat) degradedBy(failure error, inner []Loss, count int) {
	if failure == nil || at.st == nil {
		return
	}
	if d := at.st.demand; d != nil {
		e := at.st.plan.errorOf(at.st.ctxAt(at.n), at.n, at.st.lateness(failure))
		d.mu.Lock()
		d.lose(at.n, e, inner, count)
		d.mu.Unlock()
	}
}

// countOf is the count of a node whose value does without inner, or stands in for all of it.
func countOf(inner []Loss) int {
	if len(inner) > 0 {
		return 0
	}
	return 1
}

// left is why ctx, that of the node, has ended: the caller has left, or nothing needs the node any more. It is nil while
// ctx is alive, and if the limit has passed, which the run may find out here. The caller is a member.
func (at seat) left(ctx context.Context) error {
	r := at.st.run
	if ctx.Err() == nil || r.expired.Load() {
		return nil
	}
	if r.fate.Load() == undecided && r.ctx.Err() != nil && !at.st.plan.specs[at.n].effect {
		r.owner.halt(future.Cause(r.ctx))
	}
	if r.expired.Load() {
		return nil
	}
	return future.Cause(ctx)
}

// took notes that the node has taken the failure of its input.
func (at seat) took(failure error) {
	if at.st == nil {
		return
	}
	d := at.st.demand
	d.mu.Lock()
	at.st.take(failure)
	d.mu.Unlock()
	at.notes(failure)
}

// notes tells the observer, when the node ends, that its value stands in for a failure.
func (at seat) notes(failure error) {
	if at.st.run.watch != nil {
		at.st.run.watch.degrade(at.n, failure)
	}
}

// claim reports whether the caller says how the node ends.
func (at seat) claim() bool { return at.st == nil || at.st.claim(at.n) }
