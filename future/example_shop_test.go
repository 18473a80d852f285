package future_test

import (
	"context"
	"errors"
	"fmt"
)

// The examples build the order page of a small shop from these calls. They
// are plain functions: any function of this shape can be started.

type Item struct {
	Name  string
	Price int // in cents
}

type Address struct{ City string }

type Coupons []string

var errNoItem = errors.New("no such item")

func fetchItem(_ context.Context, id string) (Item, error) {
	if id != "bell" {
		return Item{}, fmt.Errorf("item %s: %w", id, errNoItem)
	}
	return Item{"brass bell", 1900}, nil
}

func fetchAddress(_ context.Context, user string) (Address, error) {
	return Address{"Ghent"}, nil
}

// fetchCoupons never answers: it waits until nobody wants the coupons any more.
func fetchCoupons(ctx context.Context, user string) (Coupons, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}
