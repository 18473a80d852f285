// Package orderpage is the page of one order, as a handler that every platform of this folder is given, unchanged.
package orderpage

import (
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Order is what the page is asked for.
type Order struct {
	ID     string `json:"id"`
	Item   string `json:"item"`
	User   string `json:"user"`
	Faults Faults `json:"faults,omitempty"` // for trying out: what befalls the services
}

// Page is the answer.
type Page struct {
	Order   string   `json:"order"`
	Item    Item     `json:"item"`
	Address Address  `json:"address"`
	Coins   int      `json:"coins"`
	Coupons []string `json:"coupons"`
}

// What a part may take, and what stands in for it then.
const (
	needed  = 150 * time.Millisecond // without it there is no page
	partial = 100 * time.Millisecond
)

// New returns the handler. What it needs is made once a process, when the platform has it initialised.
func New(opts ...faas.Option) *faas.Handler[Order, Page] {
	return faas.FromFlow(newPage(open()), opts...)
}

func newPage(s *services) *flow.Flow[Order, Page] {
	fetchItem := task.New("item", s.item).Timeout(needed)
	fetchAddress := task.New("address", s.address).Timeout(needed)
	fetchCoins := task.New("coins", s.coins).Timeout(partial).Fallback(0)
	fetchCoupons := task.New3("coupons", s.coupons).Timeout(partial).Fallback([]string{})

	return flow.New("order-page", func(order flow.Node[Order]) flow.Node[Page] {
		item := flow.Step(fetchItem, order)
		address := flow.Step(fetchAddress, order)
		coins := flow.Step(fetchCoins, order)
		coupons := flow.Step3(fetchCoupons, order, item, address)
		return flow.Map5(order, item, address, coins, coupons, render)
	})
}

func render(o Order, item Item, address Address, coins int, coupons []string) Page {
	return Page{Order: o.ID, Item: item, Address: address, Coins: coins, Coupons: coupons}
}
