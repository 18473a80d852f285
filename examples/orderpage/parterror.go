package main

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
)

// PartError says which part of the page failed, and how.
type PartError struct {
	Part   string `json:"part"`
	Class  string `json:"class"`
	Reason string `json:"reason"`

	cause error
}

func newPartError(name string, class recovery.Class, err error) *PartError {
	return &PartError{Part: name, Class: class.String(), Reason: reason(err), cause: err}
}

func (e *PartError) Error() string {
	return e.Part + " failed, class " + e.Class + ": " + e.Reason
}

// Unwrap returns what the call failed with.
func (e *PartError) Unwrap() error { return e.cause }

// noPage names the part that there is no page without.
func noPage(err error) *PartError {
	if named, ok := errors.AsType[*PartError](err); ok {
		return named
	}
	name, cause := "the page", err // if no call has failed: it could not begin, or the page could not be put together
	if failed, ok := errors.AsType[*flow.Error](err); ok {
		cause = failed.Err
		if failed.Task != "" { // it is a call, not a Map
			name = failed.Node
		}
	}
	return newPartError(name, recovery.Classify(err), cause)
}

// reason words err for the reader of a page.
func reason(err error) string {
	late, ours := errors.AsType[*deadline.Error](err)
	switch {
	case ours && !late.Inherited:
		return "no answer within the " + late.Limit.Round(time.Millisecond).String() + " that the calls have"
	case errors.Is(err, context.DeadlineExceeded):
		return "the deadline has passed"
	}
	return err.Error()
}
