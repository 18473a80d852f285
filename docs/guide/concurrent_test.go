package guide_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

func startFirst() {
	ctx := context.Background()
	// snippet: start-first
	timed(func() {
		item := future.Call(ctx, fetchItem, "bell")
		address := future.Call(ctx, fetchAddress, "ada")

		i, a, err := combinators.Await2(ctx, item, address)
		fmt.Println(i, a, err)
	})
	// end
}

func firstFailure() {
	ctx := context.Background()
	// snippet: first-failure
	timed(func() {
		coins := future.Call(ctx, fetchCoins, "ada")
		item := future.Call(ctx, fetchItem, "anvil") // fails after 20ms
		_, _, err := combinators.Await2(ctx, coins, item)
		fmt.Println(err)
	})
	timed(func() {
		coins := future.Call(ctx, fetchCoins, "ada")
		item := future.Call(ctx, fetchItem, "anvil")
		if _, err := coins.Await(ctx); err != nil {
			fmt.Println(err)
		}
		if _, err := item.Await(ctx); err != nil {
			fmt.Println(err)
		}
	})
	// end
}

// snippet: concurrent-page
func concurrentPage(ctx context.Context, id, user string) (Page, error) {
	item := future.Call(ctx, fetchItem, id)
	address := future.Call(ctx, fetchAddress, user)
	coins := future.Call(ctx, fetchCoins, user)
	coupons := combinators.Then2(ctx, item, address, fetchCoupons)

	i, a, n, c, err := combinators.Await4(ctx, item, address, coins, coupons)
	return Page{i, a, n, c}, err
}

// end

func concurrent() {
	ctx := context.Background()
	// snippet: concurrent
	timed(func() {
		page, err := concurrentPage(ctx, "bell", "ada")
		fmt.Println(page, err)
	})
	// end
}

func alongData() {
	ctx := context.Background()
	// snippet: along-data
	timed(func() {
		item := future.Call(ctx, fetchItem, "anvil")
		address := future.Call(ctx, fetchAddress, "ada")
		coupons := combinators.Then2(ctx, item, address, fetchCoupons)

		_, err := coupons.Await(ctx)
		fmt.Println("coupons:", err)
		a, err := address.Await(ctx)
		fmt.Println("address:", a, err)
	})
	// end
}

func mapped() {
	ctx := context.Background()
	// snippet: map
	item := future.Call(ctx, fetchItem, "bell")
	price := combinators.Map(item, func(item Item) string {
		return fmt.Sprintf("%d.%02d", item.Price/100, item.Price%100)
	})
	fmt.Println(price.Await(ctx))
	// end
}

func each() {
	ctx := context.Background()
	// snippet: each
	ids := []string{"bell", "lamp", "hinge", "nail"}
	timed(func() {
		items, err := combinators.Each(ctx, 2, ids, fetchItem).Await(ctx)
		fmt.Println(len(items), err)
	})
	// end
}

func settleEach() {
	ctx := context.Background()
	// snippet: settle-each
	ctx, cancel := context.WithTimeout(ctx, 170*time.Millisecond)
	defer cancel()
	calls, stop := deadline.Reserve(ctx, 20*time.Millisecond)
	defer stop()
	ids := []string{"bell", "anvil", "hinge", "nail"}
	timed(func() {
		results, err := combinators.SettleEach(calls, 2, ids, fetchItem).Await(ctx)
		for i, r := range results {
			fmt.Println(ids[i], r.Value, r.Err != nil, errors.Is(r.Err, context.DeadlineExceeded))
		}
		fmt.Println(err)
	})
	// end
}

var errMirrorDown = errors.New("mirror is down")

// fetchFrom asks one of two mirrors: the first is quick to fail, the second answers.
func fetchFrom(ctx context.Context, mirror int) (Item, error) {
	if mirror == 1 {
		return fail[Item](ctx, 10*time.Millisecond, errMirrorDown)
	}
	return answer(ctx, 40*time.Millisecond, Item{"brass bell", 1900})
}

func firstAnswer() {
	ctx := context.Background()
	// snippet: any
	timed(func() {
		item, err := combinators.Any(
			future.Call(ctx, fetchFrom, 1), // fails after 10ms
			future.Call(ctx, fetchFrom, 2), // answers after 40ms
		).Await(ctx)
		fmt.Println(item, err)
	})
	// end
}

// subscribe calls back.
func subscribe(id string, done func(Item, error)) {
	time.AfterFunc(100*time.Millisecond, func() { done(Item{"brass " + id, 1900}, nil) })
}

func promised() {
	ctx := context.Background()
	// snippet: promise
	promise := future.NewPromise[Item](ctx)
	subscribe("bell", func(item Item, err error) { promise.Complete(item, err) })

	fmt.Println(promise.Future().Await(ctx))
	// end
}
