package model

import (
	"reflect"
	"slices"

	"github.com/jade-go/jade/flow"
)

func lookup(tag, key string) (string, bool) { return reflect.StructTag(tag).Lookup(key) }

// shape answers questions about the structure of a flow.
type shape struct {
	g     flow.Graph
	into  [][]flow.Edge
	users [][]flow.Edge
}

func newShape(g flow.Graph) *shape {
	s := &shape{g: g, into: make([][]flow.Edge, len(g.Nodes)), users: make([][]flow.Edge, len(g.Nodes))}
	for _, e := range g.Edges {
		s.into[e.To] = append(s.into[e.To], e)
		s.users[e.From] = append(s.users[e.From], e)
	}
	return s
}

// Needs of a call.
const (
	Required = "required"
	Optional = "optional"
	Chosen   = "if chosen" // by an Either
	Effect   = "effect"
)

// need says what becomes of the answer if a node fails.
func (s *shape) need(n flow.GraphNode) string {
	switch {
	case !s.forAnswer()[n.ID]:
		return Effect
	case ownStandIn(n) != "", n.Kind == flow.KindSettleEach:
		return Optional
	}
	surely, maybe := s.fails(n.ID)
	switch {
	case surely[s.g.Output]:
		return Required
	case maybe[s.g.Output]:
		return Chosen
	}
	return Optional
}

// forAnswer finds the nodes that the answer needs: all that are not only effects.
func (s *shape) forAnswer() []bool {
	needed := make([]bool, len(s.g.Nodes))
	needed[s.g.Output] = true
	for i := len(s.g.Nodes) - 1; i >= 0; i-- {
		for _, e := range s.into[i] {
			needed[e.From] = needed[e.From] || needed[i] && e.Role != flow.RoleEffect
		}
	}
	return needed
}

// fails finds the nodes that fail if node n does: surely, or if they choose it.
func (s *shape) fails(n int) (surely, maybe []bool) {
	surely, maybe = make([]bool, len(s.g.Nodes)), make([]bool, len(s.g.Nodes))
	surely[n], maybe[n] = true, true
	for i := n + 1; i < len(s.g.Nodes); i++ {
		node := s.g.Nodes[i]
		if node.Kind == flow.KindTry || node.Kind == flow.KindRecover || node.Kind == flow.KindFallback || ownStandIn(node) != "" {
			continue
		}
		all, allMaybe := len(s.into[i]) > 0, len(s.into[i]) > 0
		for _, e := range s.into[i] {
			all, allMaybe = all && surely[e.From], allMaybe && maybe[e.From]
			switch {
			case node.Kind == flow.KindAny, e.Role == flow.RoleEffect:
			case e.Role == flow.RoleYes, e.Role == flow.RoleNo:
				maybe[i] = maybe[i] || maybe[e.From]
			default:
				surely[i] = surely[i] || surely[e.From]
				maybe[i] = maybe[i] || maybe[e.From]
			}
		}
		if node.Kind == flow.KindAny {
			surely[i], maybe[i] = all, allMaybe
		}
	}
	return surely, maybe
}

// ownStandIn is what the policies of the node's task put in place of a failure.
func ownStandIn(n flow.GraphNode) string {
	for _, p := range slices.Backward(n.Policies) {
		switch p.Kind {
		case "fallback":
			return "a value"
		case "recover":
			return "a function of the task"
		}
	}
	return ""
}

// standIn says what replaces a failure of the node; empty if nothing does.
func (s *shape) standIn(n flow.GraphNode) string {
	if own := ownStandIn(n); own != "" {
		return own
	}
	if n.Kind == flow.KindSettleEach {
		return "the failures are part of the result"
	}
	seen := map[int]bool{}
	for next := []int{n.ID}; len(next) > 0; next = next[1:] {
		for _, e := range s.users[next[0]] {
			to := s.g.Nodes[e.To]
			if seen[e.To] || e.Role == flow.RoleEffect {
				continue
			}
			seen[e.To] = true
			switch to.Kind {
			case flow.KindFallback:
				return "a value"
			case flow.KindTry:
				return "its failure is a value"
			case flow.KindRecover:
				return "the function of " + to.Name
			case flow.KindAny:
				return "another input of " + to.Name
			}
			next = append(next, e.To)
		}
	}
	return ""
}

// calls are the nearest calls whose data a node takes, and the input of the flow.
func (s *shape) calls(n int) (names []string) {
	seen := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		for _, e := range s.into[i] {
			if seen[e.From] || e.Role == flow.RoleEffect || e.Role == flow.RoleOrder {
				continue
			}
			seen[e.From] = true
			switch from := s.g.Nodes[e.From]; {
			case from.Kind == flow.KindIn:
				names = append(names, "input")
			case from.Task != "":
				names = append(names, from.Name)
			default:
				visit(e.From)
			}
		}
	}
	visit(n)
	return names
}

// gates are the calls that have to succeed before a node begins, because of an After around it.
func (s *shape) gates(n int) (names []string) {
	for i := n + 1; i < len(s.g.Nodes); i++ {
		if s.g.Nodes[i].Kind != flow.KindAfter || !s.waits(n, i) {
			continue
		}
		for _, e := range s.into[i] {
			if e.Role != flow.RoleOrder {
				continue
			}
			before := []string{s.g.Nodes[e.From].Name}
			if s.g.Nodes[e.From].Task == "" {
				before = s.calls(e.From)
			}
			for _, name := range before {
				if name != "input" && name != s.g.Nodes[n].Name && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// waits reports whether only the After node needs the data of n: then n begins when all that is before it has succeeded.
func (s *shape) waits(n, after int) bool {
	held := make([]bool, len(s.g.Nodes))
	for i := after - 1; i >= n; i-- {
		held[i] = len(s.users[i]) > 0
		for _, e := range s.users[i] {
			held[i] = held[i] && (e.To == after && e.Role == flow.RoleData || e.To < after && held[e.To])
		}
	}
	return held[n]
}
