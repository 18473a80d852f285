package flow

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

	"github.com/jade-go/jade/task"
)

// Hash identifies the structure of the flow: its calls, what each takes and waits for, their types, the result, and the flows inside of it. Two graphs with
// the same hash run the same calls in the same order. It has 32 hexadecimal digits.
//
// Limits, policies and places are not part of it. So a new Timeout, or lines that move in a file, do not change it. But whether a task has an Undo is, whether
// the flow has an OnError or a Catch, and whether a policy is around a nested flow: a run of another process could not go on without that. Nodes count by name, so the order in
// which independent calls are written does not change it either. A node without a name of its own, such as the closure of a Map, has a number in build order:
// there the order counts.
func (g Graph) Hash() string {
	h := sha256.New()
	g.hash(h)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (g Graph) hash(h hash.Hash) {
	fmt.Fprintf(h, "%q %q %q %q %t %t\n", g.Name, g.In, g.Out, g.Node(g.Output).Name, g.Catch > 0, g.OnError > 0)
	into := make([][]Edge, len(g.Nodes))
	for _, e := range g.Edges {
		into[e.To] = append(into[e.To], e)
	}
	nodes := slices.Clone(g.Nodes)
	slices.SortFunc(nodes, func(a, b GraphNode) int { return cmp.Compare(a.Name, b.Name) })
	for _, n := range nodes {
		undo := slices.ContainsFunc(n.Policies, func(p task.Policy) bool { return p.Kind == "undo" })
		fmt.Fprintf(h, "%q %q %q %q %q %t %t\n", n.Name, n.Kind, n.Task, n.In, n.Out, undo, n.Flow != nil && len(n.Policies) > 0)
		for _, e := range into[n.ID] {
			fmt.Fprintf(h, " %q %q\n", g.Nodes[e.From].Name, e.Role)
		}
		if n.Flow != nil {
			n.Flow.hash(h)
		}
	}
}
