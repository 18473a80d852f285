package forecast

import (
	"slices"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
)

// deepest is how far flows may be inside each other. What is deeper stays as it was.
const deepest = 100

// whole is a trace with the parts of its spans, the edges between them, and the paths of its calls.
type whole struct {
	*trace.Trace
	parts [][]int
	into  [][]trace.Edge
	from  [][]int
	paths []string // of each span; empty if it is no call that can change

	lost   map[string]bool // the paths of the calls that the answer does without
	origin []int           // of each call that has no value: the call that failed first; of all others -1
	gated  []bool          // it failed because of a call that it waited for without taking its data
}

func wholeOf(t *trace.Trace) *whole {
	n := len(t.Spans)
	w := &whole{Trace: t, parts: make([][]int, n), into: make([][]trace.Edge, n), from: make([][]int, n), paths: make([]string, n), lost: map[string]bool{}, origin: make([]int, n), gated: make([]bool, n)}
	for _, path := range t.Root().Losses {
		w.lost[path] = true
	}
	for i := 1; i < n; i++ {
		w.parts[t.Spans[i].Parent] = append(w.parts[t.Spans[i].Parent], i)
	}
	for _, e := range t.Edges() {
		w.into[e.To] = append(w.into[e.To], e)
		w.from[e.From] = append(w.from[e.From], e.To)
	}
	prefix := make([]string, n) // of the calls in a run
	runs := make([]bool, n)     // the run can be replayed
	depth := make([]int, n)     // of runs
	if n > 0 && t.Spans[0].Kind == observe.KindRun {
		runs[0] = true
	} else if n > 0 {
		w.paths[0] = t.Spans[0].Label()
	}
	for i := range t.Spans { // each comes before its parts
		s := &t.Spans[i]
		if s.Kind == observe.KindNode && i > 0 && runs[s.Parent] {
			w.paths[i] = prefix[s.Parent] + s.Label()
		}
		if w.paths[i] != "" {
			around := max(s.Parent, 0)
			if run := w.nested(i); run > 0 && depth[around] < deepest {
				runs[run], prefix[run], depth[run] = true, w.paths[i]+"/", depth[around]+1
			}
		}
		w.origin[i] = w.originOf(i)
	}
	return w
}

// originOf is the call that failed first, if call i has no value because of a failure; else -1.
func (w *whole) originOf(i int) int {
	s := &w.Spans[i]
	if s.Kind != observe.KindNode {
		return -1
	}
	if s.Status != observe.StatusSkipped {
		if failed(*s) && !w.abandoned(i) {
			return i
		}
		return -1
	}
	for _, e := range w.into[i] { // an input begins before what needs it
		if w.origin[e.From] >= 0 && !w.atLimit(e.From) {
			w.gated[i] = e.Order || w.gated[e.From]
			return w.origin[e.From]
		}
	}
	return -1
}

// isOrder reports whether a call or run waited for call k without taking its data.
func (w *whole) isOrder(k, to int) bool {
	return slices.Contains(w.into[to], trace.Edge{From: k, To: to, Order: true}) && !slices.Contains(w.into[to], trace.Edge{From: k, To: to})
}

// target is the path of a call, or that of a run.
func (w *whole) target(i int) string {
	s := &w.Spans[i]
	if s.Kind != observe.KindRun || i == 0 {
		return w.paths[i]
	}
	for k := s.Parent; k >= 0; k = w.Spans[k].Parent {
		if w.paths[k] != "" {
			return w.paths[k] + "/"
		}
	}
	return "/"
}

// nested is the run of a flow that call i makes, if it makes exactly one; else 0.
func (w *whole) nested(i int) int {
	parts := w.parts[i]
	if len(parts) == 1 && w.Spans[parts[0]].Kind == observe.KindAttempt {
		parts = w.parts[parts[0]]
	}
	if len(parts) == 1 && w.Spans[parts[0]].Kind == observe.KindRun {
		return parts[0]
	}
	return 0
}

func (w *whole) hasElements(i int) bool {
	return slices.ContainsFunc(w.parts[i], func(k int) bool { return w.Spans[k].Kind == observe.KindElement })
}

// abandoned reports whether nobody wanted call i any more while it ran, so that its end says nothing.
func (w *whole) abandoned(i int) bool {
	s := w.Spans[i]
	return s.Status == observe.StatusCanceled || s.Status == observe.StatusStraggler && !w.cut(i)
}

// cut reports whether call k was cut off by a limit.
func (w *whole) cut(k int) bool {
	s := w.Spans[k]
	return s.Class == recovery.ClassTimeout && (failed(s) || s.Status == observe.StatusDegraded) || s.Status == observe.StatusStraggler && w.atLimit(k)
}

// cutByRun reports whether the limit was that of the run.
func (w *whole) cutByRun(k int) bool { return w.cut(k) && w.atLimit(k) }

// atLimit reports whether call k ended at the limit of its run.
func (w *whole) atLimit(k int) bool {
	s := w.Spans[k]
	return s.Parent >= 0 && w.Spans[s.Parent].Deadline > 0 && s.End >= w.Spans[s.Parent].Deadline
}
