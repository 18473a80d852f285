package main

import (
	"context"
	"testing"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

var flowPageFallbacks = row{
	name:      "flow-page-fallbacks",
	work:      "order page with `flow.Fallback` on four nodes and `Degraded`",
	yardstick: contender{"the plain order page as a `Flow`", func(b *testing.B) { pages(b, pageFlow) }},
	jade:      contender{"jade", func(b *testing.B) { pages(b, pageFlowFallbacks) }},
	budget:    budget{ratio: atMost(1.3), allocs: atMost(6)},
}

// optionalPage is the page that can do without all but the item and the address, and would say so.
var optionalPage = flow.New("order-page", func(in flow.Node[request]) flow.Node[page] {
	user := flow.Map(in, userOf)
	it := flow.Step(task.New("item", fetchItem), flow.Map(in, itemOf))
	at := flow.Step(task.New("address", fetchAddress), user)
	return flow.Map6(
		it,
		at,
		flow.Fallback(flow.Step(task.New("coins", fetchCoins), user), 0),
		flow.Fallback(flow.Step2(plainCoupons, it, at), noCoupons),
		flow.Fallback(flow.Step2(task.New2("freight", fetchFreight), it, at), 0),
		flow.Fallback(flow.Step2(task.New2("inspection", fetchInspection), it, at), false),
		render,
	)
}).Degraded(func(page, []flow.Loss) page { return page{} }) // nothing fails: a page that is not whole would be wrong

func pageFlowFallbacks(ctx context.Context) (page, error) { return optionalPage.Do(ctx, order) }
