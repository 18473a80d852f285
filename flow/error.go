package flow

import (
	"context"
	"errors"
	"strings"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Error is the failure of a run: it says where that came from.
type Error struct {
	Flow  string
	Node  string
	Task  string        // empty for a node that is no task
	Place observe.Place // where the task was made, or else the node
	Err   error         // what it failed with

	plan  *plan // of the flow; nil of an Error that a user has made
	node  int32 // none: a function of OnError, Catch or Degraded
	class recovery.Class
	root  error // of a flow in a flow in a flow: what the innermost node failed with
}

func init() {
	errtree.Trust(&Error{})
	engine.Classed = func(err error, class int) error {
		err.(*Error).class = recovery.Class(class)
		return err
	}
}

// Class is that of the failure of the node: see [recovery.ClassifyIn], with the ctx of the node.
func (e *Error) Class() recovery.Class {
	if e == nil {
		return recovery.ClassNone
	}
	return e.class
}

// Error is one line: "order-page: item (shop/tasks.go:12): connection refused".
func (e *Error) Error() string {
	if e == nil {
		return "flow: no error"
	}
	var b strings.Builder
	for {
		b.WriteString(e.Flow)
		b.WriteString(": ")
		b.WriteString(e.Node)
		if at := e.Place.String(); at != "" {
			b.WriteString(" (")
			b.WriteString(at)
			b.WriteString(")")
		}
		b.WriteString(": ")
		inner, nested := e.Err.(*Error)
		if !nested || inner == nil {
			b.WriteString(oneLine(e.Err))
			return b.String()
		}
		e = inner
	}
}

// Unwrap returns what the node failed with.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// ErrUnneeded is the cause of the cancellation of a node that nothing needs any more.
var ErrUnneeded = errors.New("nothing needs it any more")

// errorOf is the failure of the run that node n, which had ctx, has failed with
// err. It may call methods of err, and so is not called under a lock.
func (st *state) errorOf(ctx context.Context, n int32, err error) *Error {
	if s := &st.plan.specs[n]; s.kind == KindRecover {
		if e, ok := err.(*Error); ok && e != nil && st.errs[s.inputs[0].n.index] == error(e) {
			return e // the failure that the function was given: it names its node already
		}
	}
	return st.plan.classed(n, err, recovery.ClassifyIn(ctx, err))
}

// classed is errorOf for an error whose class is known.
func (p *plan) classed(n int32, err error, class recovery.Class) *Error {
	s := &p.specs[n]
	e := &Error{Flow: p.name, Node: s.name, Place: s.node.place, Err: err, plan: p, node: n, class: class, root: engine.Root(err)}
	if s.task != nil {
		e.Task = s.task.name
		if at := s.task.origin.Place; at.File != "" {
			e.Place = at
		}
	}
	return e
}

// oneLine is the text of an error that may not be ours: its method may panic, or be long.
func oneLine(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = "(an error whose method Error panics)"
		}
	}()
	return strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(err.Error())
}
