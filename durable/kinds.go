package durable

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// The data of Jade's own types of errors.
type (
	panicData struct {
		Value string `json:"value"` // in place of a value that is no error
	}
	deadlineData struct {
		Name      string        `json:"name,omitempty"`
		Limit     time.Duration `json:"limit"`
		Elapsed   time.Duration `json:"elapsed"`
		Inherited bool          `json:"inherited,omitempty"`
	}
	flowData struct {
		Flow  string         `json:"flow"`
		Node  string         `json:"node"`
		Task  string         `json:"task,omitempty"`
		Place observe.Place  `json:"place,omitzero"`
		Class recovery.Class `json:"class,omitzero"`
	}
	elementData struct {
		Name  string `json:"name,omitempty"`
		Index int    `json:"index"`
	}
	rejectedData struct {
		Task string        `json:"task,omitempty"`
		Gate string        `json:"gate,omitempty"`
		Wait time.Duration `json:"wait,omitempty"`
	}
)

var marked = reflect.TypeOf(recovery.Mark(recovery.ClassBusiness, io.EOF))

// describeOurs is what an error of one of Jade's own types is made of. Of any other, kind is empty.
func describeOurs(err error) (kind string, data any, cause error) {
	if reflect.TypeOf(err) == marked {
		return kindMark, nil, err.(interface{ Unwrap() error }).Unwrap()
	}
	if v := reflect.ValueOf(err); v.Kind() != reflect.Pointer || v.IsNil() {
		return "", nil, nil
	}
	switch e := err.(type) {
	case *future.PanicError:
		if inner, ok := e.Value.(error); ok {
			return kindPanic, nil, inner
		}
		return kindPanic, panicData{cut(clean(stringOf(e)), maxText)}, nil
	case *future.CanceledError:
		return kindCanceled, nil, e.Cause
	case *deadline.Error:
		return kindDeadline, deadlineData{clean(e.Name), e.Limit, e.Elapsed, e.Inherited}, e.Unwrap()
	case *flow.Error:
		class := e.Class()
		if class < recovery.ClassNone || class > recovery.ClassUnknown {
			class = recovery.ClassUnknown
		}
		place := observe.Place{File: clean(e.Place.File), Line: e.Place.Line}
		return kindFlow, flowData{clean(e.Flow), clean(e.Node), clean(e.Task), place, class}, e.Err
	case *combinators.ElementError:
		return kindElement, elementData{clean(e.Name), e.Index}, e.Err
	case *task.RejectedError:
		return kindRejected, rejectedData{clean(e.Task), clean(e.Gate), e.Wait}, e.Err
	}
	return "", nil, nil
}

// stringOf is the value of a panic: that itself if it is a string, or else its text.
func stringOf(e *future.PanicError) string {
	if s, ok := e.Value.(string); ok {
		return s
	}
	return strings.TrimPrefix(textOf(e), "panic: ")
}

func stackOf(err error) (string, bool) {
	if e, ok := err.(*future.PanicError); ok {
		return e.Stack(), true
	}
	return "", false
}

// rebuildOurs makes an error of one of Jade's own types, if f is one and has its data.
func rebuildOurs(f *Failure, causes []error) error {
	var cause error
	if len(causes) > 0 {
		cause = causes[0]
	}
	switch f.Kind {
	case kindPanic:
		if cause != nil {
			return engine.Panicked(cause, f.Stack)
		}
		if d, ok := dataOf[panicData](f); ok {
			return engine.Panicked(d.Value, f.Stack)
		}
		return engine.Panicked(strings.TrimPrefix(f.Text, "panic: "), f.Stack)
	case kindCanceled:
		return &future.CanceledError{Cause: cause}
	case kindDeadline:
		if d, ok := dataOf[deadlineData](f); ok {
			return engine.Late(&deadline.Error{Name: d.Name, Limit: d.Limit, Elapsed: d.Elapsed, Inherited: d.Inherited}, cause)
		}
	case kindFlow:
		if d, ok := dataOf[flowData](f); ok {
			return engine.Classed(&flow.Error{Flow: d.Flow, Node: d.Node, Task: d.Task, Place: d.Place, Err: cause}, int(d.Class))
		}
	case kindElement:
		if d, ok := dataOf[elementData](f); ok {
			return &combinators.ElementError{Name: d.Name, Index: d.Index, Err: cause}
		}
	case kindRejected:
		if d, ok := dataOf[rejectedData](f); ok {
			return &task.RejectedError{Task: d.Task, Gate: d.Gate, Wait: d.Wait, Err: cause}
		}
	case kindMark:
		return recovery.Mark(classNamed(f.Class), cause)
	}
	return nil
}

func dataOf[T any](f *Failure) (d T, ok bool) {
	return d, len(f.Data) > 0 && json.Unmarshal(f.Data, &d) == nil
}

// classNamed is the class of that name, or none.
func classNamed(name string) (c recovery.Class) {
	if c.UnmarshalText([]byte(name)) != nil {
		return recovery.ClassNone
	}
	return c
}
