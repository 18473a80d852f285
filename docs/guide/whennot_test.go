package guide_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/future"
)

func chain() {
	ctx := context.Background()
	// snippet: chain
	coupons := future.Go(ctx, func(ctx context.Context) (Coupons, error) {
		item, err := fetchItem(ctx, "bell")
		if err != nil {
			return nil, err
		}
		return fetchCoupons(ctx, item, Address{"Ghent"})
	})
	timed(func() { fmt.Println(coupons.Await(ctx)) })
	// end
}

func oneShape() {
	ctx := context.Background()
	// snippet: one-shape
	retried := func(ctx context.Context, id string) (item Item, err error) {
		for range 3 {
			if item, err = fetchItem(ctx, id); err == nil {
				return item, nil
			}
		}
		return item, err
	}
	timed(func() {
		_, err := future.Call(ctx, retried, "anvil").Await(ctx)
		fmt.Println(err)
	})
	// end
}

func shared() {
	ctx := context.Background()
	// snippet: shared
	item := future.Call(ctx, told("item", fetchItem), "bell")
	for range 3 {
		i, err := item.Await(ctx)
		fmt.Println(i, err)
	}
	// end
}
