package main

import (
	"context"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// newOrderPage draws the page of one order, once a process. A call starts as
// soon as the data that it takes is there.
func newOrderPage(s *shop, limit time.Duration) *flow.Flow[Order, Page] {
	return flow.New("order-page", func(order flow.Node[Order]) flow.Node[Page] {
		// Who needs what: the dependencies are the arguments.
		user := flow.Map(order, Order.user)
		item := flow.Step(task.New("item", s.item), flow.Map(order, Order.item))
		address := flow.Step(task.New("address", s.address), user)
		coins := flow.Step(task.New("coins", s.coins), user)
		coupons := flow.Step2(task.New2("coupons", s.coupons), item, address)
		freight := flow.Step2(task.New2("freight", s.freight), item, address)
		inspection := flow.Step2(task.New2("inspection", s.inspection), item, address)

		// Without an item or an address there is no page. The rest is optional.
		return flow.Map7(order, item, address,
			flow.Fallback(coins, noCoins),
			flow.Fallback(coupons, noCoupons),
			flow.Fallback(freight, flatFreight),
			flow.Fallback(inspection, noInspection),
			newPage)
	}).Timeout(limit).Reserve(replyTime).Degraded(Page.without)
}

// replyTime is what the page keeps of its limit: the calls have the rest.
const replyTime = 100 * time.Millisecond

// newPage puts the parts together.
func newPage(
	order Order, item Item, address Address,
	coins Coins, coupons []Coupon, freight Freight, inspection Inspection,
) Page {
	return Page{order.ID, item, address, coins, coupons, freight, inspection, []*PartError{}}
}

// without returns the page that says which of its parts are fallbacks.
func (p Page) without(lost []flow.Loss) Page {
	for _, l := range lost {
		p.Degraded = append(p.Degraded, newPartError(l.Node, l.Class, l.Err))
	}
	return p
}

// byFlow is the page as a flow, built once and run for each request.
func byFlow(s *shop, limit time.Duration) handler {
	page := newOrderPage(s, limit)
	return func(ctx context.Context, order Order) (Page, error) {
		return future.Run(ctx, func(ctx context.Context) (Page, error) { // none of the calls outlives it
			return page.Do(ctx, order)
		})
	}
}
