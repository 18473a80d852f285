package flow

import (
	"slices"
	"strings"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// Loss is a failure that something in a flow has taken, so that the answer does without the value of a node.
type Loss = observe.Loss

// Degraded calls fn with an answer and the list of what it lacks; fn returns the answer to give. The list has one loss for
// each node that failed and that a Fallback, a Recover, a Try or an Any replaced. fn is not called if nothing is lost, nor
// for an answer of Catch. A failure that only an effect of [Also] goes on without is no loss. Of several functions, each gets the
// answer that the one before it returned.
//
// The losses are in the order in which the nodes were built. A loss of a nested flow has the name of the node before it, as
// "rules/muted"; the Degraded of the nested flow gets it too. fn is quick: at the limit it has the time that [Flow.Reserve] left.
//
// Panics: a panic of fn counts as an unobserved failure of the scope, and the answer stays as it was.
// Concurrency: fn runs on a goroutine of the run.
func (f *Flow[In, Out]) Degraded(fn func(out Out, lost []Loss) Out) *Flow[In, Out] {
	g := *f.must("Degraded")
	must.HaveFunc("flow.Flow.Degraded", fn == nil)
	g.degraded = append(g.degraded[:len(g.degraded):len(g.degraded)], fn)
	return finished(g, f)
}

// answerOf is the answer with an output, and what that does without.
func (c *call[In, Out]) answerOf(out Out) seam.Answer[Out] {
	ans := seam.Answer[Out]{Value: out}
	if c.st.demand.hasLosses() {
		ans.Losses, ans.Degraded = c.st.losses()
	}
	return ans
}

// tellDegraded tells the functions of Degraded from the i-th on, and answers.
func (c *call[In, Out]) tellDegraded(i int, ans seam.Answer[Out]) {
	for ; len(ans.Losses) > 0 && i < len(c.flow.degraded); i++ {
		var ok bool
		if ans.Value, ok = c.degrade(i, ans); !ok {
			return
		}
	}
	c.answer(0, ans)
}

// degrade tells one of them. If that does not return, a new goroutine goes on with the answer as it was.
func (c *call[In, Out]) degrade(i int, ans seam.Answer[Out]) (out Out, ok bool) {
	if !c.hold(0, byDegraded, i, ans) {
		return out, false
	}
	returned := false
	defer func() {
		if !returned {
			c.life.Report(c.plan.name+": Degraded", engine.Thrown(recover()))
			c.beside(func() { c.tellDegraded(i+1, ans) })
		}
	}()
	out = c.flow.degraded[i](ans.Value, slices.Clone(ans.Losses))
	returned = true
	return out, true
}

// lose notes, for who has the lock, that the failure of node n has been taken.
func (d *demand) lose(n int32, failure *Error, inner []Loss, count int) {
	d.lost[n] = loss{failure, inner, count}
	d.lossy.Store(true)
}

// loss is what is lost with a node.
type loss struct {
	failure *Error
	inner   []Loss // of the flow that the node stands for, or an element does, which has answered without
	count   int    // elements of an Each or a SettleEach; else 1
}

// hasLosses reports whether something is lost. A nil demand, that of a run with counters, has none.
func (d *demand) hasLosses() bool { return d != nil && d.lossy.Load() }

// take notes that something has taken the failure err of a node. The caller has the lock.
func (st *state) take(err error) {
	e, ok := err.(*Error)
	if !ok || e.plan != st.plan || e.node == none || st.demand.lost[e.node].failure != nil {
		return
	}
	s := &st.plan.specs[e.node]
	if s.kind == KindAny {
		if st.demand.passed[e.node] {
			return
		}
		st.demand.passed[e.node] = true
		for _, in := range s.inputs {
			if failed := st.errs[in.n.index]; failed != nil && !st.demand.cancel[in.n.index] {
				st.take(failed)
			}
		}
		return
	}
	if s.answer { // else no answer lacks it
		st.demand.lose(e.node, e, nil, 1)
	}
}

// losses lists what is lost, in build order, and joins the failures.
func (st *state) losses() (lost []Loss, failure error) {
	d := st.demand
	d.mu.Lock()
	all := slices.Clone(d.lost)
	d.mu.Unlock()
	var failures []error
	for n, l := range all {
		if l.failure == nil {
			continue
		}
		name, e := st.plan.specs[n].name, l.failure
		failures = append(failures, e)
		if len(l.inner) == 0 || l.count > 0 && st.plan.specs[n].kind == KindEach {
			lost = append(lost, Loss{Node: name, Task: e.Task, Class: e.class, Err: e.Err, Place: e.Place, Count: l.count})
		}
		for _, in := range l.inner {
			in.Node = name + "/" + in.Node
			lost = append(lost, in)
		}
	}
	if len(failures) == 1 {
		return lost, failures[0]
	}
	return lost, lostError(failures)
}

// lostError is several failures that something has taken.
type lostError []error

// Error is one line.
func (e lostError) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (e lostError) Unwrap() []error { return e }
