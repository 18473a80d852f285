package jadetest

import (
	"context"
	"slices"
	"strings"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// remembering are the kinds of policies without a gate that may know of earlier runs.
var remembering = []string{"hedge", engine.KindShare, engine.KindMemo, engine.KindBatch, engine.KindCache, engine.KindHot}

// remembers reports whether one run of the flow may change the next one.
func remembers(g flow.Graph) bool {
	return slices.ContainsFunc(g.Nodes, func(n flow.GraphNode) bool {
		return n.Flow != nil && remembers(*n.Flow) || slices.ContainsFunc(n.Policies, func(p task.Policy) bool {
			return p.Gate.Kind != "" || slices.Contains(remembering, p.Kind)
		})
	})
}

// hasGate reports whether something may reject the calls of the node.
func hasGate(n flow.GraphNode) bool {
	return slices.ContainsFunc(n.Policies, func(p task.Policy) bool { return p.Kind == "gate" })
}

// withGates returns f with fresh gates, and around each of them one that can reject calls.
func withGates[In, Out any](f *flow.Flow[In, Out]) *flow.Flow[In, Out] {
	var seal engine.Seal
	return flow.FreshAround(seal, f, func(path []string, n flow.GraphNode, g task.Gate) task.Gate {
		return rejecting{g, strings.Join(append(path, n.Name), "/")}
	})
}

// rejecting is a gate that rejects all calls if the run has the fault [FaultRejected] for the task with the path name.
type rejecting struct {
	task.Gate
	name string
}

// Enter implements [task.Gate].
func (g rejecting) Enter(ctx context.Context, key string) (ticket uint64, err error) {
	if inj, ok := ctx.Value(injectionKey{}).(*injection); ok {
		if fault := inj.faults[g.name]; fault != nil && fault.Fault == FaultRejected {
			inj.note(g.name, true)
			return 0, &task.RejectedError{Err: fault}
		}
	}
	return g.Gate.Enter(ctx, key)
}

// Fresh implements [task.Gate].
func (g rejecting) Fresh() task.Gate { return rejecting{g.Gate.Fresh(), g.name} }
