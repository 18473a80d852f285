package main

import (
	"context"
	"testing"

	"github.com/cloudwego/eino/compose"
)

// pagesEino compiles the graph once, as a server would.
func pagesEino(b *testing.B) {
	compiled, err := compileEino(context.Background(), pageGraphEino())
	if err != nil {
		b.Fatal(err)
	}
	pages(b, func(ctx context.Context) (page, error) { return compiled.Invoke(ctx, order) })
}

func pageGraphEino() *compose.Graph[request, page] {
	g := compose.NewGraph[request, page]()
	addEino(g, "item", func(ctx context.Context, r request) (item, error) {
		return fetchItem(ctx, r.item)
	}, compose.START)
	addEino(g, "address", func(ctx context.Context, r request) (address, error) {
		return fetchAddress(ctx, r.user)
	}, compose.START)
	addEino(g, "coins", func(ctx context.Context, r request) (int, error) {
		return fetchCoins(ctx, r.user)
	}, compose.START)
	addEino(g, "coupons", func(ctx context.Context, in map[string]any) (int, error) {
		return fetchCoupons(ctx, in["item"].(item), in["address"].(address))
	}, "item", "address")
	addEino(g, "freight", func(ctx context.Context, in map[string]any) (int, error) {
		return fetchFreight(ctx, in["item"].(item), in["address"].(address))
	}, "item", "address")
	addEino(g, "inspection", func(ctx context.Context, in map[string]any) (bool, error) {
		return fetchInspection(ctx, in["item"].(item), in["address"].(address))
	}, "item", "address")
	endEino(g, "page", func(_ context.Context, in map[string]any) (page, error) {
		return render(in["item"].(item), in["address"].(address), in["coins"].(int),
			in["coupons"].(int), in["freight"].(int), in["inspection"].(bool)), nil
	}, "item", "address", "coins", "coupons", "freight", "inspection")
	return g
}
