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

// need says what becomes of the answer if a node fails. An answer of Catch is none that the flow has made.
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
		surely[i], maybe[i] = s.failsWith(i, surely, false), s.failsWith(i, maybe, true)
	}
	return surely, maybe
}

// failsWith reports whether node i fails if those that failed names do, or may fail, if chosen is set.
func (s *shape) failsWith(i int, failed []bool, chosen bool) bool {
	one, branches, all := false, true, true
	for _, e := range s.into[i] {
		switch bad := failed[e.From]; e.Role {
		case flow.RoleEffect:
		case flow.RoleYes, flow.RoleNo:
			branches = branches && bad
			one = one || chosen && bad
		default:
			one, all = one || bad, all && bad
		}
	}
	switch s.g.Nodes[i].Kind {
	case flow.KindIn, flow.KindConst, flow.KindTry, flow.KindRecover, flow.KindFallback:
		return false
	case flow.KindAny:
		return all
	case flow.KindEither:
		return one || branches
	}
	return one
}

// ownStandIn is what the policies of the node's task put in place of a failure. Policies around it may fail the call nevertheless.
func ownStandIn(n flow.GraphNode) string {
	but := ""
	for _, p := range slices.Backward(n.Policies) {
		switch p.Kind {
		case "fallback":
			return "a value" + but
		case "recover":
			return "a function of the task" + but
		case "timeout":
			but = " (but not for the limit around it)"
		case "gate":
			but = " (but not for the gate around it)"
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
func (s *shape) calls(n int) []string {
	return s.nearest(s.into[n], func(r flow.Role) bool { return r != flow.RoleEffect && r != flow.RoleOrder })
}

// nearest are the first calls on the ways back from edges, by edges of the roles that fit.
func (s *shape) nearest(edges []flow.Edge, fits func(flow.Role) bool) (names []string) {
	seen := map[int]bool{}
	var visit func(edges []flow.Edge)
	visit = func(edges []flow.Edge) {
		for _, e := range edges {
			if seen[e.From] || !fits(e.Role) {
				continue
			}
			seen[e.From] = true
			switch from := s.g.Nodes[e.From]; {
			case from.Kind == flow.KindIn:
				names = append(names, "input")
			case from.Task != "":
				names = append(names, from.Name)
			default:
				visit(s.into[e.From])
			}
		}
	}
	visit(edges)
	return names
}

// gates are the calls that a node waits for without taking their data: an After waits for them, or an Either chooses by them.
func (s *shape) gates(n int) (names []string) {
	data := s.calls(n)
	for _, name := range append(s.nearest(s.into[n], waits), s.held(n)...) {
		if name != "input" && name != s.g.Nodes[n].Name && !slices.Contains(data, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// held are the calls that come before anything needs node n: those that all of its users wait for. One that two users wait for by
// way of different calls is not among them.
func (s *shape) held(n int) []string {
	held := make([][]string, len(s.g.Nodes))
	for i := len(s.g.Nodes) - 1; i >= n; i-- {
		for k, e := range s.users[i] {
			before := slices.Clone(held[e.To])
			if !opens(e) {
				before = append(before, s.nearest(slices.DeleteFunc(slices.Clone(s.into[e.To]), func(e flow.Edge) bool { return !opens(e) }), waits)...)
			}
			if k == 0 {
				held[i] = before
				continue
			}
			held[i] = slices.DeleteFunc(held[i], func(name string) bool { return !slices.Contains(before, name) })
		}
	}
	return held[n]
}

// opens reports whether a node waits for the value of an edge before it needs its other inputs.
func opens(e flow.Edge) bool { return e.Role == flow.RoleOrder || e.Role == flow.RoleCondition }

// waits reports whether a node waits for what comes by edges of a role.
func waits(r flow.Role) bool { return r != flow.RoleEffect }
