package guide_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// snippet: fallback-page
func degradingPage(ctx context.Context, id, user string) (Page, error) {
	return future.Run(ctx, func(ctx context.Context) (Page, error) {
		item := future.Call(ctx, fetchItem, id)
		address := future.Call(ctx, fetchAddress, user)
		coupons := combinators.Then2(ctx, item, address, failCoupons)
		coupons = recovery.Fallback(coupons, Coupons{})

		i, a, c, err := combinators.Await3(ctx, item, address, coupons)
		return Page{Item: i, Address: a, Coupons: c}, err
	})
}

// end

func fallback() {
	ctx := context.Background()
	// snippet: fallback
	page, err := degradingPage(ctx, "bell", "ada")
	fmt.Println(page, err)
	page, err = degradingPage(ctx, "anvil", "ada")
	fmt.Println(page, err)
	// end
}

// snippet: reported-page
func reportingPage(ctx context.Context, id, user string) (page Page, degraded []string, err error) {
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()
	item := future.Call(ctx, fetchItem, id)
	address := future.Call(ctx, fetchAddress, user)
	coupons := combinators.Then2(ctx, item, address, failCoupons)

	i, a, c, err := combinators.Await3(ctx, item, address, recovery.Fallback(coupons, Coupons{}))
	if r, _ := coupons.Peek(); r.Err != nil {
		degraded = append(degraded, fmt.Sprintf("%v (%s)", r.Err, recovery.Classify(r.Err)))
	}
	return Page{Item: i, Address: a, Coupons: c}, degraded, err
}

// end

func reported() {
	ctx := context.Background()
	// snippet: reported
	page, degraded, err := reportingPage(ctx, "bell", "ada")
	fmt.Println(page, err)
	fmt.Println("degraded:", degraded)
	// end
}

func wrapperOrder() {
	ctx := context.Background()
	errDown := statusError(503)
	// snippet: wrapper-order
	log := func(err error) { fmt.Println("log:", err) }
	coupons := future.Of(Coupons(nil), errDown)
	heard := recovery.Fallback(recovery.OnError(coupons, log), Coupons{})
	fmt.Println(heard.Await(ctx))

	unheard := recovery.OnError(recovery.Fallback(coupons, Coupons{}), log)
	fmt.Println(unheard.Await(ctx))
	// end
}

func recovered() {
	ctx := context.Background()
	// snippet: recover
	coupons := future.Go(ctx, func(ctx context.Context) (Coupons, error) {
		return failCoupons(ctx, Item{}, Address{})
	})
	coupons = recovery.Recover(ctx, coupons, func(ctx context.Context, err error) (Coupons, error) {
		fmt.Println("from the cache, because of", err)
		return Coupons{"polish, as of yesterday"}, nil
	})
	fmt.Println(coupons.Await(ctx))
	// end
}

func recoveredIs() {
	ctx := context.Background()
	// snippet: recover-is
	item := future.Call(ctx, fetchItem, "anvil")
	item = recovery.RecoverIs(ctx, item, errNoItem, func(context.Context, error) (Item, error) {
		return Item{Name: "something like it"}, nil
	})
	fmt.Println(item.Await(ctx))
	// end
}

type Report struct{ Grade *string }

func panicked() {
	ctx := context.Background()
	// snippet: panic
	inspection := future.Go(ctx, func(context.Context) (string, error) {
		var report Report
		return *report.Grade, nil // the usual bug
	})
	_, err := inspection.Await(ctx)
	fmt.Println(recovery.Classify(err), "-", err)

	shown := recovery.Fallback(inspection, "not inspected")
	fmt.Println(shown.Await(ctx))
	// end
}

func canceled() {
	ctx := context.Background()
	// snippet: canceled
	coins := future.Call(ctx, fetchCoins, "ada")
	shown := recovery.Fallback(coins, 0)
	shown.Cancel(errors.New("the customer left"))

	_, err := shown.Await(ctx)
	fmt.Println(recovery.Classify(err), "-", err)
	// end
}

func cleanup() {
	ctx := context.Background()
	// snippet: finally
	payment := future.Go(ctx, func(context.Context) (string, error) {
		return "", errors.New("card refused")
	})
	payment = combinators.Finally(ctx, payment, func(_ context.Context, r future.Result[string]) {
		fmt.Println("reservation given back after:", r.Err)
	})
	_, err := payment.Await(ctx)
	fmt.Println("payment:", err)
	// end
}
