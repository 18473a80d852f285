package diagram

import (
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
)

// way is what is needed to find the critical path in a chart. It runs from the input to the result, or to what
// failed: each call on it is reached from the one that it waited for, by way of boxes that are not told of.
type way struct {
	chart *chart
	into  [][]int     // of each box: the lines to it
	out   [][]int     // and from it
	at    map[int]int // of a span: its box
	input int         // the box of the input; -1 if there is none
}

// mark marks the lines and the boxes of the critical path of run i.
func (s *seen) mark(c *chart, i int) {
	w := way{chart: c, into: make([][]int, len(c.boxes)), out: make([][]int, len(c.boxes)), at: map[int]int{}, input: -1}
	for k, l := range c.lines {
		w.into[l.to] = append(w.into[l.to], k)
		w.out[l.from] = append(w.out[l.from], k)
	}
	for n, b := range c.boxes {
		if b.span != nil {
			w.at[b.span.ID] = n
		}
		if b.kind == flow.KindIn {
			w.input = n
		}
	}
	last := -1 // the box that the result waited for longest
	for n, b := range c.boxes {
		if b.span == nil || !b.critical {
			continue
		}
		if last < 0 || b.span.End > c.boxes[last].span.End {
			last = n
		}
		switch from, waited := w.at[s.gate(b.span.ID)]; {
		case !waited:
			w.draw(w.input, n)
		case !w.draw(from, n):
			w.gated(from, n)
		}
	}
	root := &s.trace.Spans[i]
	if root.Status != observe.StatusOK && root.Status != observe.StatusDegraded || root.FailedNode != "" {
		return // there is no result, or one that the flow did not make
	}
	if last < 0 {
		last = w.input
	}
	for n, b := range c.boxes {
		if b.output && b.span == nil && b.state != idle {
			w.draw(last, n)
		}
	}
}

// gate is, of what span i says that it waited for, that which ended last before it began; -1 if there is none.
func (s *seen) gate(i int) int {
	gate, end := -1, time.Duration(-1)
	for _, e := range s.waits[i] {
		if at := s.trace.Spans[e.From].End; at > end && at <= s.trace.Spans[i].Start {
			gate, end = e.From, at
		}
	}
	return gate
}

// draw marks the shortest way between two boxes that passes only those that are not told of. It reports false if there is none.
func (w *way) draw(from, to int) bool {
	if from < 0 {
		return false
	}
	came := map[int]int{to: -1} // of each box: the line that leads on
	for queue := []int{to}; len(queue) > 0; queue = queue[1:] {
		for _, k := range w.into[queue[0]] {
			l := w.chart.lines[k]
			if _, known := came[l.from]; known || l.role == flow.RoleEffect {
				continue
			}
			came[l.from] = k
			if l.from == from {
				for n := from; n != to; n = w.chart.lines[came[n]].to {
					w.chart.boxes[n].critical = true
					w.chart.lines[came[n]].critical = true
				}
				w.chart.boxes[to].critical = true
				return true
			}
			if b := w.chart.boxes[l.from]; b.span == nil && b.state != idle {
				queue = append(queue, l.from)
			}
		}
	}
	return false
}

// gated marks the way from a box to the gate that let another one begin: an After that orders it, or the condition of an Either.
func (w *way) gated(from, to int) {
	seen := map[int]bool{to: true}
	for queue := []int{to}; len(queue) > 0; queue = queue[1:] {
		for _, k := range w.out[queue[0]] {
			l := w.chart.lines[k]
			if seen[l.to] || l.role == flow.RoleOrder || l.role == flow.RoleCondition || l.role == flow.RoleEffect {
				continue
			}
			seen[l.to] = true
			queue = append(queue, l.to)
			for _, k := range w.into[l.to] {
				gate := &w.chart.lines[k]
				if gate.role == flow.RoleOrder || gate.role == flow.RoleCondition {
					if gate.from == from || w.draw(from, gate.from) {
						gate.critical = true
						w.chart.boxes[l.to].critical = w.chart.boxes[l.to].critical || w.chart.boxes[l.to].span == nil
						return
					}
				}
			}
		}
	}
}
