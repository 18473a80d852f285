package main

import (
	"context"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/future"
	"github.com/samber/lo"
	"github.com/samber/mo"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

var startPlain = row{
	name:      "start",
	work:      "start and await one, plain ctx",
	yardstick: contender{"goroutine + channel", startByHand},
	jade:      contender{"jade", startJade},
	others: []contender{
		{"errgroup", startErrgroup},
		{"conc", startConc},
		{"mo", startMo},
		{"pond", startPond},
		{"lo", startLo},
	},
	budget: budget{ratio: atMost(1), allocs: atMost(4), bytes: atMost(200)},
}

// outcome is what a function returns, as one value for a channel.
type outcome struct {
	value int
	err   error
}

func answer(context.Context) (int, error) { return 42, nil }

func startByHand(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		got = <-inGoroutine(ctx)
	}
	expect(b, got.value, got.err, 42)
}

// inGoroutine is the yardstick of most rows: a goroutine and a channel.
func inGoroutine(ctx context.Context) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		v, err := answer(ctx)
		done <- outcome{v, err}
	}()
	return done
}

func startJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		got.value, got.err = future.Go(ctx, answer).Await(ctx)
	}
	expect(b, got.value, got.err, 42)
}

func startErrgroup(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		var (
			g     errgroup.Group
			value int
		)
		g.Go(func() (err error) {
			value, err = answer(ctx)
			return err
		})
		err := g.Wait()
		got = outcome{value, err}
	}
	expect(b, got.value, got.err, 42)
}

func startConc(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var (
		values []int
		err    error
	)
	for b.Loop() {
		p := pool.NewWithResults[int]().WithErrors()
		p.Go(func() (int, error) { return answer(ctx) })
		values, err = p.Wait()
	}
	expect(b, values[0], err, 42)
}

func startMo(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		got.value, got.err = moFuture(ctx).Collect()
	}
	expect(b, got.value, got.err, 42)
}

func moFuture(ctx context.Context) *mo.Future[int] {
	return mo.NewFuture(func(resolve func(int), reject func(error)) {
		v, err := answer(ctx)
		if err != nil {
			reject(err)
			return
		}
		resolve(v)
	})
}

func startPond(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	workers := pond.NewResultPool[int](0)
	defer workers.StopAndWait()
	var got outcome
	for b.Loop() {
		got.value, got.err = workers.SubmitErr(func() (int, error) { return answer(ctx) }).Wait()
	}
	expect(b, got.value, got.err, 42)
}

func startLo(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		t := <-lo.Async2(func() (int, error) { return answer(ctx) })
		got = outcome{t.A, t.B}
	}
	expect(b, got.value, got.err, 42)
}
