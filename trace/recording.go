package trace

import (
	"cmp"
	"sync"
	"time"

	"github.com/jade-go/jade/observe"
)

// recording is a trace in the making.
type recording struct {
	recorder *Recorder
	start    time.Time

	mu     sync.Mutex
	trace  *Trace // nil once it is handed over: what was given up may hold on to the recording for ever
	open   int    // spans that have not ended
	strays int    // those that were given up
	over   bool   // the run has been answered
}

// running is the End of a span that has none yet.
const running time.Duration = -1

func newRecording(r *Recorder, c observe.Call) *recording {
	name := c.Flow
	if c.Kind != observe.KindRun {
		name = cmp.Or(c.Task, c.Node)
	}
	return &recording{
		recorder: r, start: c.Start,
		trace: &Trace{Run: c.Run, Name: name, Start: c.Start, Deadline: c.Deadline, Spans: make([]Span, 0, r.expected(name))},
	}
}

// begin adds the span of a call. It reports false if there is none.
func (r *recording) begin(parent int, c *observe.Call) (i int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.trace == nil {
		return 0, false
	}
	i = len(r.trace.Spans)
	if i >= r.recorder.max {
		r.trace.Dropped++
		return 0, false
	}
	s := r.trace.grow()
	s.ID, s.Parent, s.Kind, s.Flow, s.Node, s.Task, s.Place = i, parent, c.Kind, c.Flow, c.Node, c.Task, c.Place
	s.Attempt, s.Element, s.Inputs, s.After = c.Attempt, c.Element, c.Inputs, c.After
	s.Effect = c.Effect
	s.Start, s.End = max(0, c.Start.Sub(r.start)), running
	if !c.Deadline.IsZero() {
		s.Deadline = c.Deadline.Sub(r.start)
	}
	if c.Kind == observe.KindAttempt && parent >= 0 {
		r.trace.Spans[parent].Attempts++
	}
	r.open++
	return i, true
}

// grow adds a span, and returns it to be written in place: it is large.
func (t *Trace) grow() *Span {
	if n := len(t.Spans); n < cap(t.Spans) {
		t.Spans = t.Spans[:n+1]
	} else {
		t.Spans = append(t.Spans, Span{})
	}
	return &t.Spans[len(t.Spans)-1]
}

// end notes how span i has ended, and hands the trace over if that was the last.
func (r *recording) end(i int, o *observe.Outcome, t texts) {
	if complete := r.close(i, o, t); complete != nil {
		r.recorder.hand(complete)
	}
}

// close returns the trace if it is complete.
func (r *recording) close(i int, o *observe.Outcome, t texts) *Trace {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.trace == nil {
		return nil
	}
	s := &r.trace.Spans[i]
	if s.End != running {
		if s.Status == observe.StatusStraggler { // or else it was said to be one while it returned
			s.Returned = s.Start + max(0, o.Elapsed)
		}
		return nil
	}
	s.End, s.Status, s.Class = s.Start+max(0, o.Elapsed), o.Status, o.Class
	s.Err, s.Panic, s.Stack, s.Cause = t.err, t.panic, t.stack, t.cause
	if t.rejected.Task == s.Task && s.Kind != observe.KindRun {
		s.Gate = t.rejected.Gate
	}
	s.Lost, s.Waited = o.Lost, o.Waited
	if o.Status != observe.StatusSkipped {
		s.FailedNode, s.FailedOf = o.FailedNode, o.FailedOf
	}
	for _, l := range o.Losses {
		s.Losses = append(s.Losses, l.Node)
	}
	r.open--
	if o.Status == observe.StatusStraggler {
		r.strays++
	}
	r.over = r.over || i == 0
	if !r.over || r.waiting() {
		return nil
	}
	return r.finish()
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
		if r.trace.Spans[i].Status == observe.StatusStraggler {
			return true
		}
	}
	return false
}

// finish completes the trace: what still runs is inside a straggler, and is one too.
func (r *recording) finish() (complete *Trace) {
	complete, r.trace = r.trace, nil
	if r.open > 0 {
		now := time.Since(r.start)
		for i := range complete.Spans {
			if s := &complete.Spans[i]; s.End == running {
				s.End, s.Status = max(now, s.Start), observe.StatusStraggler
			}
		}
	}
	complete.settleCauses()
	return complete
}
