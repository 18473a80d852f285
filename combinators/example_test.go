package combinators_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// The whole page: the item and the address at the same time, the coupons as
// soon as both are there, and nothing left running.
func Example_orderPage() {
	type page struct {
		Item    Item
		Address Address
		Coupons []string
	}
	handle := func(ctx context.Context, id, user string) (page, error) {
		return future.Run(ctx, func(ctx context.Context) (page, error) {
			item := future.Call(ctx, fetchItem, id)
			address := future.Call(ctx, fetchAddress, user)
			coupons := combinators.Then2(ctx, item, address, fetchCoupons)

			i, a, c, err := combinators.Await3(ctx, item, address, coupons)
			return page{i, a, c}, err
		})
	}
	fmt.Println(handle(context.Background(), "lamp", "ada"))

	_, err := handle(context.Background(), "anvil", "ada")
	fmt.Println("no page:", err)
	// Output:
	// {{oil lamp 4500} {Ghent} [10% off in Ghent free polish for the oil lamp]} <nil>
	// no page: item anvil: no such item
}
