package diagram

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/jade-go/jade/trace"
)

// WriteChromeTrace writes the waterfall of a run in the Trace Event Format (the document "Trace Event Format" of
// the Chromium project), as Perfetto and chrome://tracing read it: a complete event for each call, in lanes, and an arrow for each
// value that a call takes of another, or end that it waits for. Times are microseconds since the start of the run.
//
// Calls that overlap lie in different lanes unless one is a part of the other; the same trace has the
// same lanes every time. Of a flow that has not run it fails.
func (d *Diagram) WriteChromeTrace(w io.Writer) error {
	if d.trace == nil {
		return errors.New("diagram: WriteChromeTrace: the diagram is of a flow that has not run")
	}
	return json.NewEncoder(w).Encode(struct {
		TraceEvents     []event `json:"traceEvents"`
		DisplayTimeUnit string  `json:"displayTimeUnit"`
	}{d.events(), "ms"})
}

// event is one of the Trace Event Format.
type event struct {
	Name  string         `json:"name"`
	Cat   string         `json:"cat,omitempty"`
	Phase string         `json:"ph"`
	ID    int            `json:"id,omitempty"`
	Bind  string         `json:"bp,omitempty"`
	Time  float64        `json:"ts"`
	Dur   *float64       `json:"dur,omitempty"`
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	Args  map[string]any `json:"args,omitempty"`
}

// micros is a time in microseconds. Perfetto multiplies it by a thousand and leaves out the fraction, by which it would lose some
// nanoseconds, and then whole calls that seem to outlast what they are part of: then the next larger number is written.
func micros(d time.Duration) float64 {
	us := float64(d) / 1000
	if time.Duration(us*1000) < d {
		return math.Nextafter(us, math.Inf(1))
	}
	return us
}

func (d *Diagram) events() []event {
	lanes := lanesOf(d.trace)
	events := []event{{Name: "process_name", Phase: "M", PID: 1, Args: map[string]any{"name": oneLine(d.name)}}}
	for lane := range lanes.count {
		events = append(events,
			event{Name: "thread_name", Phase: "M", PID: 1, TID: lane + 1, Args: map[string]any{"name": fmt.Sprintf("lane %d", lane+1)}},
			event{Name: "thread_sort_index", Phase: "M", PID: 1, TID: lane + 1, Args: map[string]any{"sort_index": lane}})
	}
	arrows := d.arrows(lanes)
	for i := range d.trace.Spans {
		s := &d.trace.Spans[i]
		dur := micros(s.Elapsed())
		events = append(events, event{
			Name: oneLine(s.Label()), Cat: s.Kind.String(), Phase: "X", Time: micros(s.Start), Dur: &dur,
			PID: 1, TID: lanes.of[i] + 1, Args: d.args(s),
		})
		events = append(events, arrows[i]...)
	}
	return events
}

// arrows are the ends of arrows, by the span that they are at. Each has the time at which its span starts and is written right
// after it, so that this is the innermost there: a viewer has an arrow leave or reach what is innermost
// at its time. It draws it from the end of the one to the start of the other.
func (d *Diagram) arrows(l lanes) [][]event {
	at := make([][]event, len(d.trace.Spans))
	for i, e := range d.trace.Edges() {
		from, to := &d.trace.Spans[e.From], &d.trace.Spans[e.To]
		if e.To <= e.From || from.End > to.Start {
			continue // to a run, or from what came too late to be taken
		}
		cat := "data"
		if e.Order {
			cat = "order"
		}
		at[e.From] = append(at[e.From], event{Name: cat, Cat: cat, Phase: "s", ID: i + 1, Time: micros(from.Start), PID: 1, TID: l.of[e.From] + 1})
		at[e.To] = append(at[e.To], event{Name: cat, Cat: cat, Phase: "f", Bind: "e", ID: i + 1, Time: micros(to.Start), PID: 1, TID: l.of[e.To] + 1})
	}
	return at
}

// args are what a viewer shows of a span that is chosen.
func (d *Diagram) args(s *trace.Span) map[string]any {
	args := map[string]any{"status": s.Status.String()}
	add := func(key, value string) {
		if value != "" {
			args[key] = value
		}
	}
	add("task", s.Task)
	add("place", s.Place.String())
	add("error", s.Err)
	add("gate", s.Gate)
	add("panic", s.Panic)
	add("stack", s.Stack)
	if s.Waited > 0 {
		args["waited"] = s.Waited.String()
	}
	if s.Class != 0 {
		args["class"] = s.Class.String()
	}
	if s.Attempts > 0 {
		args["attempts"] = s.Attempts
	}
	if s.Returned > 0 {
		args["returned"] = micros(s.Returned)
	}
	if s.ID == 0 {
		return args
	}
	args["critical"] = d.path.Has(s.ID)
	if slack := d.path.Slack[s.ID]; slack != trace.Unlimited {
		args["slack_us"] = micros(slack)
	}
	if saving := d.path.Saving[s.ID]; saving > 0 {
		args["saving_us"] = micros(saving)
	}
	return args
}

// lanes says in which lane each span lies.
type lanes struct {
	of    []int
	count int
}

// lanesOf puts each span into the lane of the one around it if nothing else is there by then, and otherwise into
// the first lane that is free for it. A lane is a stack: what lies in it is inside what lies below it, or comes after.
func lanesOf(t *trace.Trace) lanes {
	l := lanes{of: make([]int, len(t.Spans))}
	var open [][]int // of each lane, the spans that may not have ended, the innermost last
	for i := range t.Spans {
		s := &t.Spans[i]
		lane := -1
		if s.Parent >= 0 {
			if around := l.of[s.Parent]; fits(t, open, around, i) {
				lane = around
			}
		}
		for k := 0; lane < 0 && k < len(open); k++ {
			if fits(t, open, k, i) {
				lane = k
			}
		}
		if lane < 0 {
			lane = len(open)
			open = append(open, nil)
		}
		open[lane] = append(ended(t, open[lane], s.Start), i)
		l.of[i] = lane
	}
	l.count = len(open)
	return l
}

// fits reports whether span i may lie in a lane: on the span that it is a part of, or on nothing that goes on.
func fits(t *trace.Trace, open [][]int, lane, i int) bool {
	s := &t.Spans[i]
	still := ended(t, open[lane], s.Start)
	if len(still) == 0 {
		return true
	}
	below := still[len(still)-1]
	return below == s.Parent && s.End <= t.Spans[below].End
}

// ended leaves out the spans on top that had ended at a time.
func ended(t *trace.Trace, stack []int, at time.Duration) []int {
	for len(stack) > 0 && t.Spans[stack[len(stack)-1]].End <= at {
		stack = stack[:len(stack)-1]
	}
	return stack
}
