package flow

import (
	"context"
	"slices"
	"sync"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// When a run is decided, some of its calls may still run. This file reports to the gates of these calls that they are answered, because nobody waits
// for them any more.

// guardedCalls are the calls of a counted plan that have gates.
type guardedCalls struct {
	mu    sync.Mutex
	calls []seam.Carried // by node
}

func (g *guardedCalls) put(n int32, call seam.Carried) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls[n] = call
}

func (g *guardedCalls) get(n int32) seam.Carried {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[n]
}

// guarded reports whether the task has gates.
func (t *named) guarded() bool {
	return t != nil && slices.ContainsFunc(t.policies, func(p task.Policy) bool { return p.Kind == "gate" })
}

// findGuarded lists the nodes whose calls have gates.
func (p *plan) findGuarded() {
	for i := range p.specs {
		if p.specs[i].task.guarded() {
			p.guarded = append(p.guarded, int32(i))
		}
	}
}

// cutGates reports to the gates of calls that nobody waits for the calls any more, because of cause. Effects go on. The caller is a member of the crew.
func (r *run) cutGates(cause error) {
	for _, n := range r.plan.guarded {
		if !r.plan.specs[n].effect {
			r.st.cutGate(n, cause)
		}
	}
}

func (st *state) cutGate(n int32, cause error) {
	if c, ok := st.cells[n].(unwinder); ok {
		c.cut(cause, st.run)
		return
	}
	var call seam.Carried
	if d := st.demand; d != nil {
		d.mu.Lock()
		call = d.calls[n]
		d.mu.Unlock()
	} else {
		call = st.guarded.get(n)
	}
	if g, ok := call.(seam.Gated); ok {
		g.Cut(cause)
	}
}

// unwinder is the cell of a call that goes through gates itself.
type unwinder interface {
	// unwind reports to the gates that the call has failed, and returns the failure to go on with.
	unwind(err error) error
	// cut reports to the gates that nobody waits for the call any more.
	cut(cause error, crew seam.Crew)
}

// guardedStep is a step that goes through the gates of its task.
type guardedStep[A, R any] struct {
	step[A, R]
	through seam.Passage[A, R]
}

// exec is exec of step, for a call whose failure goes to mend.
func (c *guardedStep[A, R]) exec(ctx context.Context, at nodeRef) (pending bool, err error) {
	v, err := c.direct(ctx, c.gather())
	if err != nil {
		return false, err
	}
	return c.accept(ctx, at, v), nil
}

func (c *guardedStep[A, R]) unwind(err error) error          { return c.through.Unwind(err) }
func (c *guardedStep[A, R]) cut(cause error, crew seam.Crew) { c.through.Cut(cause, crew) }

func (c *guardedStep[A, R]) mend(ctx context.Context, at nodeRef, failure error) (pending bool, err error) {
	if !c.mends {
		return false, failure
	}
	return c.step.mend(ctx, at, failure)
}

// resign implements [resigner].
func (c *guardedStep[A, R]) resign(at nodeRef, late lateCall, failure error) (pending bool, err error) {
	if late.begun {
		c.cut(failure, at.st.run)
	}
	return c.step.resign(at, late, failure)
}

func (c *guardedStep[A, R]) reset() {
	c.step.reset()
	c.through.Renew()
}

// Cut implements [seam.Gated].
func (g *elements[A, R]) Cut(cause error) {
	g.mu.Lock()
	calls := slices.Clone(g.calls)
	g.mu.Unlock()
	for _, call := range calls {
		if c, ok := call.(seam.Gated); ok {
			c.Cut(cause)
		}
	}
}
