package diagram_test

import (
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// chainOf is a graph of a chain of nodes, and a run of it in which each call waited for the one before.
func chainOf(size int, kind flow.Kind) (flow.Graph, *trace.Trace) {
	g := flow.Graph{Name: "chain", Nodes: []flow.GraphNode{{Kind: flow.KindIn, Name: "in"}}, Output: size}
	t := &trace.Trace{Name: "chain", Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, Flow: "chain", End: time.Duration(size) * milli}}}
	for i := 1; i <= size; i++ {
		name := "n" + strconv.Itoa(i)
		g.Nodes = append(g.Nodes, flow.GraphNode{ID: i, Kind: kind, Name: name, Out: "int"})
		g.Edges = append(g.Edges, flow.Edge{From: i - 1, To: i, Role: flow.RoleData, Type: "int"})
		if kind == flow.KindStep {
			s := trace.Span{ID: i, Kind: observe.KindNode, Node: name, Start: time.Duration(i-1) * milli, End: time.Duration(i) * milli}
			if i > 1 {
				s.Inputs = []string{"n" + strconv.Itoa(i-1)}
			}
			t.Spans = append(t.Spans, s)
			t.Spans[0].Inputs = []string{name}
		}
	}
	return g, t
}

// A large flow is drawn in a time that one waits: nothing grows with the square of it.
func TestOverlay_ofALargeFlow(t *testing.T) {
	for name, make := range map[string]func() (flow.Graph, *trace.Trace){
		"a chain of calls":           func() (flow.Graph, *trace.Trace) { return chainOf(10_000, flow.KindStep) },
		"a chain of quick functions": func() (flow.Graph, *trace.Trace) { return chainOf(10_000, flow.KindMap) },
		"layers":                     func() (flow.Graph, *trace.Trace) { return layered(5_000, 50) },
	} {
		t.Run(name, func(t *testing.T) {
			g, run := make()
			begun := time.Now()
			d := diagram.Overlay(g, run)
			overlaid := time.Since(begun)
			require.NoError(t, d.WriteSVG(io.Discard))
			require.NoError(t, d.WriteMermaid(io.Discard))
			require.NoError(t, d.WriteText(io.Discard))
			drawn := time.Since(begun)
			require.NoError(t, d.WriteHTML(io.Discard))
			t.Log(overlaid, drawn, time.Since(begun))
			limit := time.Second
			if raceDetector {
				limit *= 20
			}
			require.Less(t, overlaid, limit)
			require.Less(t, time.Since(begun), 10*limit)
		})
	}
}
