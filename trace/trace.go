package trace

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Trace is what happened in one run: of a flow, or of a task that ran alone.
//
// A trace that a [Recorder] has handed over is shared by all who have it, and
// nothing writes to it any more: whoever wants to change something copies it.
// It holds no error, value or ctx of the run, but text.
type Trace struct {
	Run      uint64    `json:"run"`               // id of the run, unique in its process
	Name     string    `json:"name"`              // of the flow, or of the task
	Start    time.Time `json:"start"`             // of the run
	Deadline time.Time `json:"deadline,omitzero"` // of its ctx; zero if there was none
	Dropped  int       `json:"dropped,omitempty"` // spans left out: see [MaxSpans]
	Spans    []Span    `json:"spans"`             // in the order of their beginning; the first is the run itself
}

// Span is one call of a [Trace]. Times are nanoseconds since the start of the trace.
type Span struct {
	ID       int            `json:"id"`     // its index
	Parent   int            `json:"parent"` // the span that it is a part of; -1 of the run itself
	Kind     observe.Kind   `json:"kind"`
	Flow     string         `json:"flow,omitempty"`    // that it is part of, or that runs
	Node     string         `json:"node,omitempty"`    // its name in the flow
	Task     string         `json:"task,omitempty"`    // name of its task
	Place    observe.Place  `json:"place,omitzero"`    // where the task, the node or the flow was made
	Attempt  int            `json:"attempt,omitempty"` // of an attempt: 1 for the first
	Element  int            `json:"element,omitempty"` // of an element: its index
	Inputs   []string       `json:"inputs,omitempty"`  // nodes of the same run whose data it took; of a run, that its answer is made of
	After    []string       `json:"after,omitempty"`   // nodes of the same run that it waited for without taking their data
	Effect   bool           `json:"effect,omitempty"`  // of a node: it ran for an effect of a flow.Also, and the answer did not need it
	Lost     bool           `json:"lost,omitempty"`    // of an effect: it was cut off, or never began
	Start    time.Duration  `json:"start"`
	End      time.Duration  `json:"end"`                // of a straggler: when it was given up
	Returned time.Duration  `json:"returned,omitempty"` // of a straggler: when it returned, if that was before the end of the run
	Deadline time.Duration  `json:"deadline,omitempty"` // of its ctx; 0 if there was none
	Attempts int            `json:"attempts,omitempty"` // how many it made, if it has a Timeout or a Retry
	Status   observe.Status `json:"status"`
	Class    recovery.Class `json:"class,omitempty"`  // of the failure
	Err      string         `json:"error,omitempty"`  // the failure; if degraded, the one that was replaced
	Waited   time.Duration  `json:"waited,omitempty"` // how much of the time it has waited for gates
	Gate     string         `json:"gate,omitempty"`   // the gate that did not let the call in, if that is the failure; of what is around the call it is empty
	Panic    string         `json:"panic,omitempty"`  // the value, if the failure was a panic
	Stack    string         `json:"stack,omitempty"`  // of that panic

	FailedNode string   `json:"failed_node,omitempty"` // the node of its flow that the failure came from: see [observe.Outcome]
	FailedOf   []string `json:"failed_of,omitempty"`   // the calls that the failure of that node is made of, by node
	Losses     []string `json:"losses,omitempty"`      // of a run: the nodes whose value its answer does without, such as "rules/muted"
	Cause      int      `json:"cause,omitempty"`       // the span whose failure it has passed on, or stands in for: most often a part of it; 0 if none
}

// Root is the span of the run itself. That of a trace without spans has nothing but a name.
func (t *Trace) Root() Span {
	if len(t.Spans) == 0 {
		return Span{Parent: -1, Flow: t.Name}
	}
	return t.Spans[0]
}

// Elapsed is how long the run took until it was answered.
func (t *Trace) Elapsed() time.Duration { return t.Root().Elapsed() }

// Origin is the span that the failure of span i came from, however far inside: the one that has failed by itself. It is i if no other did.
func (t *Trace) Origin(i int) int {
	for range t.Spans { // a trace that was read may go in circles
		if t.Spans[i].Cause == 0 {
			break
		}
		i = t.Spans[i].Cause
	}
	return i
}

// Elapsed is how long the call took; of a straggler, until it was given up.
func (s Span) Elapsed() time.Duration { return s.End - s.Start }

// Label is what to call the span: its node, its task or its flow, with the number
// of an attempt or the index of an element.
func (s Span) Label() string {
	switch s.Kind {
	case observe.KindRun:
		return s.Flow
	case observe.KindElement:
		return "[" + strconv.Itoa(s.Element) + "]"
	case observe.KindAttempt:
		return "attempt " + strconv.Itoa(s.Attempt)
	}
	if s.Node != "" {
		return s.Node
	}
	return s.Task
}

// UnmarshalJSON reads a trace, and replaces all of t by it. It refuses one in which a span comes before
// what it is part of or ends before it starts, so that whoever walks through a trace ends; t is as it was then.
func (t *Trace) UnmarshalJSON(data []byte) error {
	type plain Trace
	var read plain
	if err := json.Unmarshal(data, &read); err != nil {
		return fmt.Errorf("trace.Trace: %w", err)
	}
	if err := check(read.Name, read.Spans); err != nil {
		return err
	}
	*t = Trace(read)
	return nil
}

func check(name string, spans []Span) error {
	if len(spans) == 0 {
		return fmt.Errorf("trace.Trace: %q has no spans", name)
	}
	for i, s := range spans {
		switch {
		case s.ID != i:
			return fmt.Errorf("trace.Trace: span %d has the id %d", i, s.ID)
		case s.Parent >= i, s.Parent < 0 && i > 0, s.Parent < -1:
			return fmt.Errorf("trace.Trace: span %d is part of span %d", i, s.Parent)
		case s.Start < 0:
			return fmt.Errorf("trace.Trace: span %d starts before the run", i)
		case s.Cause < 0, s.Cause >= len(spans), s.Cause == i && i > 0:
			return fmt.Errorf("trace.Trace: span %d was caused by span %d", i, s.Cause)
		case s.End < s.Start:
			return fmt.Errorf("trace.Trace: span %d ends before it starts", i)
		}
	}
	return nil
}
