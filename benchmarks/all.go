package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/samber/lo"
	"github.com/samber/mo"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// allOf starts n functions and gathers their results in order.
func allOf(n int) row {
	return row{
		name:      fmt.Sprintf("all-%d", n),
		work:      fmt.Sprintf("`All` of %d started functions", n),
		yardstick: contender{fmt.Sprintf("one channel, %d goroutines", n), func(b *testing.B) { allByHand(b, n) }},
		jade:      contender{"jade", func(b *testing.B) { allJade(b, n) }},
		others: []contender{
			{"errgroup", func(b *testing.B) { allErrgroup(b, n) }},
			{"conc", func(b *testing.B) { allConc(b, n) }},
			{"mo", func(b *testing.B) { allMo(b, n) }},
			{"pond", func(b *testing.B) { allPond(b, n) }},
			{"lo", func(b *testing.B) { allLo(b, n) }},
		},
		budget: budget{ratio: atMost(1)},
	}
}

func square(_ context.Context, n int) (int, error) { return n * n, nil }

// expectSquares fails the benchmark unless got is the squares of 0 to n-1.
func expectSquares(b *testing.B, got []int, err error, n int) {
	b.Helper()
	expect(b, len(got), err, n)
	for i, v := range got {
		expect(b, v, nil, i*i)
	}
}

func allByHand(b *testing.B, n int) {
	b.ReportAllocs()
	ctx := context.Background()
	type indexed struct {
		i int
		outcome
	}
	gather := func() ([]int, error) {
		done := make(chan indexed, n)
		for i := range n {
			go func() {
				v, err := square(ctx, i)
				done <- indexed{i, outcome{v, err}}
			}()
		}
		all := make([]int, n)
		for range n {
			r := <-done
			if r.err != nil {
				return nil, r.err
			}
			all[r.i] = r.value
		}
		return all, nil
	}
	var (
		got []int
		err error
	)
	for b.Loop() {
		got, err = gather()
	}
	expectSquares(b, got, err, n)
}

func allJade(b *testing.B, n int) {
	b.ReportAllocs()
	ctx := context.Background()
	var (
		got []int
		err error
	)
	for b.Loop() {
		fs := make([]future.Future[int], n)
		for i := range fs {
			fs[i] = future.Call(ctx, square, i)
		}
		got, err = combinators.All(fs...).Await(ctx)
	}
	expectSquares(b, got, err, n)
}

func allErrgroup(b *testing.B, n int) {
	b.ReportAllocs()
	ctx := context.Background()
	var (
		got []int
		err error
	)
	for b.Loop() {
		var g errgroup.Group
		got = make([]int, n)
		for i := range n {
			g.Go(func() (err error) {
				got[i], err = square(ctx, i)
				return err
			})
		}
		err = g.Wait()
	}
	expectSquares(b, got, err, n)
}

// allConc writes into a slice because conc's own results come in no order.
func allConc(b *testing.B, n int) {
	b.ReportAllocs()
	ctx := context.Background()
	var (
		got []int
		err error
	)
	for b.Loop() {
		p := pool.New().WithErrors()
		got = make([]int, n)
		for i := range n {
			p.Go(func() (err error) {
				got[i], err = square(ctx, i)
				return err
			})
		}
		err = p.Wait()
	}
	expectSquares(b, got, err, n)
}

func allMo(b *testing.B, n int) {
	b.ReportAllocs()
	ctx := context.Background()
	gather := func() ([]int, error) {
		fs := make([]*mo.Future[int], n)
		for i := range fs {
			fs[i] = mo.NewFuture(func(resolve func(int), reject func(error)) {
				v, err := square(ctx, i)
				if err != nil {
					reject(err)
					return
				}
				resolve(v)
			})
		}
		all := make([]int, n)
		for i, f := range fs {
			v, err := f.Collect()
			if err != nil {
				return nil, err
			}
			all[i] = v
		}
		return all, nil
	}
	var (
		got []int
		err error
	)
	for b.Loop() {
		got, err = gather()
	}
	expectSquares(b, got, err, n)
}

func allPond(b *testing.B, n int) {
	b.ReportAllocs()
	ctx := context.Background()
	workers := pond.NewResultPool[int](0)
	defer workers.StopAndWait()
	var (
		got []int
		err error
	)
	for b.Loop() {
		group := workers.NewGroup()
		for i := range n {
			group.SubmitErr(func() (int, error) { return square(ctx, i) })
		}
		got, err = group.Wait()
	}
	expectSquares(b, got, err, n)
}

func allLo(b *testing.B, n int) {
	b.ReportAllocs()
	ctx := context.Background()
	gather := func() ([]int, error) {
		started := make([]<-chan lo.Tuple2[int, error], n)
		for i := range started {
			started[i] = lo.Async2(func() (int, error) { return square(ctx, i) })
		}
		all := make([]int, n)
		for i, done := range started {
			t := <-done
			if t.B != nil {
				return nil, t.B
			}
			all[i] = t.A
		}
		return all, nil
	}
	var (
		got []int
		err error
	)
	for b.Loop() {
		got, err = gather()
	}
	expectSquares(b, got, err, n)
}
