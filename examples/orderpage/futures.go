package main

import (
	"context"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

// byFutures is the same page as futures: the body of the request says what runs.
func byFutures(s *shop) handler {
	return func(ctx context.Context, order Order) (Page, error) { return orderPage(ctx, s, order) }
}

// orderPage gathers the page of one order. A call starts as soon as the data it
// takes as arguments is there, and none runs any more when orderPage returns.
func orderPage(ctx context.Context, s *shop, order Order) (Page, error) {
	return future.Run(ctx, func(ctx context.Context) (Page, error) {
		inTime, cancel := deadline.Reserve(ctx, replyTime(ctx)) // calls end early enough to degrade and reply
		defer cancel()
		named := func(name string) context.Context { return future.Named(inTime, name) }

		// Who needs what: the dependencies are the arguments.
		item := future.Call(named("item"), s.item, order.Item)
		address := future.Call(named("address"), s.address, order.User)
		coins := future.Call(named("coins"), s.coins, order.User)
		coupons := combinators.Then2(named("coupons"), item, address, s.coupons)
		freight := combinators.Then2(named("freight"), item, address, s.freight)
		inspection := combinators.Then2(named("inspection"), item, address, s.inspection)

		// What becomes of a failure: without an item or an address there is no page; the rest degrades.
		return combinators.Then6(ctx,
			required(ctx, "item", item),
			required(ctx, "address", address),
			optional(ctx, "coins", coins, noCoins),
			optional(ctx, "coupons", coupons, noCoupons),
			optional(ctx, "freight", freight, flatFreight),
			optional(ctx, "inspection", inspection, noInspection),
			order.page).Await(ctx)
	})
}

// page puts the parts together.
func (o Order) page(
	_ context.Context, item Item, address Address,
	coins part[Coins], coupons part[[]Coupon], freight part[Freight], inspection part[Inspection],
) (Page, error) {
	return Page{
		Order:      o.ID,
		Item:       item,
		Address:    address,
		Coins:      coins.value,
		Coupons:    coupons.value,
		Freight:    freight.value,
		Inspection: inspection.value,
		Degraded:   failures(coins.lost, coupons.lost, freight.lost, inspection.lost),
	}, nil
}
