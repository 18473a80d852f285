package main

import (
	"context"

	"github.com/heimdalr/dag"
)

// A dagTask is a vertex. The library runs a function a vertex and hands on what
// it returned, and knows neither ctx nor failure: runDAG adds both.
type dagTask struct {
	id    string
	after []string
	run   func(ctx context.Context, in []dag.FlowResult) (any, error)
}

// newDAG takes the tasks in an order in which each is behind those that it
// comes after.
func newDAG(tasks []*dagTask) (*dag.DAG, error) {
	d := dag.NewDAG()
	for _, t := range tasks {
		if err := d.AddVertexByID(t.id, t); err != nil {
			return nil, err
		}
		for _, before := range t.after {
			if err := d.AddEdge(before, t.id); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// runDAG runs the vertex start with in, then all behind it, and returns the
// result of the only one that nothing is behind.
func runDAG(ctx context.Context, d *dag.DAG, start string, in any) (any, error) {
	leaves, err := d.DescendantsFlow(start, []dag.FlowResult{{Result: in}},
		func(d *dag.DAG, id string, in []dag.FlowResult) (any, error) {
			for _, r := range in {
				if r.Error != nil {
					return nil, r.Error
				}
			}
			v, err := d.GetVertex(id)
			if err != nil {
				return nil, err
			}
			return v.(*dagTask).run(ctx, in)
		})
	if err != nil {
		return nil, err
	}
	return leaves[0].Result, leaves[0].Error
}

// resultOf finds the result of a parent: they come in no order.
func resultOf[T any](in []dag.FlowResult, id string) T {
	for _, r := range in {
		if r.ID == id {
			return r.Result.(T)
		}
	}
	panic("dag: no parent " + id)
}

// passOn is the task of a vertex that all others start from.
func passOn(_ context.Context, in []dag.FlowResult) (any, error) { return in[0].Result, nil }
