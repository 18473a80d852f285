package diagram

import (
	"fmt"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// Diagram is a flow, a run, or both, ready to be drawn. It does not change, and may be
// written by several goroutines at once.
type Diagram struct {
	name  string
	chart *chart       // as it is drawn
	whole *chart       // with all boxes; chart itself if that has them
	boxes int          // how many chart would have if it were not too large
	trace *trace.Trace // nil if nothing has run
	path  trace.CriticalPath
	rows  []row
	home  link
}

// link leads from a page to another one.
type link struct{ To, Text string }

// Flow is the diagram of a flow: what it would run. It panics if an edge of the graph does not
// go from a node to a later one, which no flow has.
func Flow(g flow.Graph) *Diagram {
	return (&Diagram{name: g.Name, whole: chartOf(g, g.Name)}).simplified()
}

// Run is the diagram of a run: the calls that began or were skipped. For what
// lies between them, as maps do, and for the policies, see [Overlay].
func Run(t *trace.Trace) *Diagram {
	t = begun("Run", t)
	d := &Diagram{name: t.Name, trace: t, path: t.CriticalPath()}
	seen := newSeen(t, d.path)
	d.whole, d.rows = seen.whole(), seen.rows()
	return d.simplified()
}

// Overlay is the diagram of a flow with one of its runs laid over it. Calls are
// found by the names of their nodes; what the run has no call of is shown as not run. It panics as [Flow] does.
func Overlay(g flow.Graph, t *trace.Trace) *Diagram {
	t = begun("Overlay", t)
	d := &Diagram{name: g.Name, trace: t, path: t.CriticalPath(), whole: chartOf(g, g.Name)}
	seen := newSeen(t, d.path)
	seen.lay(d.whole, 0)
	d.rows = seen.rows()
	return d.simplified()
}

// Detailed is the diagram with all boxes. Without it what lies between calls - maps, constants, tries and the like - is left out
// of charts where that leaves the lines as they are; of a chart of more than 500 boxes the critical path, what did not go well, and their
// neighbours are drawn, or, if nothing has run, the first 500 boxes. A page has both, and a switch.
func (d *Diagram) Detailed() *Diagram {
	all := *d
	all.chart, all.boxes = d.whole, d.whole.count()
	return &all
}

// Home is the diagram with a link, on its page, to the page that it is one of: a path, or a query such as "?", and what to call it.
func (d *Diagram) Home(to, text string) *Diagram {
	linked := *d
	linked.home = link{to, text}
	return &linked
}

// simplified chooses what is drawn of the whole.
func (d *Diagram) simplified() *Diagram {
	d.chart = d.whole.without(glued)
	if d.boxes = d.chart.count(); d.boxes > mostBoxes {
		d.chart = d.chart.focused(mostBoxes)
	}
	return d
}

// partly says what part of a chart c is; it is empty if nothing is missing.
func (d *Diagram) partly(c *chart) string {
	shown := c.count()
	switch {
	case shown >= d.boxes:
		return ""
	case d.trace == nil:
		return fmt.Sprintf("the first %d of %d boxes", shown, d.boxes)
	}
	return fmt.Sprintf("%d of %d boxes: the critical path and what is next to it", shown, d.boxes)
}

// begun is a trace that has at least the span of the run.
func begun(where string, t *trace.Trace) *trace.Trace {
	switch {
	case t == nil:
		panic("diagram." + where + ": nil Trace")
	case len(t.Spans) > 0:
		return t
	}
	empty := *t
	empty.Spans = []trace.Span{{Parent: -1, Flow: t.Name, Status: observe.StatusSkipped}}
	return &empty
}
