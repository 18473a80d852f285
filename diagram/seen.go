package diagram

import (
	"strconv"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// seen is a trace, with the parts of each span.
type seen struct {
	trace *trace.Trace
	path  trace.CriticalPath
	parts [][]int        // of each span, in the order of their beginning
	waits [][]trace.Edge // of each span: from those that it says it waited for
}

func newSeen(t *trace.Trace, p trace.CriticalPath) *seen {
	s := &seen{trace: t, path: p, parts: make([][]int, len(t.Spans)), waits: make([][]trace.Edge, len(t.Spans))}
	for _, e := range t.Edges() {
		s.waits[e.To] = append(s.waits[e.To], e)
	}
	for i := 1; i < len(t.Spans); i++ {
		around := t.Spans[i].Parent
		s.parts[around] = append(s.parts[around], i)
	}
	return s
}

// show has a box show how a call went.
func (s *seen) show(b *box, span *trace.Span) {
	b.span, b.state = span, state(span.Status.String())
	b.critical, b.slack, b.saving = s.path.Has(span.ID), s.path.Slack[span.ID], s.path.Saving[span.ID]
	if span.Attempts > 1 {
		b.notes = append(b.notes, strconv.Itoa(span.Attempts)+" attempts made")
	}
	if n := s.count(span.ID, observe.KindElement); n > 0 {
		b.notes = append(b.notes, strconv.Itoa(n)+" elements")
	}
}

func (s *seen) count(i int, kind observe.Kind) (n int) {
	for _, k := range s.parts[i] {
		if s.trace.Spans[k].Kind == kind {
			n++
		}
	}
	return n
}

// run is the last run of a nested flow that span i made, or -1.
func (s *seen) run(i int) int {
	found := -1
	for _, k := range s.parts[i] {
		switch s.trace.Spans[k].Kind {
		case observe.KindRun:
			found = k
		case observe.KindAttempt:
			if in := s.run(k); in >= 0 {
				found = in
			}
		}
	}
	return found
}

// nodes are the nodes and tasks that are parts of span i, or of its attempts.
func (s *seen) nodes(i int) (found []int) {
	for _, k := range s.parts[i] {
		switch s.trace.Spans[k].Kind {
		case observe.KindNode:
			found = append(found, k)
		case observe.KindAttempt:
			found = append(found, s.nodes(k)...)
		}
	}
	return found
}

// whole is the chart of the run.
func (s *seen) whole() *chart {
	root := s.trace.Root()
	if root.Kind == observe.KindRun {
		return s.chart(0, root.Label())
	}
	b := s.box(0, s.trace.Name) // a task that ran alone
	b.output = true
	return &chart{name: s.trace.Name, boxes: []*box{b}}
}

// chart shows the parts of span i, as far as the trace alone tells.
func (s *seen) chart(i int, path string) *chart {
	c := &chart{name: s.trace.Spans[i].Label()}
	at := map[int]int{} // the box of each span
	for _, k := range s.nodes(i) {
		at[k] = len(c.boxes)
		c.boxes = append(c.boxes, s.box(k, path))
	}
	for to, b := range c.boxes {
		for _, e := range s.waits[b.span.ID] {
			role := flow.RoleData
			if e.Order {
				role = flow.RoleOrder
			}
			if from, known := at[e.From]; known {
				c.lines = append(c.lines, line{from: from, to: to, role: role})
			}
		}
	}
	for _, e := range s.waits[i] {
		if from, known := at[e.From]; known {
			c.boxes[from].output = true
		}
	}
	s.mark(c, i)
	return c
}

// box shows span k and what is inside it.
func (s *seen) box(k int, path string) *box {
	span := &s.trace.Spans[k]
	b := &box{id: path + "/" + span.Label(), label: span.Label(), place: span.Place}
	s.show(b, span)
	if in := s.run(k); in >= 0 {
		b.inner = s.chart(in, b.id)
	} else if len(s.nodes(k)) > 0 {
		b.inner = s.chart(k, b.id)
	}
	return b
}
