package main

import (
	"context"
	"testing"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// orderPageThens is the order page without a scope of its own: nothing joins
// the work of one page. All pages share a scope, as the requests of a server
// do, and the page itself is a continuation that is awaited once.
var orderPageThens = row{
	name:      "orderpage-thens",
	work:      "order page as futures, `Then2`s and a `Then6`, awaited once; all pages in one scope, none joined",
	yardstick: contender{"errgroup by hand", func(b *testing.B) { pages(b, pageErrgroup) }},
	jade:      contender{"jade", pagesThens},
	budget:    budget{allocs: atMost(22)},
}

// pagesThens joins once, at the end, what all pages have started.
func pagesThens(b *testing.B) {
	b.ReportAllocs()
	parent, cancel := context.WithCancel(context.Background())
	defer cancel()
	ctx, scope := future.WithScope(parent)
	var (
		got page
		err error
	)
	for b.Loop() {
		got, err = pageThens(ctx)
	}
	expect(b, got, err, wantPage)
	if err := scope.Close(); err != nil {
		b.Fatal(err)
	}
}

func pageThens(ctx context.Context) (page, error) {
	it := future.Call(ctx, fetchItem, orderItem)
	at := future.Call(ctx, fetchAddress, orderUser)
	coins := future.Call(ctx, fetchCoins, orderUser)
	return combinators.Then6(ctx, it, at, coins,
		combinators.Then2(ctx, it, at, fetchCoupons),
		combinators.Then2(ctx, it, at, fetchFreight),
		combinators.Then2(ctx, it, at, fetchInspection),
		func(_ context.Context, it item, at address, coins, coupons, freight int, inspection bool) (page, error) {
			return render(it, at, coins, coupons, freight, inspection), nil
		},
	).Await(ctx)
}
