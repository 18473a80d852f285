package diagram

import (
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// Diagram is a flow, a run, or both, ready to be drawn. It does not change, and may be
// written by several goroutines at once.
type Diagram struct {
	name  string
	chart *chart
	trace *trace.Trace // nil if nothing has run
	path  trace.CriticalPath
	rows  []row
}

// Flow is the diagram of a flow: what it would run. It panics if an edge of the graph does not
// go from a node to a later one, which no flow has.
func Flow(g flow.Graph) *Diagram {
	return &Diagram{name: g.Name, chart: chartOf(g, g.Name)}
}

// Run is the diagram of a run: the calls that began or were skipped. For what
// lies between them, as maps do, and for the policies, see [Overlay].
func Run(t *trace.Trace) *Diagram {
	t = begun("Run", t)
	d := &Diagram{name: t.Name, trace: t, path: t.CriticalPath()}
	seen := newSeen(t, d.path)
	d.chart, d.rows = seen.whole(), seen.rows()
	return d
}

// Overlay is the diagram of a flow with one of its runs laid over it. Calls are
// found by the names of their nodes; what the run has no call of is shown as not run. It panics as [Flow] does.
func Overlay(g flow.Graph, t *trace.Trace) *Diagram {
	t = begun("Overlay", t)
	d := &Diagram{name: g.Name, trace: t, path: t.CriticalPath(), chart: chartOf(g, g.Name)}
	seen := newSeen(t, d.path)
	seen.lay(d.chart, 0)
	d.rows = seen.rows()
	return d
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
	empty.Spans = []trace.Span{{Parent: -1, Flow: t.Name, Status: task.Skipped}}
	return &empty
}
