package main

import (
	"context"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
	"github.com/samber/lo"
)

// The order page as a Flow, compiled before the first request.

type couponsTask = task.Task[lo.Tuple2[item, address], int]

var (
	plainCoupons = task.New2("coupons", fetchCoupons)

	plainPage     = newPageFlow(plainCoupons)
	protectedPage = newPageFlow(plainCoupons.Fallback(noCoupons)).Timeout(pageHolds)
)

func newPageFlow(coupons couponsTask) *flow.Flow[request, page] {
	return flow.New("order-page", func(in flow.Node[request]) flow.Node[page] {
		user := flow.Map(in, userOf)
		it := flow.Step(task.New("item", fetchItem), flow.Map(in, itemOf))
		at := flow.Step(task.New("address", fetchAddress), user)
		return flow.Map6(
			it,
			at,
			flow.Step(task.New("coins", fetchCoins), user),
			flow.Step2(coupons, it, at),
			flow.Step2(task.New2("freight", fetchFreight), it, at),
			flow.Step2(task.New2("inspection", fetchInspection), it, at),
			render,
		)
	})
}

func pageFlow(ctx context.Context) (page, error) { return plainPage.Do(ctx, order) }

// pageFlowInTime joins everything before it returns, as by hand.
func pageFlowInTime(ctx context.Context) (page, error) {
	return future.Run(ctx, func(ctx context.Context) (page, error) { return protectedPage.Do(ctx, order) })
}
