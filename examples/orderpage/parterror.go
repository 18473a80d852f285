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

func newPartError(name string, err error) *PartError {
	return &PartError{Part: name, Class: recovery.Classify(err).String(), Reason: reason(err), cause: err}
}

func (e *PartError) Error() string {
	return e.Part + " failed, class " + e.Class + ": " + e.Reason
}

// Unwrap returns what the call failed with.
func (e *PartError) Unwrap() error { return e.cause }

// thePage is named when no call has failed: it was late before one was, or the page could not be put together.
const thePage = "the page"

// origin returns the call of a flow that has failed, and with what.
func origin(err error) (name string, cause error) {
	failed, ok := errors.AsType[*flow.Error](err)
	switch {
	case !ok:
		return thePage, err
	case failed.Task == "": // such as a Map
		return thePage, failed.Err
	}
	return failed.Node, failed.Err
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
