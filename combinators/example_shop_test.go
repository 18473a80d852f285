package combinators_test

import (
	"context"
	"errors"
	"fmt"
)

// The examples build the order page of a small shop from these calls.

type Item struct {
	Name  string
	Price int // in cents
}

type Address struct{ City string }

var errNoItem = errors.New("no such item")

func fetchItem(_ context.Context, id string) (Item, error) {
	items := map[string]Item{"bell": {"brass bell", 1900}, "lamp": {"oil lamp", 4500}}
	item, ok := items[id]
	if !ok {
		return Item{}, fmt.Errorf("item %s: %w", id, errNoItem)
	}
	return item, nil
}

func fetchAddress(_ context.Context, user string) (Address, error) {
	return Address{"Ghent"}, nil
}

// fetchCoupons needs an item and an address, so it cannot start before them.
func fetchCoupons(_ context.Context, item Item, to Address) ([]string, error) {
	return []string{"10% off in " + to.City, "free polish for the " + item.Name}, nil
}

// hang waits until nobody wants its answer any more.
func hang(ctx context.Context) (Item, error) {
	<-ctx.Done()
	return Item{}, context.Cause(ctx)
}
