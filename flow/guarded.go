package flow

import (
	"slices"
	"sync"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// This file is how the gates of calls that still run learn that the run is decided: for who waits for it they are answered.

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

// cutGates tells the gates of calls that nobody waits for any more, because of cause. Effects go on. The caller is a member.
func (r *run) cutGates(cause error) {
	for _, n := range r.plan.guarded {
		if !r.plan.specs[n].effect {
			r.st.cutGate(n, cause)
		}
	}
}

func (st *state) cutGate(n int32, cause error) {
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
