package flow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// shape is a random flow over whole numbers: nodes in build order, each of
// whose inputs come before it. The first is the input of the flow.
type shape struct {
	ids   []int // of the functions of the nodes
	nodes []vertex
	limit time.Duration // of the flow; 0: none
	leave time.Duration // when the caller cancels; 0: never
	catch bool

	reserve time.Duration // of the limit
	around  times         // of the run around this one
}

// vertex is one node of a shape.
type vertex struct {
	kind   string
	inputs []int
	takes  time.Duration // of what is no quick function
	ends   string        // how its function ends
	part   part          // of one that is more than one function
}

// isCall reports whether the vertex calls a task.
func (v vertex) isCall() bool { return v.kind == "step" || v.part != nil }

const (
	endsWell  = "value"
	endsBadly = "error"
	panics    = "panic"
	exits     = "goexit"
	waits     = "waits" // for its ctx
	late      = "late"  // it has ended because of a limit of its own
)

// failed is the failure of the function with that id.
type failed int

func (f failed) Error() string { return fmt.Sprintf("function %d failed", int(f)) }

// failure is how the model knows one: by who failed, and how.
type failure struct {
	id   int
	ends string
}

var modelKinds = []string{"step", "step", "part", "part", "map", "after", "require", "also", "either", "any", "recover", "fallback", "fallback", "try"}

// randomShape makes a shape. A simple one is of kinds that need no more than counters; a deep one is in another.
func randomShape(r *rand.Rand, simple bool, n *ids, deep bool) shape {
	s := shape{nodes: []vertex{{kind: "in"}}, ids: []int{0}}
	kinds := modelKinds
	if simple {
		kinds = []string{"step", "step", "part", "map"}
	}
	some := func() time.Duration { return some(r) }
	used := map[int]bool{0: true}
	own := map[int]bool{} // what only one vertex may use
	pick := func() int {  // what nothing uses yet, more often
		for i := len(s.nodes) - 1; i > 0; i-- {
			if !used[i] && r.IntN(3) == 0 {
				return i
			}
		}
		for {
			if i := r.IntN(len(s.nodes)); !own[i] {
				return i
			}
		}
	}
	step := func() int { // one that takes time, and that nothing uses yet if there is one
		var steps []int
		for i, v := range s.nodes {
			if (v.kind == "step" || v.part != nil) && !own[i] {
				steps = append(steps, i)
				if !used[i] && r.IntN(2) == 0 {
					return i
				}
			}
		}
		return steps[r.IntN(len(steps))]
	}
	size := 3 + r.IntN(10)
	if deep {
		size = 3 + r.IntN(3)
	}
	for range size {
		v := vertex{kind: kinds[r.IntN(len(kinds))], takes: some(), ends: endsWell}
		switch {
		case len(s.nodes) < 3, deep && v.kind == "also": // effects would outlive what they are in
			v.kind = "step"
		case v.kind == "part":
			v.kind, v.part = randomPart(r, n, deep)
		}
		inputs := map[string]int{"step": 1 + r.IntN(2), "map": 1 + r.IntN(2), "after": 2, "also": 2, "either": 3, "any": 1 + r.IntN(3)}[v.kind]
		for range max(inputs, 1) {
			i := pick()
			switch {
			case v.kind == "require": // nothing else may come at the moment of its failure
				s.add(n, vertex{kind: "step", inputs: []int{i}, takes: some(), ends: endsWell})
				i = len(s.nodes) - 1
				own[i] = true
			case v.kind != "step" && v.kind != "map" && v.part == nil:
				i = step() // so that next to nothing comes at one moment
			}
			used[i] = true
			v.inputs = append(v.inputs, i)
		}
		if v.kind == "step" || v.kind == "recover" {
			v.ends = []string{endsWell, endsWell, endsWell, endsWell, endsBadly, panics, exits, waits}[r.IntN(8)]
		}
		if v.kind == "require" {
			v.ends = endsBadly // if it does
		}
		s.add(n, v)
	}
	// What nothing consumes goes into the output.
	for i := len(s.nodes) - 2; i > 0; i-- {
		if !used[i] {
			used[i] = true
			s.add(n, vertex{kind: "map", inputs: []int{len(s.nodes) - 1, i}, ends: endsWell})
		}
	}
	s.limit = []time.Duration{0, 500 * time.Millisecond, some()}[r.IntN(3)]
	s.catch = r.IntN(4) == 0
	if r.IntN(3) == 0 {
		s.reserve = 2 * some()
	}
	if deep {
		return s
	}
	if r.IntN(4) == 0 {
		s.leave = some()
	}
	if s.limit == 0 && s.leave == 0 { // something may wait for ever
		s.limit = time.Second
	}
	return s
}

