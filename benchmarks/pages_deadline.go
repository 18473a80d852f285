package main

import (
	"context"
	"testing"
)

var flowPageDeadline = row{
	name:      "flow-page-deadline",
	work:      "the same with ctx deadline, scope, `Flow.Timeout`, one `Fallback`",
	yardstick: contender{"errgroup + `context.WithTimeout` by hand", func(b *testing.B) { pagesInTime(b, pageErrgroupInTime) }},
	jade:      contender{"jade", func(b *testing.B) { pagesInTime(b, pageFlowInTime) }},
	others:    []contender{{"conc", func(b *testing.B) { pagesInTime(b, pageConcInTime) }}},
	budget:    budget{ratio: atMost(0.8)},
}

// pageHolds is the limit of the page itself. It ends before the caller's does:
// after it, it would have no timer of its own.
const pageHolds = holds / 2

// noCoupons is what a page shows when coupons fail.
const noCoupons = 0

// pagesInTime composes pages for requests that have a deadline each.
func pagesInTime(b *testing.B, compose func(context.Context) (page, error)) {
	pages(b, func(ctx context.Context) (page, error) {
		ctx, cancel := context.WithTimeout(ctx, holds)
		defer cancel()
		return compose(ctx)
	})
}

func pageErrgroupInTime(ctx context.Context) (page, error) {
	ctx, cancel := context.WithTimeout(ctx, pageHolds)
	defer cancel()
	return pageErrgroupWith(ctx, couponsOrNone)
}

func pageConcInTime(ctx context.Context) (page, error) {
	ctx, cancel := context.WithTimeout(ctx, pageHolds)
	defer cancel()
	return pageConcWith(ctx, couponsOrNone)
}

// couponsOrNone is a fallback by hand: what is cancelled or late stays so.
func couponsOrNone(ctx context.Context, it item, at address) (int, error) {
	n, err := fetchCoupons(ctx, it, at)
	if err != nil && ctx.Err() == nil {
		return noCoupons, nil
	}
	return n, err
}
