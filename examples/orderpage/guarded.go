package main

import (
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// guards protect the services from a rush, and the page from its services. A process makes them once.
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

// newRushPage makes a shorter page for a rush. With guards, the item service gets one call a second for an item that many ask for, and no service gets more
// calls at the same time than it can handle.
func newRushPage(s *shop, limit time.Duration, g *guards) *flow.Flow[Order, Page] {
	fetchItem := task.New("item", s.item)
	fetchInspection := task.New2("inspection", s.inspection)
	if g != nil {
		fetchItem = guard.Hot(fetchItem.Gate(g.items), 50, time.Second, guard.Report(&g.hot))
		fetchInspection = fetchInspection.Gate(g.inspection)
	}
	return flow.New("rush-page", func(order flow.Node[Order]) flow.Node[Page] {
		user := flow.Map(order, Order.user)
		item := flow.Step(fetchItem, flow.Map(order, Order.item))
		address := flow.Step(task.New("address", s.address), user)
		coins := flow.Step(task.New("coins", s.coins), user)
		inspection := flow.Step2(fetchInspection, item, address)

		return flow.Map5(order, item, address, flow.Fallback(coins, noCoins), flow.Fallback(inspection, noInspection),
			func(o Order, i Item, a Address, c Coins, in Inspection) Page {
				return Page{Order: o.ID, Item: i, Address: a, Coins: c, Inspection: in}
			})
	}).Timeout(limit).Reserve(replyTime).Degraded(Page.without)
}
