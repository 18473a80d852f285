package combinators_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// The inputs of Then2 to Then9, Zip2 to Zip9 and Await2 to Await9 may all be
// of different types. From four inputs on the examples add up prices.

func price(cents int) future.Future[int] { return future.Of(cents, nil) }

// Two inputs that are fetched at the same time.
func ExampleThen2() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")
	parcel := combinators.Then2(ctx, item, address, func(_ context.Context, item Item, to Address) (string, error) {
		return item.Name + " to " + to.City, nil
	})
	fmt.Println(parcel.Await(ctx))
	// Output: brass bell to Ghent <nil>
}

func ExampleThen3() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")
	coins := price(300)
	bill := combinators.Then3(ctx, item, address, coins, func(_ context.Context, item Item, to Address, coins int) (string, error) {
		return fmt.Sprintf("%s to %s: %d", item.Name, to.City, item.Price-coins), nil
	})
	fmt.Println(bill.Await(ctx))
	// Output: brass bell to Ghent: 1600 <nil>
}

func ExampleThen4() {
	ctx := context.Background()
	total := combinators.Then4(ctx, price(1), price(2), price(3), price(4),
		func(_ context.Context, a, b, c, d int) (int, error) { return a + b + c + d, nil })
	fmt.Println(total.Await(ctx))
	// Output: 10 <nil>
}

func ExampleThen5() {
	ctx := context.Background()
	total := combinators.Then5(ctx, price(1), price(2), price(3), price(4), price(5),
		func(_ context.Context, a, b, c, d, e int) (int, error) { return a + b + c + d + e, nil })
	fmt.Println(total.Await(ctx))
	// Output: 15 <nil>
}

func ExampleThen6() {
	ctx := context.Background()
	total := combinators.Then6(ctx, price(1), price(2), price(3), price(4), price(5), price(6),
		func(_ context.Context, a, b, c, d, e, f int) (int, error) { return a + b + c + d + e + f, nil })
	fmt.Println(total.Await(ctx))
	// Output: 21 <nil>
}

func ExampleThen7() {
	ctx := context.Background()
	total := combinators.Then7(ctx, price(1), price(2), price(3), price(4), price(5), price(6), price(7),
		func(_ context.Context, a, b, c, d, e, f, g int) (int, error) { return a + b + c + d + e + f + g, nil })
	fmt.Println(total.Await(ctx))
	// Output: 28 <nil>
}

func ExampleThen8() {
	ctx := context.Background()
	total := combinators.Then8(ctx, price(1), price(2), price(3), price(4), price(5), price(6), price(7), price(8),
		func(_ context.Context, a, b, c, d, e, f, g, h int) (int, error) {
			return a + b + c + d + e + f + g + h, nil
		})
	fmt.Println(total.Await(ctx))
	// Output: 36 <nil>
}

func ExampleThen9() {
	ctx := context.Background()
	total := combinators.Then9(ctx, price(1), price(2), price(3), price(4), price(5), price(6), price(7), price(8), price(9),
		func(_ context.Context, a, b, c, d, e, f, g, h, i int) (int, error) {
			return a + b + c + d + e + f + g + h + i, nil
		})
	fmt.Println(total.Await(ctx))
	// Output: 45 <nil>
}

// Values of two types travel as one.
func ExampleZip2() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")
	both, err := combinators.Zip2(item, address).Await(ctx)
	i, a := both.Unpack()
	fmt.Println(i.Name, a.City, err)
	// Output: brass bell Ghent <nil>
}

func ExampleZip3() {
	prices, err := combinators.Zip3(price(1), price(2), price(3)).Await(context.Background())
	fmt.Println(prices, err)
	// Output: {1 2 3} <nil>
}

func ExampleZip4() {
	prices, err := combinators.Zip4(price(1), price(2), price(3), price(4)).Await(context.Background())
	fmt.Println(prices, err)
	// Output: {1 2 3 4} <nil>
}

func ExampleZip5() {
	prices, err := combinators.Zip5(price(1), price(2), price(3), price(4), price(5)).Await(context.Background())
	fmt.Println(prices, err)
	// Output: {1 2 3 4 5} <nil>
}

func ExampleZip6() {
	prices, err := combinators.Zip6(price(1), price(2), price(3), price(4), price(5), price(6)).Await(context.Background())
	fmt.Println(prices, err)
	// Output: {1 2 3 4 5 6} <nil>
}

func ExampleZip7() {
	prices, err := combinators.Zip7(price(1), price(2), price(3), price(4), price(5), price(6), price(7)).Await(context.Background())
	fmt.Println(prices, err)
	// Output: {1 2 3 4 5 6 7} <nil>
}

func ExampleZip8() {
	prices, err := combinators.Zip8(price(1), price(2), price(3), price(4), price(5), price(6), price(7), price(8)).Await(context.Background())
	fmt.Println(prices, err)
	// Output: {1 2 3 4 5 6 7 8} <nil>
}

func ExampleZip9() {
	prices, err := combinators.Zip9(price(1), price(2), price(3), price(4), price(5), price(6), price(7), price(8), price(9)).Await(context.Background())
	fmt.Println(prices, err)
	// Output: {1 2 3 4 5 6 7 8 9} <nil>
}

// The everyday end of a handler: every value, or the first failure.
func ExampleAwait2() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")
	i, a, err := combinators.Await2(ctx, item, address)
	fmt.Println(i.Name, a.City, err)
	// Output: brass bell Ghent <nil>
}

func ExampleAwait3() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")
	coupons := combinators.Then2(ctx, item, address, fetchCoupons)
	i, a, c, err := combinators.Await3(ctx, item, address, coupons)
	fmt.Println(i.Name, a.City, len(c), err)
	// Output: brass bell Ghent 2 <nil>
}

func ExampleAwait4() {
	a, b, c, d, err := combinators.Await4(context.Background(),
		price(1), price(2), price(3), price(4))
	fmt.Println(a, b, c, d, err)
	// Output: 1 2 3 4 <nil>
}

func ExampleAwait5() {
	a, b, c, d, e, err := combinators.Await5(context.Background(),
		price(1), price(2), price(3), price(4), price(5))
	fmt.Println(a, b, c, d, e, err)
	// Output: 1 2 3 4 5 <nil>
}

func ExampleAwait6() {
	a, b, c, d, e, f, err := combinators.Await6(context.Background(),
		price(1), price(2), price(3), price(4), price(5), price(6))
	fmt.Println(a, b, c, d, e, f, err)
	// Output: 1 2 3 4 5 6 <nil>
}

func ExampleAwait7() {
	a, b, c, d, e, f, g, err := combinators.Await7(context.Background(),
		price(1), price(2), price(3), price(4), price(5), price(6), price(7))
	fmt.Println(a, b, c, d, e, f, g, err)
	// Output: 1 2 3 4 5 6 7 <nil>
}

func ExampleAwait8() {
	a, b, c, d, e, f, g, h, err := combinators.Await8(context.Background(),
		price(1), price(2), price(3), price(4), price(5), price(6), price(7), price(8))
	fmt.Println(a, b, c, d, e, f, g, h, err)
	// Output: 1 2 3 4 5 6 7 8 <nil>
}

func ExampleAwait9() {
	a, b, c, d, e, f, g, h, i, err := combinators.Await9(context.Background(),
		price(1), price(2), price(3), price(4), price(5), price(6), price(7), price(8), price(9))
	fmt.Println(a, b, c, d, e, f, g, h, i, err)
	// Output: 1 2 3 4 5 6 7 8 9 <nil>
}
