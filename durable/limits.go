package durable

import (
	"slices"
	"time"

	"github.com/jade-go/jade/flow"
)

// Limits are the limits of a run: an engine keeps those of the first start, so that a run that goes on with newer code has the limits that it had.
type Limits struct {
	Timeout time.Duration     `json:"timeout,omitempty"` // in nanoseconds
	Reserve time.Duration     `json:"reserve,omitempty"` // in nanoseconds
	Inside  map[string]Limits `json:"inside,omitempty"`  // of nested flows, by node
}

// LimitsOf returns the limits of a flow and of the flows inside of it.
func LimitsOf(g flow.Graph) Limits {
	l := Limits{Timeout: g.Timeout, Reserve: g.Reserve}
	for _, n := range g.Nodes {
		if n.Flow == nil {
			continue
		}
		if in := LimitsOf(*n.Flow); in.Timeout+in.Reserve > 0 || in.Inside != nil {
			if l.Inside == nil {
				l.Inside = map[string]Limits{}
			}
			l.Inside[n.Name] = in
		}
	}
	return l
}

// Limited returns the graph with other limits.
func Limited(g flow.Graph, l Limits) flow.Graph {
	g.Timeout, g.Reserve = l.Timeout, l.Reserve
	g.Nodes = slices.Clone(g.Nodes)
	for i, n := range g.Nodes {
		if n.Flow != nil {
			in := Limited(*n.Flow, l.Inside[n.Name])
			g.Nodes[i].Flow = &in
		}
	}
	return g
}
