package observe

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/internal/must"
	recovery "github.com/jade-go/jade/recover"
)

// Status is how a call ended.
type Status int

const (
	StatusOK        Status = iota // it has a result
	StatusDegraded                // it has a result that stands in for a failure
	StatusFailed                  // it has failed
	StatusCanceled                // nobody wanted its result any more
	StatusSkipped                 // it never started: its inputs failed, or nothing needed it
	StatusStraggler               // it still runs, but it was given up: it was late, or the run has been answered
)

var statuses = [...]string{"ok", "degraded", "failed", "canceled", "skipped", "straggler"}

func (s Status) String() string { return nameOf(statuses[:], int(s), "Status") }

// MarshalText returns the name, as String does.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name of a status.
func (s *Status) UnmarshalText(name []byte) error {
	i, err := constantOf(statuses[:], name, "Status")
	if err == nil {
		*s = Status(i)
	}
	return err
}

// Outcome says how a call ended. A call with [StatusStraggler] has ended for all who waited for
// it; when its function returns, the observer gets a second outcome, after the first.
// (If the function returns at that very moment, the observer may get only the second.)
type Outcome struct {
	Status  Status
	Class   recovery.Class     // the class of Err
	Err     error              // the failure; if the call is degraded, the failure that was replaced
	Panic   *future.PanicError // if the failure was a panic
	Elapsed time.Duration      // since the start of the call
	Waited  time.Duration      // how much of that it has waited for gates of package guard; less than 100 µs at one gate is none

	FailedNode string   // the node of the flow that Err came from: the node that failed the run, or the node whose failure a flow.Recover has replaced
	FailedOf   []string // the calls, by node, that the failure of FailedNode is made of: the node itself, or all nodes that a flow.Any has tried
	Lost       bool     // for an effect of a flow.Also: it was cut off or never began, because its time was over or its scope was closed
	Losses     []Loss   // for a run: what its answer does without; none if Catch has answered
}

// OutcomeOf returns the outcome of a call that began at begun. The call has failed with err; or, if err is nil and degraded
// is not, it has a value that stands in for the failure degraded. ctx is the ctx of the call: [recovery.ClassifyIn] uses it to find the class.
func OutcomeOf(ctx context.Context, err, degraded error, begun time.Time) Outcome {
	must.HaveCtx("observe.OutcomeOf", ctx)
	o := Outcome{Err: err, Elapsed: time.Since(begun)}
	o.judge(ctx, degraded)
	return o
}

// judge completes an outcome that so far has nothing but an error, and the time.
func (o *Outcome) judge(ctx context.Context, degraded error) {
	failed := o.Err
	if failed == nil {
		if failed = degraded; failed == nil {
			return
		}
	}
	o.Class = recovery.ClassifyIn(ctx, failed)
	switch {
	case o.Err == nil:
		o.Status, o.Err = StatusDegraded, degraded
	case o.Class == recovery.ClassCanceled:
		o.Status = StatusCanceled
	default:
		o.Status = StatusFailed
	}
	o.Panic = panicIn(engine.Root(o.Err))
}

// blame says which node of a flow the failure came from.
func (o *Outcome) blame(flow string) {
	if o.Err == nil || flow == "" || len(o.Losses) > 0 { // these say it
		return
	}
	if from, ok := engine.OriginOf(o.Err); ok && from.Flow == flow {
		o.FailedNode, o.FailedOf = from.Node, from.Of
	}
}

// Loss is a failure that something has taken: the answer of a flow does without the value of that node.
type Loss struct {
	Node  string         // its name; in a nested flow, after the names of the nodes around it: "rules/muted"
	Task  string         // its task; empty for a node without one
	Class recovery.Class // of Err
	Err   error
	Place Place // where the task was made, or else the node
	Count int   // how many elements of an Each or a SettleEach have failed; 1 for any other node
}

// panicIn looks for a panic in err. One in a method of err counts as no.
func panicIn(err error) (found *future.PanicError) {
	found, _ = errtree.Find[*future.PanicError](err)
	return found
}

// constantOf is the constant with that name.
func constantOf(names []string, name []byte, kind string) (int, error) {
	i := slices.Index(names, string(name))
	if i < 0 {
		return 0, fmt.Errorf("observe.%s: %q is not one of %s", kind, name, strings.Join(names, ", "))
	}
	return i, nil
}

// nameOf is a constant's name, or its number if it is none of them.
func nameOf(names []string, i int, kind string) string {
	if i < 0 || i >= len(names) {
		return kind + "(" + strconv.Itoa(i) + ")"
	}
	return names[i]
}
