package flow

import (
	"reflect"
	"slices"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// Fresh returns a copy of the flow with new gates. They have the same settings, and know of no earlier calls. So an open breaker or a spent budget of one
// test does not change the result of another test. A gate that is around several tasks of the flow is one gate for them in the copy too. Nested flows get
// new gates as well. What package guard shares or keeps is new too: for example, a Cache gets an empty store of its own. The middleware of each
// [task.Task.Wrap] is called again.
//
// If several nodes share results by one task, such as one made by guard.Share, each node shares only with itself in the copy. A task that a function calls
// by [task.Task.Do] is not part of the flow, and keeps its gates. The receiver does not change.
func (f *Flow[In, Out]) Fresh() *Flow[In, Out] {
	f.must("Fresh")
	return f.fresh(nil)
}

// FreshAround is [Flow.Fresh] for test kits. The function around gets each new gate that is not a budget, with the node that it belongs to, and returns
// the gate to use. Path names the nodes around that node.
func FreshAround[In, Out any](_ engine.Seal, f *Flow[In, Out], around func(path []string, n GraphNode, g task.Gate) task.Gate) *Flow[In, Out] {
	return f.fresh(around)
}

// GatesOf returns the gates of the task of a node, from inner to outer, and the budgets of its retries and hedges. It is for pages that show their state.
// A node that was read from JSON has none.
func GatesOf(_ engine.Seal, n GraphNode) []task.Gate {
	if n.of == nil || n.of.task == nil {
		return nil
	}
	return slices.Clone(n.of.task.gates)
}

// ShownOf returns what the task of a node has for pages, such as the hot keys of a guard.Hot: see GatesOf.
func ShownOf(_ engine.Seal, n GraphNode) []any {
	if n.of == nil || n.of.task == nil {
		return nil
	}
	return slices.Clone(n.of.task.shown)
}

func (f *Flow[In, Out]) fresh(around func([]string, GraphNode, task.Gate) task.Gate) *Flow[In, Out] {
	known := map[task.Gate]task.Gate{}
	return f.renewed(nil, func(path []string, n GraphNode, g task.Gate, budget bool) task.Gate {
		fresh, ok := task.Gate(nil), false
		comparable := reflect.ValueOf(g).Comparable()
		if comparable {
			fresh, ok = known[g]
		}
		if !ok {
			if fresh = g.Fresh(); fresh == nil {
				panic("flow.Flow.Fresh: Fresh of " + reflect.TypeOf(g).String() + " has returned nil")
			}
			if comparable {
				known[g] = fresh
			}
		}
		if around == nil || budget {
			return fresh
		}
		return around(path, n, fresh)
	})
}

func (f *Flow[In, Out]) renewed(path []string, renew func([]string, GraphNode, task.Gate, bool) task.Gate) *Flow[In, Out] {
	g := *f
	g.plan = f.plan.variant(func(i int, n *node) maker {
		return n.again(point{path: path, node: describeNode(f.plan.name, i, n), renew: renew})
	})
	return finished(g, f)
}

// renewed returns the task of a node with other gates. If the task is a nested flow, its tasks get other gates too.
func renewed[A, R any](t task.Task[A, R], at point) task.Task[A, R] {
	t = task.ForEngines(seal, t).Fresh(func(g task.Gate, budget bool) task.Gate { return at.renew(slices.Clone(at.path), at.node, g, budget) })
	if at.node.Flow == nil {
		return t
	}
	return task.ForEngines(seal, t).WithBody(func(b seam.Body[A, R]) seam.Body[A, R] {
		if inner, ok := b.Starter.(nested[A, R]); ok {
			b.Starter = nested[A, R]{inner.flow.renewed(append(slices.Clone(at.path), at.node.Name), at.renew)}
		}
		return b
	})
}
