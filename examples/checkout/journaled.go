package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jade-go/jade/durable/journal"
	"github.com/jade-go/jade/examples/checkout/shop"
)

// runs is the journal with the orders.
type runs struct{ *journal.Journal }

func openRuns(ctx context.Context, dir string) (runs, error) {
	j, err := journal.Open(ctx, dir)
	return runs{j}, err
}

// checkout takes an order, or goes on with it if an earlier process was killed. In memory it would be shop.Checkout(client).Do(ctx, order).
func (r runs) checkout(ctx context.Context, client *shop.Client, order shop.Order) (shop.Receipt, error) {
	orders, err := journal.Register(r.Journal, shop.Checkout(client)) // goes on with what was not finished
	if err != nil {
		return shop.Receipt{}, err
	}
	receipt, err := orders.Run(ctx, order.ID, order)
	return receipt, errors.Join(err, r.settled(order.ID))
}

// settled waits for what goes on after the answer: the mail, and what is undone. A program that stays up need not.
func (r runs) settled(id string) error {
	for {
		all, err := r.Runs()
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(i journal.Info) bool { return i.ID == id }); i < 0 || all[i].Finished {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}
