package main

import (
	"context"
	"testing"

	"github.com/heimdalr/dag"
)

// pagesDAG builds the graph once, as a server would.
func pagesDAG(b *testing.B) {
	d, err := newDAG(pageTasksDAG())
	if err != nil {
		b.Fatal(err)
	}
	pages(b, func(ctx context.Context) (page, error) {
		v, err := runDAG(ctx, d, "request", order)
		if err != nil {
			return page{}, err
		}
		return v.(page), nil
	})
}

func pageTasksDAG() []*dagTask {
	first, both := []string{"request"}, []string{"item", "address"}
	return []*dagTask{
		{"request", nil, passOn},
		{"item", first, func(ctx context.Context, in []dag.FlowResult) (any, error) {
			return fetchItem(ctx, resultOf[request](in, "request").item)
		}},
		{"address", first, func(ctx context.Context, in []dag.FlowResult) (any, error) {
			return fetchAddress(ctx, resultOf[request](in, "request").user)
		}},
		{"coins", first, func(ctx context.Context, in []dag.FlowResult) (any, error) {
			return fetchCoins(ctx, resultOf[request](in, "request").user)
		}},
		{"coupons", both, func(ctx context.Context, in []dag.FlowResult) (any, error) {
			return fetchCoupons(ctx, resultOf[item](in, "item"), resultOf[address](in, "address"))
		}},
		{"freight", both, func(ctx context.Context, in []dag.FlowResult) (any, error) {
			return fetchFreight(ctx, resultOf[item](in, "item"), resultOf[address](in, "address"))
		}},
		{"inspection", both, func(ctx context.Context, in []dag.FlowResult) (any, error) {
			return fetchInspection(ctx, resultOf[item](in, "item"), resultOf[address](in, "address"))
		}},
		{"page", []string{"item", "address", "coins", "coupons", "freight", "inspection"},
			func(_ context.Context, in []dag.FlowResult) (any, error) {
				return render(resultOf[item](in, "item"), resultOf[address](in, "address"), resultOf[int](in, "coins"),
					resultOf[int](in, "coupons"), resultOf[int](in, "freight"), resultOf[bool](in, "inspection")), nil
			}},
	}
}
