package flow

import (
	"reflect"
	"slices"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// Fresh returns the flow with gates of the same settings that have no memory, so that an open breaker or an empty budget of one test does not
// matter to another. A gate that is around several tasks of the flow is one gate for them in the new flow too. Nested flows are fresh as well, and so is
// what package guard shares or keeps: a Cache has an empty store of its own. The middleware of each [task.Task.Wrap] is called again.
//
// What several nodes share by one task, each of them has for itself in the new flow. Tasks that functions call by [task.Task.Do] are not part of a flow, and stay as they are. The receiver is untouched.
func (f *Flow[In, Out]) Fresh() *Flow[In, Out] {
	f.must("Fresh")
	return f.fresh(nil)
}

// FreshAround is [Flow.Fresh] for test kits: around gets each fresh gate that is not a budget, with the node whose calls it lets in, and returns the
// gate to have there. Path names the nodes around that.
func FreshAround[In, Out any](_ engine.Seal, f *Flow[In, Out], around func(path []string, n GraphNode, g task.Gate) task.Gate) *Flow[In, Out] {
	return f.fresh(around)
}

// GatesOf returns the gates of the task of a node, inner to outer, and the budgets of its retries and hedges: for pages that show their state.
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
	return finished(g)
}

// renewed is the task of a node with other gates, also in the flow that it stands for.
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
