package flow

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// Graph describes a flow as plain data: for drawing, documenting and testing
// it, and for other engines to run it. Its JSON form is stable, and described by
// docs/schema/graph.schema.json.
type Graph struct {
	Name    string        `json:"name"`
	Place   observe.Place `json:"place"`             // where it was built
	In      string        `json:"in"`                // type of the input
	Out     string        `json:"out"`               // type of the result
	Output  int           `json:"output"`            // the node that has the result
	Timeout time.Duration `json:"timeout,omitempty"` // limit of a run, in nanoseconds; 0: none
	Reserve time.Duration `json:"reserve,omitempty"` // how much of the limit is kept for what stands in, in nanoseconds
	Catch   int           `json:"catch,omitempty"`   // how many functions Catch was given
	OnError int           `json:"on_error,omitempty"`

	Degraded int         `json:"degraded,omitempty"` // how many functions Degraded was given
	Nodes    []GraphNode `json:"nodes"`              // in build order: each after its inputs
	Edges    []Edge      `json:"edges"`              // in the order of their ends, and of the arguments there

	of untyped // the flow; nil of a graph that was read from JSON
}

// GraphNode is one node of a [Graph].
type GraphNode struct {
	ID       int            `json:"id"` // its index
	Kind     Kind           `json:"kind"`
	Name     string         `json:"name"`               // unique in the flow
	In       string         `json:"in,omitempty"`       // type of the task's argument
	Out      string         `json:"out"`                // type of the value
	Place    observe.Place  `json:"place"`              // where the node was made
	Task     string         `json:"task,omitempty"`     // name of the task
	TaskAt   *observe.Place `json:"task_at,omitempty"`  // where the task was made
	Policies []task.Policy  `json:"policies,omitempty"` // of the task, inner to outer
	Limit    int            `json:"limit,omitempty"`    // of an Each or a SettleEach: how many at a time
	Sleep    time.Duration  `json:"sleep,omitempty"`    // of a Sleep: how long, in nanoseconds
	Flow     *Graph         `json:"flow,omitempty"`     // the flow that the task stands for

	flow   string
	inputs []input
	of     *node
}

// Edge says that a node takes the value of another, or waits for it.
type Edge struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Role Role   `json:"role"`
	Type string `json:"type"` // of the value
}

// Failed is an input of [GraphNode.Run] that has failed.
type Failed struct{ Err error }

// Graph returns the description of the flow.
func (f *Flow[In, Out]) Graph() Graph {
	p := f.must("Graph").plan
	g := Graph{
		Name: p.name, Place: p.place, Output: int(p.out), Timeout: f.limit, Reserve: f.reserve,
		Catch: len(f.catches), OnError: len(f.told), Degraded: len(f.degraded),
		In: p.specs[0].out.String(), Out: p.specs[p.out].out.String(),
		Nodes: make([]GraphNode, len(p.specs)), Edges: []Edge{}, of: f,
	}
	for i := range p.specs {
		s := &p.specs[i]
		g.Nodes[i] = describeNode(p.name, i, s.node)
		for _, in := range s.inputs {
			g.Edges = append(g.Edges, Edge{From: int(in.n.index), To: i, Role: in.role, Type: in.n.out.String()})
		}
	}
	return g
}

func describeNode(flow string, i int, n *node) GraphNode {
	d := GraphNode{ID: i, Kind: n.kind, Name: n.name, Out: n.out.String(), Place: n.place, Limit: n.limit, Sleep: n.sleep, flow: flow, inputs: n.inputs, of: n}
	if n.in != nil {
		d.In = n.in.String()
	}
	if n.task == nil {
		return d
	}
	if n.task.settles {
		d.Kind = KindSettleEach
	}
	d.Task, d.Policies = n.task.name, slices.Clone(n.task.policies)
	if at := n.task.origin.Place; at.File != "" {
		d.TaskAt = &at
	}
	inner := interface{ Graph() Graph }(n.inner)
	if n.inner == nil { // something is around the flow
		inner, _ = n.task.origin.Engine.(interface{ Graph() Graph })
	}
	if inner != nil {
		g := inner.Graph()
		d.Flow = &g
	}
	return d
}

// Calls reports whether a node calls a task, under whatever name and with whatever policies.
func Calls[In, Out any](n GraphNode, t task.Task[In, Out]) bool {
	o := task.ForEngines(seal, t).Origin()
	return o != nil && n.of != nil && n.of.task != nil && identity(n.of.task.origin) == identity(o)
}

// Types returns the types of what the node takes of other nodes, in the order of its edges, and of its value. A node that was read from JSON has none.
func (n GraphNode) Types() (in []reflect.Type, out reflect.Type) {
	if n.of == nil {
		return nil, nil
	}
	for _, from := range n.inputs {
		in = append(in, from.n.out)
	}
	return in, n.of.out
}

// Node returns node i. An index that is out of range panics.
func (g Graph) Node(i int) GraphNode {
	if i < 0 || i >= len(g.Nodes) {
		panic(fmt.Sprintf("flow.Graph.Node: %s has no node %d", g.Name, i))
	}
	return g.Nodes[i]
}

// Named returns the node with a name.
func (g Graph) Named(name string) (GraphNode, bool) {
	for _, n := range g.Nodes {
		if n.Name == name {
			return n, true
		}
	}
	return GraphNode{}, false
}

// Within returns the graph of the nested flow that the path of node names leads to; that of g itself if path is empty.
func (g Graph) Within(path []string) (Graph, bool) {
	for _, name := range path {
		n, ok := g.Named(name)
		if !ok || n.Flow == nil {
			return Graph{}, false
		}
		g = *n.Flow
	}
	return g, true
}

// At returns the node with a name in the nested flow that path leads to.
func (g Graph) At(path []string, name string) (GraphNode, bool) {
	in, ok := g.Within(path)
	if !ok {
		return GraphNode{}, false
	}
	return in.Named(name)
}
