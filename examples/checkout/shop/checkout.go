// Package shop is the checkout of an order as a flow: reserve, charge, ship, mail. It does not know what it runs on: [Checkout] runs in memory, on a journal, and
// on any other engine of package durable.
package shop

import (
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Order is what somebody buys.
type Order struct {
	ID    string `json:"id"`
	Item  string `json:"item"`
	Count int    `json:"count"`
	Cents int    `json:"cents"` // price of all
	Mail  string `json:"mail"`
	City  string `json:"city"`
}

// Receipt is the answer.
type Receipt struct {
	Order   string `json:"order"`
	Stock   string `json:"stock"`   // number of the reservation
	Payment string `json:"payment"` // number of the charge
	Parcel  string `json:"parcel"`  // number of the parcel
	Cents   int    `json:"cents"`
	Mail    string `json:"mail"`
}

// Limit is the time that an order has from its first start, crashes included. What was done for an order that takes longer is undone.
const Limit = 24 * time.Hour

// Checkout is the flow. It is defined once a process.
//
// Each call has a key that stays the same after a crash, and the services do each key once. So a call may be made again if nobody knows how it ended.
// What has an Undo is undone if the order fails later, the last one first.
func Checkout(c *Client) *flow.Flow[Order, Receipt] {
	return flow.New("checkout", func(order flow.Node[Order]) flow.Node[Receipt] {
		stock := flow.Step(patient(task.New("reserve", c.reserve)).Undo(c.release), order)
		risk := flow.Step(patient(task.New("check", c.check)), order) // beside the reservation
		safe := flow.Require(flow.Map(risk, Risk.low), ErrSuspicious)
		payment := flow.Step2(patient(task.New2("charge", c.charge)).Undo(c.refund), order, flow.After(stock, safe))
		parcel := flow.Step2(patient(task.New2("ship", c.ship)).Undo(c.recall), order, payment)
		receipt := flow.Map4(order, stock, payment, parcel, newReceipt)
		return flow.Also(receipt, flow.Step(patient(task.New("mail", c.mail)), receipt)) // nobody waits for the mail
	}).Timeout(Limit).OnError(logFailure)
}

// patient gives each attempt of a call five seconds. An attempt whose answer was lost is repeated with the same key; what a service refuses is not.
func patient[In, Out any](t task.Task[In, Out]) task.Task[In, Out] {
	return t.Timeout(5 * time.Second).Retry(task.Retry{Attempts: 3, Delay: 100 * time.Millisecond})
}

func newReceipt(o Order, s Reservation, p Payment, parcel Parcel) Receipt {
	return Receipt{Order: o.ID, Stock: s.Number, Payment: p.Number, Parcel: parcel.Number, Cents: p.Cents, Mail: o.Mail}
}
