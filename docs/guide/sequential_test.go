package guide_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/future"
)

// snippet: sequential-page
func sequentialPage(ctx context.Context, id, user string) (Page, error) {
	item, err := fetchItem(ctx, id)
	if err != nil {
		return Page{}, err
	}
	address, err := fetchAddress(ctx, user)
	if err != nil {
		return Page{}, err
	}
	coins, err := fetchCoins(ctx, user)
	if err != nil {
		return Page{}, err
	}
	coupons, err := fetchCoupons(ctx, item, address)
	if err != nil {
		return Page{}, err
	}
	return Page{item, address, coins, coupons}, nil
}

// end

func sequential() {
	ctx := context.Background()
	// snippet: sequential
	timed(func() {
		page, err := sequentialPage(ctx, "bell", "ada")
		fmt.Println(page, err)
	})
	// end
}

func awaitAtOnce() {
	ctx := context.Background()
	// snippet: await-at-once
	timed(func() {
		item, err := future.Call(ctx, fetchItem, "bell").Await(ctx)
		fmt.Println(item, err)
		address, err := future.Call(ctx, fetchAddress, "ada").Await(ctx)
		fmt.Println(address, err)
	})
	// end
}
