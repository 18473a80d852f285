package main

import (
	"context"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// byFutures is the same page as futures: the body of the request says what runs.
func byFutures(s *shop, limit time.Duration) handler {
	fetch := newTasks(s)
	return func(ctx context.Context, order Order) (Page, error) {
		begun := time.Now()
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		ctx, end := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: "order-page"}) // which a flow does by itself
		page, err := orderPage(ctx, fetch, order)
		outcome := observe.OutcomeOf(ctx, err, page.lost(), begun)
		outcome.Losses = page.losses() // what has a fallback is a warning, and the line of the run has its name
		end(outcome)
		return page, err
	}
}

// lost is what the page does without; nil if it is whole.
func (p Page) lost() error {
	var lost []error
	for _, part := range p.Degraded {
		lost = append(lost, part)
	}
	return errors.Join(lost...)
}

// losses are the parts that the page does without, as a flow tells of them.
func (p Page) losses() (lost []observe.Loss) {
	for _, part := range p.Degraded {
		lost = append(lost, observe.Loss{Node: part.Part, Class: recovery.Classify(part.cause), Err: part.cause, Count: 1})
	}
	return lost
}

// tasks are the calls of the page, by name: what an observer is told of.
type tasks struct {
	item       task.Task[string, Item]
	address    task.Task[string, Address]
	coins      task.Task[string, Coins]
	coupons    task.Task[place, []Coupon]
	freight    task.Task[place, Freight]
	inspection task.Task[place, Inspection]
}

// place is an item and where it goes.
type place = lo.Tuple2[Item, Address]

func newTasks(s *shop) tasks {
	return tasks{
		item:       task.New("item", s.item),
		address:    task.New("address", s.address),
		coins:      task.New("coins", s.coins),
		coupons:    task.New2("coupons", s.coupons),
		freight:    task.New2("freight", s.freight),
		inspection: task.New2("inspection", s.inspection),
	}
}

// orderPage gathers the page of one order. A call starts as soon as the data it
// takes as arguments is there, and none runs any more when orderPage returns.
func orderPage(ctx context.Context, fetch tasks, order Order) (Page, error) {
	return future.Run(ctx, func(ctx context.Context) (Page, error) {
		end, _ := ctx.Deadline()
		inTime, cancel := deadline.Reserve(ctx, min(replyTime, time.Until(end)/2)) // calls end early enough to degrade and reply
		defer cancel()

		// Who needs what: the dependencies are the arguments.
		item := fetch.item.Go(inTime, order.Item)
		address := fetch.address.Go(inTime, order.User)
		coins := fetch.coins.Go(inTime, order.User)
		both := combinators.Zip2(item, address)
		coupons := combinators.Then(inTime, both, fetch.coupons.Do)
		freight := combinators.Then(inTime, both, fetch.freight.Do)
		inspection := combinators.Then(inTime, both, fetch.inspection.Do)

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
