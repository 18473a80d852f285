package flow

import (
	"slices"

	"github.com/jade-go/jade/task"
)

// This file is what an observer is told of each node of a plan. It is worked out when the
// first run is observed, and shared by all.

// described sees to it that the calls of the nodes and that of a run are there.
func (p *plan) described() {
	p.describe.Do(func() {
		p.calls = make([]task.Call, len(p.specs))
		after := p.gated()
		for i := range p.specs {
			s := &p.specs[i]
			c := task.Call{
				Kind: task.NodeCall, Flow: p.name, Node: s.name, Place: s.node.place,
				Inputs: p.sources(s.inputs), After: p.sources(after[i]),
			}
			if s.task != nil {
				c.Task, c.Place = s.task.name, s.task.origin.Place
			}
			p.calls[i] = c
		}
		p.ran = task.Call{Kind: task.RunCall, Flow: p.name, Place: p.place, Inputs: p.sources([]input{{n: p.specs[p.out].node}})}
	})
}

// observable reports whether the node is told of: maps and the like are not.
func (s *spec) observable() bool { return s.kind == TaskStep || s.kind == Elements }

// sources names the nodes that inputs come from, with those that are not told of passed over.
func (p *plan) sources(inputs []input) (names []string) {
	seen := map[int32]bool{}
	var visit func(inputs []input)
	visit = func(inputs []input) {
		for _, in := range inputs {
			i := in.n.index
			if seen[i] || in.role == Order || in.role == Effect {
				continue
			}
			seen[i] = true
			from := &p.specs[i]
			if from.observable() || from.kind == Recovery { // which is told of if its function runs
				names = append(names, from.name)
			}
			if !from.observable() {
				visit(from.inputs)
			}
		}
	}
	visit(inputs)
	return names
}

// gated lists, for each node, what it does not start without although it takes no data of it: what an After
// orders before it, and the condition of an Either that it is for. Of the nodes behind one
// gate only those have it that come first.
func (p *plan) gated() [][]input {
	after := make([][]input, len(p.specs))
	for g := range p.specs {
		gate := &p.specs[g]
		if gate.kind != Ordered && gate.kind != Choice {
			continue
		}
		var first []input
		for _, in := range gate.inputs {
			if in.role == Order || in.role == Condition {
				first = append(first, input{n: in.n, role: Data})
			}
		}
		behind := p.behind(int32(g))
		begun := make([]bool, len(p.specs)) // behind the gate, and told of or after such a node
		for i := range p.specs {
			if !behind[i] {
				continue
			}
			s := &p.specs[i]
			begun[i] = slices.ContainsFunc(s.inputs, func(in input) bool { return begun[in.n.index] })
			if !begun[i] {
				after[i] = append(after[i], first...)
				begun[i] = s.observable()
			}
		}
	}
	return after
}

// behind finds the nodes that are needed for nothing but what gate g lets through.
func (p *plan) behind(g int32) []bool {
	behind := make([]bool, len(p.specs))
	for i := g - 1; i > 0; i-- { // all users of a node come after it
		s := &p.specs[i]
		behind[i] = i != p.out && len(s.users) > 0 && !slices.ContainsFunc(s.users, func(u use) bool {
			if u.node == g {
				return u.role == Order || u.role == Condition
			}
			return !behind[u.node]
		})
	}
	return behind
}
