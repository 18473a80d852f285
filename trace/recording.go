package trace

import (
	"sync"
	"time"

	"github.com/jade-go/jade/task"
)

// recording is a trace in the making.
type recording struct {
	recorder *Recorder
	start    time.Time

	mu      sync.Mutex
	trace   *Trace
	open    int            // spans that have not ended
	strays  int            // those that were given up
	over    bool           // the run has been answered
	handed  bool           // the trace is no longer ours
	waits   []wait         // of runs: what their answers are made of
	indexes map[member]int // of the nodes, once there are many
}

// member is a node among the parts of a run.
type member struct {
	run  int
	node string
}

// wait is a run whose nodes have not begun when it does.
type wait struct {
	run   int
	nodes []string
}

// running is the End of a span that has none yet.
const running time.Duration = -1

// few is how many spans are searched one by one.
const few = 24

func newRecording(r *Recorder, c task.Call) *recording {
	name := c.Flow
	if name == "" || c.Kind != task.RunCall {
		name = c.Task
	}
	return &recording{
		recorder: r, start: c.Start,
		trace: &Trace{Run: c.Run, Name: name, Start: c.Start, Deadline: c.Deadline, Spans: make([]Span, 0, 8)},
	}
}

// begin adds the span of a call. It reports false if there is none.
func (r *recording) begin(parent int, c task.Call) (i int, ok bool) {
	s := Span{
		Parent: parent, Kind: c.Kind, Flow: c.Flow, Node: c.Node, Task: c.Task, Place: c.Place,
		Attempt: c.Attempt, Element: c.Element, Start: max(0, c.Start.Sub(r.start)), End: running,
	}
	if !c.Deadline.IsZero() {
		s.Deadline = c.Deadline.Sub(r.start)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.handed {
		return 0, false
	}
	i = len(r.trace.Spans)
	if i >= r.recorder.max && i > 0 {
		r.trace.Dropped++
		return 0, false
	}
	s.ID = i
	if c.Kind == task.RunCall {
		r.waits = append(r.waits, wait{i, c.Inputs})
	} else {
		s.Inputs, s.After = r.find(parent, c.Inputs), r.find(parent, c.After)
	}
	if c.Kind == task.AttemptCall && parent >= 0 {
		r.trace.Spans[parent].Attempts++
	}
	r.trace.Spans = append(r.trace.Spans, s)
	r.note(s)
	r.open++
	return i, true
}

// end notes how span i has ended, and hands the trace over if that was the last.
func (r *recording) end(i int, o task.Outcome, t texts) {
	if r.close(i, o, t) {
		r.recorder.done(r.trace)
	}
}

func (r *recording) close(i int, o task.Outcome, t texts) (last bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.handed {
		return false
	}
	s := &r.trace.Spans[i]
	if s.End != running { // a straggler that has returned
		s.Returned = s.Start + o.Elapsed
		return false
	}
	s.End, s.Status, s.Class = s.Start+max(0, o.Elapsed), o.Status, o.Class
	s.Err, s.Panic, s.Stack = t.err, t.panic, t.stack
	r.open--
	if o.Status == task.Straggler {
		r.strays++
	}
	r.over = r.over || i == 0
	if !r.over || r.waiting() {
		return false
	}
	r.finish()
	return true
}

// waiting reports whether something runs that is not inside a straggler.
func (r *recording) waiting() bool {
	if r.strays == 0 {
		return r.open > 0
	}
	for i := range r.trace.Spans {
		if r.trace.Spans[i].End == running && !r.lost(i) {
			return true
		}
	}
	return false
}

// lost reports whether span i is inside a straggler.
func (r *recording) lost(i int) bool {
	for i = r.trace.Spans[i].Parent; i >= 0; i = r.trace.Spans[i].Parent {
		if r.trace.Spans[i].Status == task.Straggler {
			return true
		}
	}
	return false
}

// finish completes the trace.
func (r *recording) finish() {
	r.handed = true
	for _, w := range r.waits {
		r.trace.Spans[w.run].Inputs = r.find(w.run, w.nodes)
	}
	r.waits, r.indexes = nil, nil
	if r.open == 0 {
		return
	}
	for now, i := time.Since(r.start), 0; i < len(r.trace.Spans); i++ {
		if s := &r.trace.Spans[i]; s.End == running {
			s.End, s.Status = max(now, s.Start), task.Straggler
		}
	}
}

// find returns the spans of nodes of a run. A node that has none is left out.
func (r *recording) find(run int, nodes []string) (spans []int) {
	for _, node := range nodes {
		if i, ok := r.index(run, node); ok {
			spans = append(spans, i)
		}
	}
	return spans
}

func (r *recording) index(run int, node string) (i int, ok bool) {
	if r.indexes != nil {
		i, ok = r.indexes[member{run, node}]
		return i, ok
	}
	for i := range r.trace.Spans {
		if s := &r.trace.Spans[i]; s.Parent == run && s.Node == node {
			return i, true
		}
	}
	return 0, false
}

// note makes a new span one that index finds.
func (r *recording) note(s Span) {
	switch {
	case r.indexes != nil:
		r.indexes[member{s.Parent, s.Node}] = s.ID
	case s.ID == few:
		r.indexes = map[member]int{}
		for _, s := range r.trace.Spans {
			r.note(s)
		}
	}
}
