package main

import (
	"context"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// newOrderPage draws the page of one order, once a process. A call starts as
// soon as the data it takes as arguments is there.
func newOrderPage(s *shop) *flow.Flow[Order, Page] {
	fetchItem := task.New("item", s.item).Wrap(inTime) // in time to degrade and reply
	fetchAddress := task.New("address", s.address).Wrap(inTime)
	fetchCoins := task.New("coins", s.coins).Wrap(inTime)
	fetchCoupons := task.New2("coupons", s.coupons).Wrap(inTime)
	fetchFreight := task.New2("freight", s.freight).Wrap(inTime)
	fetchInspection := task.New2("inspection", s.inspection).Wrap(inTime)

	return flow.New("order-page", func(order flow.Node[Order]) flow.Node[Page] {
		// Who needs what: the dependencies are the arguments.
		item := flow.Step(fetchItem, flow.Map(order, itemOf))
		address := flow.Step(fetchAddress, flow.Map(order, userOf))
		coins := flow.Step(fetchCoins, flow.Map(order, userOf))
		coupons := flow.Step2(fetchCoupons, item, address)
		freight := flow.Step2(fetchFreight, item, address)
		inspection := flow.Step2(fetchInspection, item, address)

		// What becomes of a failure: without an item or an address there is no page; the rest degrades.
		return flow.Map7(order, item, address,
			flow.Try(coins), flow.Try(coupons), flow.Try(freight), flow.Try(inspection), render)
	}).Catch(noPage)
}

// render puts the parts together.
func render(
	order Order, item Item, address Address,
	coins future.Result[Coins], coupons future.Result[[]Coupon],
	freight future.Result[Freight], inspection future.Result[Inspection],
) Page {
	page := Page{Order: order.ID, Item: item, Address: address, Degraded: []*PartError{}}
	page.Coins = orElse(&page, "coins", coins, noCoins)
	page.Coupons = orElse(&page, "coupons", coupons, noCoupons)
	page.Freight = orElse(&page, "freight", freight, flatFreight)
	page.Inspection = orElse(&page, "inspection", inspection, noInspection)
	return page
}

// orElse returns what r has or, if that is a failure, the fallback: then the page says so.
func orElse[T any](page *Page, name string, r future.Result[T], fallback T) T {
	if r.Err == nil {
		return r.Value
	}
	_, err := origin(r.Err)
	page.Degraded = append(page.Degraded, newPartError(name, err))
	return fallback
}

// noPage names the part that there is no page without.
func noPage(_ context.Context, _ Order, err error) (Page, error) {
	name, err := origin(err)
	return Page{}, newPartError(name, err)
}

// byFlow is the page as a flow, built once and run for each request.
func byFlow(s *shop) handler {
	page := newOrderPage(s)
	return func(ctx context.Context, order Order) (Page, error) {
		return future.Run(reserve(ctx), func(ctx context.Context) (Page, error) { // none of the calls outlives it
			return page.Do(ctx, order)
		})
	}
}

func itemOf(o Order) string { return o.Item }

func userOf(o Order) string { return o.User }
