package guide_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

func leftBehind() {
	ctx := context.Background()
	// snippet: left-behind
	item := future.Call(ctx, fetchItem, "anvil") // fails after 20ms
	address := future.Call(ctx, told("address", fetchAddress), "ada")
	_, _, err := combinators.Await2(ctx, item, address)
	fmt.Println("page:", err)
	// end
}

// snippet: scoped-page
func scopedPage(ctx context.Context, id, user string) (Page, error) {
	return future.Run(ctx, func(ctx context.Context) (Page, error) {
		item := future.Call(ctx, fetchItem, id)
		address := future.Call(ctx, told("address", fetchAddress), user)
		coupons := combinators.Then2(ctx, item, address, fetchCoupons)

		i, a, c, err := combinators.Await3(ctx, item, address, coupons)
		return Page{Item: i, Address: a, Coupons: c}, err
	})
}

// end

func scoped() {
	ctx := context.Background()
	// snippet: scoped
	timed(func() {
		_, err := scopedPage(ctx, "anvil", "ada")
		fmt.Println("page:", err)
	})
	// end
}

// snippet: close-page
func closedPage(ctx context.Context, id, user string) (Item, error) {
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()

	future.Call(ctx, told("address", fetchAddress), user)
	return future.Call(ctx, fetchItem, id).Await(ctx)
}

// end

func closed() {
	ctx := context.Background()
	// snippet: close
	_, err := closedPage(ctx, "anvil", "ada")
	fmt.Println("page:", err)
	// end
}

func cutOff() {
	ctx := context.Background()
	// snippet: cut-off
	ctx, scope := future.WithScope(ctx)
	future.Call(ctx, told("item", fetchItem), "bell")
	fmt.Println("closed:", scope.Close())

	ctx, scope = future.WithScope(context.Background())
	future.Call(ctx, told("item", fetchItem), "bell")
	scope.Wait()
	fmt.Println("closed:", scope.Close())
	// end
}

func siblings() {
	ctx := context.Background()
	// snippet: siblings
	address, err := future.Run(ctx, func(ctx context.Context) (Address, error) {
		item := future.Call(ctx, fetchItem, "anvil") // fails after 20ms
		address := future.Call(ctx, fetchAddress, "ada")

		_, err := item.Await(ctx)
		fmt.Println("item:", err)
		return address.Await(ctx)
	})
	fmt.Println("page:", address, err)
	// end
}

func nested() {
	ctx := context.Background()
	// snippet: nested
	coins, err := future.Run(ctx, func(ctx context.Context) (int, error) {
		started := future.Go(ctx, func(own context.Context) (future.Future[int], error) {
			return future.Call(own, fetchCoins, "ada"), nil // with ctx instead of own it would go on
		})
		coins, err := started.Await(ctx)
		if err != nil {
			return 0, err
		}
		return coins.Await(ctx)
	})
	fmt.Println(coins, err)
	// end
}

var errDiskFull = errors.New("disk full")

func writeAudit(ctx context.Context, line string) (int, error) {
	return fail[int](ctx, time.Millisecond, errDiskFull)
}

func unobserved() {
	ctx := context.Background()
	// snippet: unobserved
	item, err := future.Run(ctx, func(ctx context.Context) (Item, error) {
		future.Call(future.Named(ctx, "audit"), writeAudit, "ada asked for a bell") // fails
		return future.Call(ctx, fetchItem, "bell").Await(ctx)
	})
	fmt.Println(item)
	fmt.Println(err)
	// end
}

func unobservedHook() {
	ctx := context.Background()
	// snippet: unobserved-hook
	item, err := future.Run(ctx, func(ctx context.Context) (Item, error) {
		future.Call(future.Named(ctx, "audit"), writeAudit, "ada asked for a bell")
		return future.Call(ctx, fetchItem, "bell").Await(ctx)
	}, future.Unobserved(func(err error) { fmt.Println("log:", err) }))
	fmt.Println(item, err)
	// end
}

// examine does not watch its ctx.
func examine(_ context.Context, id string) (string, error) {
	time.Sleep(400 * time.Millisecond)
	return "passed", nil
}

func grace() {
	ctx := context.Background()
	// snippet: grace
	ctx, scope := future.WithScope(ctx, future.Grace(50*time.Millisecond))
	future.Call(future.Named(ctx, "inspection"), examine, "bell")
	timed(func() { fmt.Println(scope.Close()) })
	// end
}
