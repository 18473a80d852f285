package task_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	recovery "github.com/jade-go/jade/recover"
)

// The examples are about the calls behind the order page of a small shop.

type Item struct {
	Name  string
	Price int // in cents
}

type Coupons []string

var errNoItem = recovery.Mark(recovery.ClassBusiness, errors.New("no such item"))

func fetchItem(_ context.Context, id string) (Item, error) {
	items := map[string]Item{"bell": {"brass bell", 1900}, "lamp": {"oil lamp", 4500}}
	item, ok := items[id]
	if !ok {
		return Item{}, fmt.Errorf("item %s: %w", id, errNoItem)
	}
	return item, nil
}

// fetchCoupons is a service that does not answer today.
func fetchCoupons(ctx context.Context, _ string) (Coupons, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// unsteady is a service whose first answers are cut off.
func unsteady(failures int) func(context.Context, string) (Item, error) {
	var calls atomic.Int32
	return func(ctx context.Context, id string) (Item, error) {
		if int(calls.Add(1)) <= failures {
			return Item{}, fmt.Errorf("item %s: %w", id, io.ErrUnexpectedEOF)
		}
		return fetchItem(ctx, id)
	}
}
