package main

import (
	"context"
	"testing"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/samber/lo"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// holds is a deadline that nothing here reaches.
const holds = time.Minute

var withinDeadline = row{
	name:      "within",
	work:      "start and await within a deadline that holds, `Within`",
	yardstick: contender{"goroutine + channel + `context.WithTimeout`", timeoutByHand},
	jade:      contender{"jade", withinJade},
	others: []contender{
		{"errgroup", timeoutErrgroup},
		{"conc", timeoutConc},
		{"pond", timeoutPond},
		{"lo", timeoutLo},
	},
	budget: budget{ratio: atMost(0.7)},
}

var runWithDeadline = row{
	name:      "deadline-run",
	work:      "the same, `deadline.Run`",
	yardstick: contender{"goroutine + channel + `context.WithTimeout`", timeoutByHand},
	jade:      contender{"jade", deadlineRunJade},
	budget:    budget{ratio: atMost(0.7)},
}

func timeoutByHand(b *testing.B) {
	b.ReportAllocs()
	parent := context.Background()
	var got outcome
	for b.Loop() {
		ctx, cancel := context.WithTimeout(parent, holds)
		select {
		case got = <-inGoroutine(ctx):
		case <-ctx.Done():
			got = outcome{err: context.Cause(ctx)}
		}
		cancel()
	}
	expect(b, got.value, got.err, 42)
}

func withinJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		got.value, got.err = deadline.Within(future.Go(ctx, answer), holds).Await(ctx)
	}
	expect(b, got.value, got.err, 42)
}

func deadlineRunJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		got.value, got.err = deadline.Run(ctx, holds, answer)
	}
	expect(b, got.value, got.err, 42)
}

func timeoutErrgroup(b *testing.B) {
	b.ReportAllocs()
	parent := context.Background()
	var got outcome
	for b.Loop() {
		var value int
		ctx, cancel := context.WithTimeout(parent, holds)
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() (err error) {
			value, err = answer(ctx)
			return err
		})
		err := g.Wait()
		cancel()
		got = outcome{value, err}
	}
	expect(b, got.value, got.err, 42)
}

func timeoutConc(b *testing.B) {
	b.ReportAllocs()
	parent := context.Background()
	var (
		values []int
		err    error
	)
	for b.Loop() {
		ctx, cancel := context.WithTimeout(parent, holds)
		p := pool.NewWithResults[int]().WithContext(ctx)
		p.Go(answer)
		values, err = p.Wait()
		cancel()
	}
	expect(b, values[0], err, 42)
}

func timeoutPond(b *testing.B) {
	b.ReportAllocs()
	parent := context.Background()
	workers := pond.NewResultPool[int](0)
	defer workers.StopAndWait()
	var (
		values []int
		err    error
	)
	for b.Loop() {
		ctx, cancel := context.WithTimeout(parent, holds)
		values, err = workers.NewGroupContext(ctx).SubmitErr(func() (int, error) { return answer(ctx) }).Wait()
		cancel()
	}
	expect(b, values[0], err, 42)
}

func timeoutLo(b *testing.B) {
	b.ReportAllocs()
	parent := context.Background()
	var got outcome
	for b.Loop() {
		ctx, cancel := context.WithTimeout(parent, holds)
		select {
		case t := <-lo.Async2(func() (int, error) { return answer(ctx) }):
			got = outcome{t.A, t.B}
		case <-ctx.Done():
			got = outcome{err: context.Cause(ctx)}
		}
		cancel()
	}
	expect(b, got.value, got.err, 42)
}
