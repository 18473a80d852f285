package future_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/future"
)

// A handler starts what does not depend on each other, waits for what it
// needs, and leaves nothing running.
func Example_orderPage() {
	handle := func(ctx context.Context, id, user string) (string, error) {
		ctx, scope := future.WithScope(ctx)
		defer scope.Close()

		item := future.Call(ctx, fetchItem, id)
		address := future.Call(ctx, fetchAddress, user)
		future.Call(ctx, fetchCoupons, user) // never answers; Close ends it

		i, err := item.Await(ctx)
		if err != nil {
			return "", err
		}
		a, err := address.Await(ctx)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s to %s: %d", i.Name, a.City, i.Price), nil
	}
	fmt.Println(handle(context.Background(), "bell", "ada"))
	fmt.Println(handle(context.Background(), "anvil", "ada"))
	// Output:
	// brass bell to Ghent: 1900 <nil>
	//  item anvil: no such item
}
