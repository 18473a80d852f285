package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

// The failures of functions: each has an identity of its own, by which it is
// known wherever it turns up. Two of the types cannot be compared: == between
// them panics.
type (
	plainFault struct{ id string }
	listFault  []string
	pairFault  struct {
		id    string
		notes []string
	}
)

func (f *plainFault) Error() string { return f.id }
func (f listFault) Error() string   { return f[0] }
func (f pairFault) Error() string   { return f.id }

// newFault is the failure called id, of one of the types.
func newFault(id string, flavor int) error {
	switch flavor {
	case 1:
		return listFault{id}
	case 2:
		return pairFault{id, []string{"a note"}}
	}
	return &plainFault{id}
}

// The causes that ctxs and futures are cancelled with.
type (
	plainCause struct{ id string }
	listCause  []string
	pairCause  struct {
		id    string
		notes []string
	}
)

func (c *plainCause) Error() string { return c.id }
func (c listCause) Error() string   { return c[0] }
func (c pairCause) Error() string   { return c.id }

// newCause is the cause called id, of one of the types; nil is one of them.
func newCause(id string, flavor int) error {
	switch flavor {
	case 1:
		return listCause{id}
	case 2:
		return pairCause{id, nil}
	case 3:
		return &plainCause{id}
	}
	return nil
}

// recordOf is what err is known by. It never compares errors by ==.
func recordOf(err error) string {
	switch e := err.(type) {
	case nil:
		return "ok"
	case *plainFault, listFault, pairFault:
		return "fault " + err.Error()
	case *plainCause:
		return "cause " + err.Error()
	case listCause, pairCause:
		return "odd cause " + err.Error()
	case *future.CanceledError:
		return "canceled(" + recordOf(e.Cause) + ")"
	case *future.PanicError:
		if thrown, ok := e.Value.(error); ok {
			return "panic(" + recordOf(thrown) + ")"
		}
		return fmt.Sprintf("panic(%v)", e.Value)
	case *deadline.Error:
		return fmt.Sprintf("late %p", e)
	case interface{ Unwrap() []error }:
		parts := make([]string, len(e.Unwrap()))
		for i, part := range e.Unwrap() {
			parts[i] = recordOf(part)
		}
		return "join(" + strings.Join(parts, " + ") + ")"
	}
	for _, sentinel := range []error{context.Canceled, context.DeadlineExceeded, future.ErrGoexit, future.ErrScopeClosed, future.ErrZero} {
		if sentinel == err {
			return sentinel.Error()
		}
	}
	if inner := errors.Unwrap(err); inner != nil {
		return "wrapped(" + recordOf(inner) + ")"
	}
	return err.Error()
}

// faulty reports whether a record is, or has in it, the failure of one function
// of the graph. Such a record has its own identity; others, such as a deadline, may be shared.
func faulty(record string) bool { return strings.Contains(record, "fault ") }

// joined reports whether a record is made of several.
func joined(record string) bool { return strings.HasPrefix(record, "join(") }

// outcome is how a future ended, as somebody saw it.
type scopedOutcome struct {
	value    string
	record   string // "ok" for a success
	canceled bool
}

func outcomeOf(v string, err error) scopedOutcome {
	return scopedOutcome{v, recordOf(err), future.IsCanceled(err)}
}

func (o scopedOutcome) failed() bool { return o.record != "ok" }

// news reports whether a scope may have to tell of it.
func (o scopedOutcome) news() bool { return o.failed() && !o.canceled }

func (o scopedOutcome) String() string {
	if o.failed() {
		return o.record
	}
	return fmt.Sprintf("%q", o.value)
}
