package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/future"
	"github.com/samber/lo"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

var startCancellable = row{
	name:      "start-cancellable",
	work:      "start and await one, cancellable ctx",
	yardstick: contender{"the same by hand: recover, channel, select on ctx", cancellableByHand},
	jade:      contender{"jade", cancellableJade},
	others: []contender{
		{"errgroup", cancellableErrgroup},
		{"conc", cancellableConc},
		{"pond", cancellablePond},
		{"lo", cancellableLo},
	},
	budget: budget{ratio: atMost(1), allocs: atMost(4)},
}

func cancellableByHand(b *testing.B) {
	b.ReportAllocs()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var got outcome
	for b.Loop() {
		done := make(chan outcome, 1)
		go func() {
			var r outcome
			defer func() {
				if v := recover(); v != nil {
					r = outcome{err: fmt.Errorf("panic: %v", v)}
				}
				done <- r
			}()
			r.value, r.err = answer(ctx)
		}()
		select {
		case got = <-done:
		case <-ctx.Done():
			got = outcome{err: context.Cause(ctx)}
		}
	}
	expect(b, got.value, got.err, 42)
}

func cancellableJade(b *testing.B) {
	b.ReportAllocs()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var got outcome
	for b.Loop() {
		got.value, got.err = future.Go(ctx, answer).Await(ctx)
	}
	expect(b, got.value, got.err, 42)
}

func cancellableErrgroup(b *testing.B) {
	b.ReportAllocs()
	parent, cancel := context.WithCancel(context.Background())
	defer cancel()
	var got outcome
	for b.Loop() {
		var value int
		g, ctx := errgroup.WithContext(parent)
		g.Go(func() (err error) {
			value, err = answer(ctx)
			return err
		})
		err := g.Wait()
		got = outcome{value, err}
	}
	expect(b, got.value, got.err, 42)
}

func cancellableConc(b *testing.B) {
	b.ReportAllocs()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var (
		values []int
		err    error
	)
	for b.Loop() {
		p := pool.NewWithResults[int]().WithContext(ctx)
		p.Go(answer)
		values, err = p.Wait()
	}
	expect(b, values[0], err, 42)
}

func cancellablePond(b *testing.B) {
	b.ReportAllocs()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	workers := pond.NewResultPool[int](0, pond.WithContext(ctx))
	defer workers.StopAndWait()
	var got outcome
	for b.Loop() {
		got.value, got.err = workers.SubmitErr(func() (int, error) { return answer(ctx) }).Wait()
	}
	expect(b, got.value, got.err, 42)
}

func cancellableLo(b *testing.B) {
	b.ReportAllocs()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var got outcome
	for b.Loop() {
		select {
		case t := <-lo.Async2(func() (int, error) { return answer(ctx) }):
			got = outcome{t.A, t.B}
		case <-ctx.Done():
			got = outcome{err: context.Cause(ctx)}
		}
	}
	expect(b, got.value, got.err, 42)
}
