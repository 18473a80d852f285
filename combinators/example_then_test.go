package combinators_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// What needs an item takes the item as an argument.
func ExampleThen() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	label := combinators.Then(ctx, item, func(_ context.Context, item Item) (string, error) {
		return fmt.Sprintf("%s, %d.%02d", item.Name, item.Price/100, item.Price%100), nil
	})
	fmt.Println(label.Await(ctx))
	// Output: brass bell, 19.00 <nil>
}

// A failure fails what depends on it, and that is not called.
func ExampleThen_failure() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "anvil")
	freight := combinators.Then(ctx, item, func(_ context.Context, item Item) (int, error) {
		fmt.Println("never printed")
		return 500, nil
	})
	fmt.Println(freight.Await(ctx))
	// Output: 0 item anvil: no such item
}

// The coupons need two things, which are fetched at the same time.
func ExampleThen2_coupons() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")
	coupons := combinators.Then2(ctx, item, address, fetchCoupons)

	c, err := coupons.Await(ctx)
	for _, coupon := range c {
		fmt.Println(coupon)
	}
	fmt.Println(err)
	// Output:
	// 10% off in Ghent
	// free polish for the brass bell
	// <nil>
}

func ExampleMap() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	price := combinators.Map(item, func(item Item) int { return item.Price })
	fmt.Println(price.Await(ctx))
	// Output: 1900 <nil>
}

// The function that FlatMap calls decides what to start, and returns it.
func ExampleFlatMap() {
	ctx := context.Background()
	lastOrder := future.Of("lamp", nil)
	item := combinators.FlatMap(ctx, lastOrder, func(ctx context.Context, id string) future.Future[Item] {
		if id == "" {
			return future.Of(Item{Name: "nothing yet"}, nil)
		}
		return future.Call(ctx, fetchItem, id)
	})
	i, err := item.Await(ctx)
	fmt.Println(i.Name, err)
	// Output: oil lamp <nil>
}

func ExampleTap() {
	ctx := context.Background()
	item := combinators.Tap(future.Call(ctx, fetchItem, "bell"), func(item Item) {
		fmt.Println("seen:", item.Name)
	})
	i, err := item.Await(ctx)
	fmt.Println("used:", i.Name, err)
	// Output:
	// seen: brass bell
	// used: brass bell <nil>
}

// The reservation is given back whether the payment succeeds or not.
func ExampleFinally() {
	ctx := context.Background()
	payment := future.Go(ctx, func(context.Context) (string, error) {
		return "", fmt.Errorf("card refused")
	})
	payment = combinators.Finally(ctx, payment, func(_ context.Context, r future.Result[string]) {
		fmt.Println("reservation given back after:", r.Err)
	})
	_, err := payment.Await(ctx)
	fmt.Println("payment:", err)
	// Output:
	// reservation given back after: card refused
	// payment: card refused
}
