package main

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// part is a value of the page; lost says what it stands in for if it is a fallback.
type part[T any] struct {
	value T
	lost  *PartError
}

// optional returns a future for f's value or, if f fails, for the fallback.
func optional[T any](ctx context.Context, name string, f future.Future[T], fallback T) future.Future[part[T]] {
	whole := combinators.Map(f, func(v T) part[T] { return part[T]{value: v} })
	return recovery.Recover(ctx, whole, func(_ context.Context, err error) (part[T], error) {
		return part[T]{value: fallback, lost: newPartError(name, err)}, nil
	})
}

// required returns a future for f's value; its failure names the part.
func required[T any](ctx context.Context, name string, f future.Future[T]) future.Future[T] {
	return recovery.Recover(ctx, f, func(_ context.Context, err error) (none T, _ error) {
		return none, newPartError(name, err)
	})
}

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

// reason words err for the reader of a page.
func reason(err error) string {
	if late, ok := errors.AsType[*deadline.Error](err); ok {
		return "no answer within the " + late.Limit.Round(time.Millisecond).String() + " that the calls have"
	}
	return err.Error()
}

// failures leaves out the parts that are whole.
func failures(lost ...*PartError) []*PartError {
	list := []*PartError{}
	for _, e := range lost {
		if e != nil {
			list = append(list, e)
		}
	}
	return list
}
