package main

import (
	"context"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

var orderPage = row{
	name:      "orderpage",
	work:      "order page as futures, in a scope",
	yardstick: contender{"errgroup by hand", func(b *testing.B) { pages(b, pageErrgroup) }},
	jade:      contender{"jade", func(b *testing.B) { pages(b, pageJade) }},
	others: []contender{
		{"errgroup in two stages: coupons wait for coins", func(b *testing.B) { pages(b, pageStages) }},
		{"conc", func(b *testing.B) { pages(b, pageConc) }},
		{"pond", pagesPond},
	},
	budget: budget{ratio: atMost(1.5)},
}

// pages composes pages for a request whose ctx can be cancelled.
func pages(b *testing.B, compose func(context.Context) (page, error)) {
	pagesFrom(b, context.Background(), compose)
}

// pagesFrom is pages for a ctx derived from parent.
func pagesFrom(b *testing.B, parent context.Context, compose func(context.Context) (page, error)) {
	b.ReportAllocs()
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	var (
		got page
		err error
	)
	for b.Loop() {
		got, err = compose(ctx)
	}
	expect(b, got, err, wantPage)
}

func pageJade(ctx context.Context) (page, error) {
	return future.Run(ctx, func(ctx context.Context) (page, error) {
		it := future.Call(ctx, fetchItem, orderItem)
		at := future.Call(ctx, fetchAddress, orderUser)
		coins := future.Call(ctx, fetchCoins, orderUser)
		coupons := combinators.Then2(ctx, it, at, fetchCoupons)
		freight := combinators.Then2(ctx, it, at, fetchFreight)
		inspection := combinators.Then2(ctx, it, at, fetchInspection)

		var p page
		var err error
		p.item, p.address, p.coins, p.coupons, p.freight, p.inspection, err =
			combinators.Await6(ctx, it, at, coins, coupons, freight, inspection)
		return p, err
	})
}

func pageErrgroup(ctx context.Context) (page, error) { return pageErrgroupWith(ctx, fetchCoupons) }

// pageErrgroupWith waits for item and address in a group of their own, so that
// coins holds up nothing, and joins everything before it returns.
func pageErrgroupWith(ctx context.Context, coupons couponsFunc) (page, error) {
	var p page
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() (err error) {
		p.coins, err = fetchCoins(ctx, orderUser)
		return err
	})
	first, firstCtx := errgroup.WithContext(ctx)
	first.Go(func() (err error) {
		p.item, err = fetchItem(firstCtx, orderItem)
		return err
	})
	first.Go(func() (err error) {
		p.address, err = fetchAddress(firstCtx, orderUser)
		return err
	})
	if err := first.Wait(); err != nil {
		all.Go(func() error { return err }) // cancels the rest
		return page{}, all.Wait()
	}
	all.Go(func() (err error) {
		p.coupons, err = coupons(ctx, p.item, p.address)
		return err
	})
	all.Go(func() (err error) {
		p.freight, err = fetchFreight(ctx, p.item, p.address)
		return err
	})
	all.Go(func() (err error) {
		p.inspection, err = fetchInspection(ctx, p.item, p.address)
		return err
	})
	if err := all.Wait(); err != nil {
		return page{}, err
	}
	return p, nil
}

// pageStages is what is often written instead: simpler, and slower as soon as
// coins is slower than item and address.
func pageStages(parent context.Context) (page, error) {
	var p page
	first, ctx := errgroup.WithContext(parent)
	first.Go(func() (err error) {
		p.item, err = fetchItem(ctx, orderItem)
		return err
	})
	first.Go(func() (err error) {
		p.address, err = fetchAddress(ctx, orderUser)
		return err
	})
	first.Go(func() (err error) {
		p.coins, err = fetchCoins(ctx, orderUser)
		return err
	})
	if err := first.Wait(); err != nil {
		return page{}, err
	}
	second, ctx := errgroup.WithContext(parent)
	second.Go(func() (err error) {
		p.coupons, err = fetchCoupons(ctx, p.item, p.address)
		return err
	})
	second.Go(func() (err error) {
		p.freight, err = fetchFreight(ctx, p.item, p.address)
		return err
	})
	second.Go(func() (err error) {
		p.inspection, err = fetchInspection(ctx, p.item, p.address)
		return err
	})
	if err := second.Wait(); err != nil {
		return page{}, err
	}
	return p, nil
}

func pageConc(ctx context.Context) (page, error) { return pageConcWith(ctx, fetchCoupons) }

func pageConcWith(ctx context.Context, coupons couponsFunc) (page, error) {
	var p page
	all := pool.New().WithContext(ctx).WithCancelOnError().WithFirstError()
	all.Go(func(ctx context.Context) (err error) {
		p.coins, err = fetchCoins(ctx, orderUser)
		return err
	})
	first := pool.New().WithContext(ctx).WithCancelOnError().WithFirstError()
	first.Go(func(ctx context.Context) (err error) {
		p.item, err = fetchItem(ctx, orderItem)
		return err
	})
	first.Go(func(ctx context.Context) (err error) {
		p.address, err = fetchAddress(ctx, orderUser)
		return err
	})
	if err := first.Wait(); err != nil {
		all.Go(func(context.Context) error { return err }) // cancels the rest
		return page{}, all.Wait()
	}
	all.Go(func(ctx context.Context) (err error) {
		p.coupons, err = coupons(ctx, p.item, p.address)
		return err
	})
	all.Go(func(ctx context.Context) (err error) {
		p.freight, err = fetchFreight(ctx, p.item, p.address)
		return err
	})
	all.Go(func(ctx context.Context) (err error) {
		p.inspection, err = fetchInspection(ctx, p.item, p.address)
		return err
	})
	if err := all.Wait(); err != nil {
		return page{}, err
	}
	return p, nil
}

// pagesPond has one pool for all pages, as a server would.
func pagesPond(b *testing.B) {
	workers := pond.NewPool(0)
	defer workers.StopAndWait()
	pages(b, func(ctx context.Context) (page, error) { return pagePond(ctx, workers) })
}

func pagePond(ctx context.Context, workers pond.Pool) (page, error) {
	var p page
	all := workers.NewGroupContext(ctx)
	all.SubmitErr(func() (err error) {
		p.coins, err = fetchCoins(all.Context(), orderUser)
		return err
	})
	first := workers.NewGroupContext(all.Context())
	first.SubmitErr(func() (err error) {
		p.item, err = fetchItem(first.Context(), orderItem)
		return err
	}, func() (err error) {
		p.address, err = fetchAddress(first.Context(), orderUser)
		return err
	})
	if err := first.Wait(); err != nil {
		all.Stop()
		_ = all.Wait()
		return page{}, err
	}
	all.SubmitErr(func() (err error) {
		p.coupons, err = fetchCoupons(all.Context(), p.item, p.address)
		return err
	}, func() (err error) {
		p.freight, err = fetchFreight(all.Context(), p.item, p.address)
		return err
	}, func() (err error) {
		p.inspection, err = fetchInspection(all.Context(), p.item, p.address)
		return err
	})
	if err := all.Wait(); err != nil {
		return page{}, err
	}
	return p, nil
}
