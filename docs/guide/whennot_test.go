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
