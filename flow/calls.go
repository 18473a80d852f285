package flow

import (
	"slices"

	"github.com/jade-go/jade/observe"
)

// This file is what an observer is told of each node of a plan. It is worked out when the
// first run is observed, and shared by all.

// described sees to it that the calls of the nodes that are told of and that of a run are there.
func (p *plan) described() {
	p.describe.Do(func() {
		from := originsOf(p)
		p.calls = make([]observe.Call, len(p.specs))
		after := p.gated(from)
		for i := range p.specs {
			s := &p.specs[i]
			if s.quick {
				continue
			}
			c := observe.Call{
				Kind: observe.KindNode, Flow: p.name, Node: s.name, Place: s.node.place,
				Inputs: from.names(s.inputs), After: from.names(after[i]), Effect: s.effect && !s.answer,
				Optional: s.effect && !s.answer && (s.optional || s.task != nil && s.task.standsIn()),
			}
			if s.task != nil {
				c.Task, c.Place = s.task.name, s.task.origin.Place
			}
			p.calls[i] = c
		}
		p.ran = observe.Call{Kind: observe.KindRun, Flow: p.name, Place: p.place, Inputs: from.names([]input{{n: p.specs[p.out].node}})}
	})
}

// observable reports whether the node is told of: maps and the like are not.
func (s *spec) observable() bool { return s.calls() }

// gated lists, for each node, what it does not start without although it takes no data of it: what an After
// orders before it, and the condition of an Either that it is for. Of the nodes behind one
// gate only those have it that come first.
func (p *plan) gated(from *origins) [][]input {
	after := make([][]input, len(p.specs))
	behind := behindness{plan: p, users: make([]int, len(p.specs))}
	begun := make([]int, len(p.specs))  // the gate that the node is behind, if it is told of or comes after such a node
	for g := 1; g < len(p.specs); g++ { // which is never the input
		gate := &p.specs[g]
		if gate.kind != KindAfter && gate.kind != KindEither {
			continue
		}
		var first []input
		for _, in := range gate.inputs {
			if in.role == RoleOrder || in.role == RoleCondition {
				first = append(first, input{n: in.n, role: RoleData})
			}
		}
		if len(from.names(first)) == 0 {
			continue
		}
		for _, i := range behind.of(int32(g)) {
			s := &p.specs[i]
			if slices.ContainsFunc(s.inputs, func(in input) bool { return begun[in.n.index] == g }) {
				begun[i] = g
				continue
			}
			after[i] = append(after[i], first...)
			if s.observable() {
				begun[i] = g
			}
		}
	}
	return after
}

// behindness finds out what is behind a gate.
type behindness struct {
	*plan
	users []int // of a node: how many of its uses are behind the gate; zero between two gates
}

// of lists the nodes that are needed for nothing but what gate g lets through, in build order.
func (b *behindness) of(g int32) (found []int32) {
	var touched []int32
	use := func(inputs []input) {
		for _, in := range inputs {
			i := in.n.index
			if i == 0 || i == b.out {
				continue
			}
			if b.users[i] == 0 {
				touched = append(touched, i)
			}
			if b.users[i]++; b.users[i] == len(b.specs[i].users) {
				found = append(found, i)
			}
		}
	}
	for _, in := range b.specs[g].inputs {
		if in.role != RoleOrder && in.role != RoleCondition {
			use([]input{in})
		}
	}
	for k := 0; k < len(found); k++ {
		use(b.specs[found[k]].inputs)
	}
	for _, i := range touched {
		b.users[i] = 0
	}
	slices.Sort(found)
	return found
}
