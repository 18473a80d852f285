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
	nodes []vertex
	limit time.Duration // of the flow; 0: none
	leave time.Duration // when the caller cancels; 0: never
	catch bool
}

// vertex is one node of a shape.
type vertex struct {
	kind   string
	inputs []int
	takes  time.Duration // of what is no quick function
	ends   string        // how its function ends
}

const (
	endsWell  = "value"
	endsBadly = "error"
	panics    = "panic"
	exits     = "goexit"
	waits     = "waits" // for its ctx
)

// failed is the failure of a vertex.
type failed int

func (f failed) Error() string { return fmt.Sprintf("vertex %d failed", int(f)) }

var modelKinds = []string{"step", "step", "step", "map", "after", "also", "either", "any", "recover", "try"}

// randomShape makes a shape. Each duration is a random number of nanoseconds,
// so that two things happen at once next to never.
func randomShape(r *rand.Rand, simple bool) shape {
	s := shape{nodes: []vertex{{kind: "in"}}}
	kinds := modelKinds
	if simple {
		kinds = []string{"step", "step", "map"}
	}
	some := func() time.Duration { return time.Duration(1 + r.IntN(100_000_000)) }
	used := map[int]bool{0: true}
	pick := func() int { // what nothing uses yet, more often
		for i := len(s.nodes) - 1; i > 0; i-- {
			if !used[i] && r.IntN(3) == 0 {
				return i
			}
		}
		return r.IntN(len(s.nodes))
	}
	step := func() int { // one that takes time, and that nothing uses yet if there is one
		var steps []int
		for i, v := range s.nodes {
			if v.kind == "step" {
				steps = append(steps, i)
				if !used[i] && r.IntN(2) == 0 {
					return i
				}
			}
		}
		return steps[r.IntN(len(steps))]
	}
	for range 3 + r.IntN(10) {
		v := vertex{kind: kinds[r.IntN(len(kinds))], takes: some(), ends: endsWell}
		if len(s.nodes) < 3 {
			v.kind = "step"
		}
		n := map[string]int{"step": 1 + r.IntN(2), "map": 1 + r.IntN(2), "after": 2, "also": 2, "either": 3, "any": 1 + r.IntN(3), "recover": 1, "try": 1}[v.kind]
		for range n {
			i := pick()
			if v.kind != "step" && v.kind != "map" {
				i = step() // so that next to nothing comes at one moment
			}
			used[i] = true
			v.inputs = append(v.inputs, i)
		}
		if v.kind == "step" || v.kind == "recover" {
			v.ends = []string{endsWell, endsWell, endsWell, endsWell, endsBadly, panics, exits, waits}[r.IntN(8)]
		}
		s.nodes = append(s.nodes, v)
	}
	// What nothing consumes goes into the output.
	for i := len(s.nodes) - 2; i > 0; i-- {
		if !used[i] {
			used[i] = true
			s.nodes = append(s.nodes, vertex{kind: "map", inputs: []int{len(s.nodes) - 1, i}, ends: endsWell})
		}
	}
	s.limit = []time.Duration{0, 500 * time.Millisecond, some()}[r.IntN(3)]
	if r.IntN(4) == 0 {
		s.leave = some()
	}
	if s.limit == 0 && s.leave == 0 { // something may wait for ever
		s.limit = time.Second
	}
	s.catch = r.IntN(4) == 0
	return s
}

func (s shape) String() string {
	var b strings.Builder
	for i, v := range s.nodes {
		fmt.Fprintf(&b, "%3d %-8s %v %s %s\n", i, v.kind, v.inputs, v.takes, v.ends)
	}
	fmt.Fprintf(&b, "limit %s, left after %s, catch %v\n", s.limit, s.leave, s.catch)
	return b.String()
}

// value is what the function of vertex i makes of its arguments.
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
	if s.catch {
		f = f.Catch(func(context.Context, int, error) (int, error) { return caught, nil })
	}
	return f
}

func (s shape) node(i int, v vertex, nodes []number, h *happenings) number {
	arg := func(k int) number { return nodes[v.inputs[k]] }
	name := fmt.Sprintf("t%d", i)
	switch v.kind {
	case "step":
		if len(v.inputs) == 1 {
			return flow.Step(task.New(name, func(ctx context.Context, a int) (int, error) { return h.act(ctx, i, v, a) }), arg(0))
		}
		return flow.Step2(task.New2(name, func(ctx context.Context, a, b int) (int, error) { return h.act(ctx, i, v, a, b) }), arg(0), arg(1))
	case "map":
		if len(v.inputs) == 1 {
			return flow.Map(arg(0), func(a int) int { return value(i, a) })
		}
		return flow.Map2(arg(0), arg(1), func(a, b int) int { return value(i, a, b) })
	case "after":
		return flow.After(arg(0), arg(1))
	case "also":
		return flow.Also(arg(0), arg(1))
	case "either":
		return flow.Either(flow.Map(arg(0), func(a int) bool { return a%2 == 0 }), arg(1), arg(2))
	case "any":
		return flow.Any(pickAll(nodes, v.inputs)...)
	case "recover":
		return flow.Recover(arg(0), func(ctx context.Context, err error) (int, error) { return h.act(ctx, i, v) })
	}
	return flow.Map(flow.Try(arg(0)), asValue)
}

func pickAll(nodes []number, which []int) (some []number) {
	for _, i := range which {
		some = append(some, nodes[i])
	}
	return some
}
