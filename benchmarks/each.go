package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/combinators"
	"github.com/sourcegraph/conc/iter"
	"golang.org/x/sync/errgroup"
)

// eachOf1000 calls a quick function for each element, as many at a time as
// there are cores: conc's own limit.
var eachOf1000 = row{
	name:      "each",
	work:      "`Each` of 1000 quick functions",
	yardstick: contender{"conc `iter.MapErr`", eachConc},
	jade:      contender{"jade", eachJade},
	others: []contender{
		{"workers + counter by hand", eachByHand},
		{"errgroup", eachErrgroup},
		{"pond", eachPond},
	},
	budget: budget{ratio: atMost(1.1), allocs: atMost(10)},
}

// numbers are 0 to n-1.
func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func eachConc(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	in := numbers(1000)
	var (
		got []int
		err error
	)
	for b.Loop() {
		got, err = iter.MapErr(in, func(n *int) (int, error) { return square(ctx, *n) })
	}
	expectSquares(b, got, err, len(in))
}

func eachJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	in := numbers(1000)
	limit := runtime.GOMAXPROCS(0)
	var (
		got []int
		err error
	)
	for b.Loop() {
		got, err = combinators.Each(ctx, limit, in, square).Await(ctx)
	}
	expectSquares(b, got, err, len(in))
}

func eachByHand(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	in := numbers(1000)
	limit := runtime.GOMAXPROCS(0)
	each := func() ([]int, error) {
		var (
			workers sync.WaitGroup
			next    atomic.Int64
			once    sync.Once
			first   error
		)
		out := make([]int, len(in))
		for range limit {
			workers.Go(func() {
				for {
					i := int(next.Add(1) - 1)
					if i >= len(in) {
						return
					}
					v, err := square(ctx, in[i])
					if err != nil {
						once.Do(func() { first = err })
						next.Store(int64(len(in)))
						return
					}
					out[i] = v
				}
			})
		}
		workers.Wait()
		return out, first
	}
	var (
		got []int
		err error
	)
	for b.Loop() {
		got, err = each()
	}
	expectSquares(b, got, err, len(in))
}

func eachErrgroup(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	in := numbers(1000)
	var (
		got []int
		err error
	)
	for b.Loop() {
		var g errgroup.Group
		g.SetLimit(runtime.GOMAXPROCS(0))
		got = make([]int, len(in))
		for i, n := range in {
			g.Go(func() (err error) {
				got[i], err = square(ctx, n)
				return err
			})
		}
		err = g.Wait()
	}
	expectSquares(b, got, err, len(in))
}

func eachPond(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	in := numbers(1000)
	workers := pond.NewResultPool[int](runtime.GOMAXPROCS(0))
	defer workers.StopAndWait()
	var (
		got []int
		err error
	)
	for b.Loop() {
		group := workers.NewGroup()
		for _, n := range in {
			group.SubmitErr(func() (int, error) { return square(ctx, n) })
		}
		got, err = group.Wait()
	}
	expectSquares(b, got, err, len(in))
}
