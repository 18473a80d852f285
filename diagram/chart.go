package diagram

import (
	"fmt"
	"strconv"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// chart is what a flow chart shows: boxes, and lines from each to those that use it.
type chart struct {
	name  string
	boxes []*box // each after those it has lines from
	lines []line
}

// box is one node of a chart.
type box struct {
	id       string // unique in the diagram: the names of the nodes around it and its own, joined by slashes
	label    string
	kind     flow.Kind // empty if it is a call that no graph describes
	in, out  string    // types, if a graph tells
	place    observe.Place
	notes    []string // policies and limits, a few words each
	output   bool     // it has the result
	state    state
	span     *trace.Span // nil if it did not run, or is not told of
	critical bool
	slack    time.Duration
	saving   time.Duration
	inner    *chart // of a nested flow, or of the calls that its function made
	of       *box   // of a box that is drawn with less inside: the whole one
}

// itself is the box as the whole chart has it.
func (b *box) itself() *box {
	if b.of != nil {
		return b.of.itself()
	}
	return b
}

// line goes from a box to one that takes its value or waits for it.
type line struct {
	from, to int // boxes
	role     flow.Role
	label    string // the type that flows
	critical bool
}

// state is how a box is to be shown.
type state string

const (
	plain    state = ""   // nothing has run, or nothing is known of it
	ok       state = "ok" // these are the names of observe.Status
	degraded state = "degraded"
	failed   state = "failed"
	canceled state = "canceled"
	skipped  state = "skipped"
	stray    state = "straggler"
	idle     state = "idle" // it did not run
)

// chartOf returns the chart of a graph; path is the id of what is around it.
func chartOf(g flow.Graph, path string) *chart {
	c := &chart{name: g.Name}
	for _, n := range g.Nodes {
		b := &box{id: path + "/" + n.Name, label: n.Name, kind: n.Kind, in: n.In, out: n.Out, place: n.Place, output: n.ID == g.Output}
		for _, p := range n.Policies {
			b.notes = append(b.notes, p.String())
		}
		if n.Limit > 0 {
			b.notes = append(b.notes, strconv.Itoa(n.Limit)+" at a time")
		}
		if n.Flow != nil {
			b.inner = chartOf(*n.Flow, b.id)
			if n.Flow.Timeout > 0 {
				b.notes = append(b.notes, "timeout "+n.Flow.Timeout.String())
			}
		}
		c.boxes = append(c.boxes, b)
	}
	for _, e := range g.Edges {
		if e.From < 0 || e.From >= e.To || e.To >= len(g.Nodes) {
			panic(fmt.Sprintf("diagram: %s has an edge from node %d to node %d, of %d", g.Name, e.From, e.To, len(g.Nodes)))
		}
		c.lines = append(c.lines, line{from: e.From, to: e.To, role: e.Role, label: e.Type})
	}
	return c
}
