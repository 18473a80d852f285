package main

import (
	"context"

	"github.com/jade-go/jade/combinators"
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
		return part[T]{value: fallback, lost: newPartError(name, recovery.Classify(err), err)}, nil
	})
}

// required returns a future for f's value; its failure names the part.
func required[T any](ctx context.Context, name string, f future.Future[T]) future.Future[T] {
	return recovery.Recover(ctx, f, func(_ context.Context, err error) (none T, _ error) {
		return none, newPartError(name, recovery.Classify(err), err)
	})
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
