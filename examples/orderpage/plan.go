package main

import (
	"time"

	"github.com/jade-go/jade/flow"
)

// step is one call of the page, as the report and the flags see it.
type step struct {
	name     string
	needs    []string // calls whose data it takes
	required bool
}

// plan lists the calls, each after those that it needs, for the report and the
// flags. What they are is read off the flow; the futures make the same ones.
var plan = planOf(newOrderPage(new(shop)).Graph())

func planOf(g flow.Graph) (plan []step) {
	inputs := make([][]int, len(g.Nodes))
	for _, e := range g.Edges {
		inputs[e.To] = append(inputs[e.To], e.From)
	}
	required := fatal(g, inputs)
	for i, n := range g.Nodes {
		if n.Kind == flow.TaskStep {
			plan = append(plan, step{n.Name, needs(g, inputs, i), required[i]})
		}
	}
	return plan
}

// fatal returns the nodes whose failure is that of the page.
func fatal(g flow.Graph, inputs [][]int) map[int]bool {
	found := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		found[i] = true
		if g.Nodes[i].Kind == flow.Trial {
			return // a failure is a value from here on
		}
		for _, from := range inputs[i] {
			visit(from)
		}
	}
	visit(g.Output)
	return found
}

// needs returns the calls whose data node i takes, as it is or by way of a Map.
func needs(g flow.Graph, inputs [][]int, i int) (calls []string) {
	for _, from := range inputs[i] {
		if n := g.Nodes[from]; n.Kind == flow.TaskStep {
			calls = append(calls, n.Name)
		} else {
			calls = append(calls, needs(g, inputs, from)...)
		}
	}
	return calls
}

// criticalPath returns the chain of calls that costs most, and what it costs:
// no schedule makes the page faster.
func criticalPath(calls map[string]call) (path []string, cost time.Duration) {
	type chain struct {
		path []string
		cost time.Duration
	}
	ends := map[string]chain{}
	for _, s := range plan {
		var before chain
		for _, need := range s.needs {
			if ends[need].cost > before.cost {
				before = ends[need]
			}
		}
		c, started := calls[s.name]
		if !started {
			continue
		}
		end := chain{append(append([]string{}, before.path...), s.name), before.cost + c.cost}
		ends[s.name] = end
		if end.cost > cost {
			path, cost = end.path, end.cost
		}
	}
	return path, cost
}
