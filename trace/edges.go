package trace

import "github.com/jade-go/jade/observe"

// Edge says that a span took the data of another, or waited for it.
type Edge struct {
	From  int  // a node
	To    int  // a node of the same run that began later, or that run itself, whose answer is made of it
	Order bool // it waited for it without taking its data
}

// Edges returns what [Span.Inputs] and [Span.After] of all spans say, as indexes of spans: first those to
// nodes, in the order of these, then those to runs. A node that has no span, or that began later than who names it, is left out.
func (t *Trace) Edges() []Edge {
	type member struct {
		run  int
		node string
	}
	at := make(map[member]int, len(t.Spans))
	var edges []Edge
	add := func(to, run int, nodes []string, order bool) {
		for _, node := range nodes {
			if from, ok := at[member{run, node}]; ok {
				edges = append(edges, Edge{from, to, order})
			}
		}
	}
	for i, s := range t.Spans {
		if s.Kind == observe.KindNode {
			add(i, s.Parent, s.Inputs, false)
			add(i, s.Parent, s.After, true)
			at[member{s.Parent, s.Node}] = i
		}
	}
	for i, s := range t.Spans {
		if s.Kind == observe.KindRun {
			add(i, i, s.Inputs, false)
		}
	}
	return edges
}
