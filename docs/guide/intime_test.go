package guide_test

import (
	"context"
	"fmt"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

func within() {
	ctx := context.Background()
	// snippet: within
	timed(func() {
		coins := future.Call(future.Named(ctx, "coins"), fetchCoins, "ada")
		_, err := deadline.Within(coins, 50*time.Millisecond).Await(ctx) // they take 60ms
		fmt.Println(recovery.Classify(err), "-", err)
	})
	// end
}

func withinFallback() {
	ctx := context.Background()
	// snippet: within-fallback
	timed(func() {
		coins := future.Call(ctx, fetchCoins, "ada")
		shown := recovery.Fallback(deadline.Within(coins, 50*time.Millisecond), 0)
		fmt.Println(shown.Await(ctx))
	})
	// end
}

func withinFallbackReversed() {
	ctx := context.Background()
	// snippet: within-fallback-reversed
	timed(func() {
		coins := future.Call(future.Named(ctx, "coins"), fetchCoins, "ada")
		shown := deadline.Within(recovery.Fallback(coins, 0), 50*time.Millisecond)
		fmt.Println(shown.Await(ctx))
	})
	// end
}

func fromTheCall() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	// snippet: within-then
	timed(func() {
		item := future.Call(ctx, fetchItem, "bell")
		address := future.Call(ctx, fetchAddress, "ada")
		coupons := combinators.Then2(ctx, item, address, fetchCoupons)
		_, err := deadline.Within(coupons, 90*time.Millisecond).Await(ctx)
		fmt.Println("in time:", err == nil)
	})
	// end
}

func fromTheStart() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	// snippet: run-in-then
	timed(func() {
		item := future.Call(ctx, fetchItem, "bell")
		address := future.Call(ctx, fetchAddress, "ada")
		coupons := combinators.Then2(ctx, item, address, func(ctx context.Context, i Item, a Address) (Coupons, error) {
			return deadline.Run(ctx, 90*time.Millisecond, func(ctx context.Context) (Coupons, error) {
				return fetchCoupons(ctx, i, a)
			})
		})
		_, err := coupons.Await(ctx)
		fmt.Println("in time:", err == nil)
	})
	// end
}

func wholePage() {
	ctx := context.Background()
	// snippet: run
	timed(func() {
		_, err := deadline.Run(future.Named(ctx, "page"), 150*time.Millisecond, func(ctx context.Context) (Page, error) {
			return concurrentPage(ctx, "bell", "ada") // takes 170ms
		})
		fmt.Println(err)
	})
	// end
}

func stubborn() {
	ctx := context.Background()
	// snippet: run-outside
	timed(func() {
		_, err := deadline.Run(future.Named(ctx, "page"), 150*time.Millisecond, func(ctx context.Context) (string, error) {
			return future.Run(ctx, func(ctx context.Context) (string, error) {
				return future.Call(ctx, examine, "bell").Await(ctx) // 400ms, whatever its ctx says
			})
		})
		fmt.Println(err)
	})
	// end
}

func stubbornJoined() {
	ctx := context.Background()
	// snippet: run-inside
	timed(func() {
		_, err := future.Run(ctx, func(ctx context.Context) (string, error) {
			return deadline.Run(future.Named(ctx, "page"), 150*time.Millisecond, func(ctx context.Context) (string, error) {
				return examine(ctx, "bell")
			})
		})
		fmt.Println(err)
	})
	// end
}

func stubbornGrace() {
	ctx := context.Background()
	// snippet: run-grace
	timed(func() {
		_, err := future.Run(ctx, func(ctx context.Context) (string, error) {
			return deadline.Run(future.Named(ctx, "page"), 150*time.Millisecond, func(ctx context.Context) (string, error) {
				return examine(ctx, "bell")
			})
		}, future.Grace(20*time.Millisecond))
		fmt.Println(err)
	})
	// end
}

// snippet: reserve-page
func timelyPage(ctx context.Context, id, user string) (Page, error) {
	return future.Run(ctx, func(ctx context.Context) (Page, error) {
		calls, release := deadline.Reserve(ctx, 30*time.Millisecond)
		defer release()
		item := future.Call(calls, fetchItem, id)
		address := future.Call(calls, fetchAddress, user)
		coupons := combinators.Then2(calls, item, address, fetchCoupons)
		coupons = recovery.Fallback(coupons, Coupons{"ask at the counter"})

		i, a, c, err := combinators.Await3(ctx, item, address, coupons)
		return Page{Item: i, Address: a, Coupons: c}, err
	})
}

// end

func reserve() {
	// snippet: reserve
	ctx, cancel := context.WithTimeout(context.Background(), 160*time.Millisecond)
	defer cancel()
	timed(func() {
		page, err := timelyPage(ctx, "bell", "ada")
		fmt.Println(page, err)
	})
	// end
}

func partial() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	// snippet: partial
	timed(func() {
		items, err := deadline.Partial(50*time.Millisecond, Item{Name: "(later)"},
			future.Call(ctx, fetchFrom, 1),       // fails after 10ms
			future.Call(ctx, fetchFrom, 2),       // answers after 40ms
			future.Call(ctx, fetchItem, "hinge"), // would answer after 100ms
		).Await(ctx)
		fmt.Println(items, err)
	})
	// end
}

func shield() {
	ctx := context.Background()
	// snippet: shield
	item := future.Call(ctx, fetchItem, "bell") // two pages show it
	_, err := deadline.Within(future.Shield(item), 50*time.Millisecond).Await(ctx)
	fmt.Println("one page:", recovery.Classify(err))

	i, err := item.Await(ctx)
	fmt.Println("the other:", i, err)
	// end
}
