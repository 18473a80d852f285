package main

import (
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// Order is what the function is asked for.
type Order struct {
	ID    string `json:"id"`
	Fault string `json:"fault,omitempty"` // of the services, for this order
}

// Page is its answer.
type Page struct {
	Order    string   `json:"order"`
	Title    string   `json:"title"`
	Cents    int      `json:"cents"`
	Coupons  []string `json:"coupons"`
	Degraded []string `json:"degraded"`
	Cold     bool     `json:"cold"`
	Census   *Census  `json:"census,omitempty"`
}

// newOrderPage draws the page, once a process: without an item or a price there is none, without coupons there is.
func newOrderPage(s *shop) *flow.Flow[Order, Page] {
	fetchItem := task.New("item", s.item)
	fetchPrice := task.New2("price", s.price)
	fetchCoupons := task.New("coupons", s.coupons)

	return flow.New("order-page", func(order flow.Node[Order]) flow.Node[Page] {
		item := flow.Step(fetchItem, order)
		price := flow.Step2(fetchPrice, order, item)
		coupons := flow.Step(fetchCoupons, order)
		return flow.Map3(item, price, flow.Try(coupons), render)
	})
}

func render(item Item, cents int, coupons future.Result[[]string]) Page {
	page := Page{Order: item.Order, Title: item.Title, Cents: cents, Coupons: coupons.Value, Degraded: []string{}, Cold: item.Cold, Census: item.Census}
	if coupons.Err != nil {
		page.Coupons, page.Degraded = []string{}, []string{"coupons"}
	}
	return page
}