func (s *shape) add(n *ids, v vertex) {
	n.next++
	s.ids, s.nodes = append(s.ids, n.next), append(s.nodes, v)
}

func (s shape) String() string {
	var b strings.Builder
	for i, v := range s.nodes {
		fmt.Fprintf(&b, "%3d (%d) %-8s %v %s %s", i, s.ids[i], v.kind, v.inputs, v.takes, v.ends)
		if v.part != nil {
			fmt.Fprintf(&b, " { %v }", v.part)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "limit %s, reserve %s, left after %s, catch %v\n", s.limit, s.reserve, s.leave, s.catch)
	return b.String()
}

// passes is what a require asks of a value.
func passes(v int) bool { return v%4 != 0 }

// value is what the function with that id makes of its arguments.
func value(i int, args ...int) int {
	v := i + 1
	for _, a := range args {
		v = v*31 + a
	}
	return v % 1_000_003
}

// caught is what Catch answers.
const caught = -7

// asValue is what the model makes of a future.Result.
func asValue(r future.Result[int]) int {
	if r.Err != nil {
		return -1
	}
	return r.Value
}

func (s shape) build(h *happenings) *flow.Flow[int, int] {
	f := flow.New("model", func(in number) number {
		nodes := []number{in}
		for i, v := range s.nodes[1:] {
			nodes = append(nodes, s.node(i+1, v, nodes, h))
		}
		return nodes[len(nodes)-1]
	})
	if s.limit > 0 {
		f = f.Timeout(s.limit)
	}
	if s.reserve > 0 {
		f = f.Reserve(s.reserve)
	}
	if s.catch {
		f = f.Catch(func(context.Context, int, error) (int, error) { return caught, nil })
	}
	return f
}

func (s shape) node(i int, v vertex, nodes []number, h *happenings) number {
	arg := func(k int) number { return nodes[v.inputs[k]] }
	name, id := fmt.Sprintf("t%d", s.ids[i]), s.ids[i]
	switch v.kind {
	case "step":
		if len(v.inputs) == 1 {
			return flow.Step(task.New(name, func(ctx context.Context, a int) (int, error) { return h.act(ctx, id, v, a) }), arg(0))
		}
		return flow.Step2(task.New2(name, func(ctx context.Context, a, b int) (int, error) { return h.act(ctx, id, v, a, b) }), arg(0), arg(1))
	case "policies", "each", "nested":
		return v.part.node(h, name, arg(0))
	case "require":
		return flow.Map(flow.Require(flow.Map(arg(0), passes), failed(id)), func(struct{}) int { return id })
	case "map":
		if len(v.inputs) == 1 {
			return flow.Map(arg(0), func(a int) int { return value(id, a) })
		}
		return flow.Map2(arg(0), arg(1), func(a, b int) int { return value(id, a, b) })
	case "after":
		return flow.After(arg(0), arg(1))
	case "also":
		return flow.Also(arg(0), arg(1))
	case "either":
		return flow.Either(flow.Map(arg(0), func(a int) bool { return a%2 == 0 }), arg(1), arg(2))
	case "any":
		return flow.Any(pickAll(nodes, v.inputs)...)
	case "fallback":
		return flow.Fallback(arg(0), instead)
	case "recover":
		return flow.Recover(arg(0), func(ctx context.Context, err error) (int, error) { return h.act(ctx, id, v) })
	}
	return flow.Map(flow.Try(arg(0)), asValue)
}

func pickAll(nodes []number, which []int) (some []number) {
	for _, i := range which {
		some = append(some, nodes[i])
	}
	return some
}
