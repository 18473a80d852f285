package main

import (
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// guards are what protects the services from a rush, and the page from its services. There is one of each in a process.
type guards struct {
	items      *guard.Bulkhead // calls of the item service at the same time
	inspection *guard.Bulkhead // calls of a service that the page can do without
	hot        guard.HotKeys
}

func newGuards() *guards {
	return &guards{
		items:      guard.Slots(itemPlaces, guard.Name("item service"), guard.Queue(4*itemPlaces)),
		inspection: guard.Slots(30, guard.Name("inspection")),
	}
}

// newGuardedPage is the page with guards around two of its calls. An item that many ask for costs the service one call a second.
func newGuardedPage(s *shop, limit time.Duration, g *guards) *flow.Flow[Order, Page] {
	fetchItem := guard.Hot(task.New("item", s.item).Gate(g.items), 50, time.Second, guard.Report(&g.hot))
	fetchInspection := task.New2("inspection", s.inspection).Gate(g.inspection)

	return flow.New("guarded-page", func(order flow.Node[Order]) flow.Node[Page] {
		user := flow.Map(order, Order.user)
		item := flow.Step(fetchItem, flow.Map(order, Order.item))
		address := flow.Step(task.New("address", s.address), user)
		coins := flow.Step(task.New("coins", s.coins), user)
		coupons := flow.Step2(task.New2("coupons", s.coupons), item, address)
		freight := flow.Step2(task.New2("freight", s.freight), item, address)
		inspection := flow.Step2(fetchInspection, item, address)

		return flow.Map7(order, item, address,
			flow.Fallback(coins, noCoins),
			flow.Fallback(coupons, noCoupons),
			flow.Fallback(freight, flatFreight),
			flow.Fallback(inspection, noInspection),
			newPage)
	}).Timeout(limit).Reserve(replyTime).Degraded(Page.without)
}
