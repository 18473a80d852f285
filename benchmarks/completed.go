package main

import (
	"context"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/future"
	"github.com/samber/mo"
)

var awaitCompleted = row{
	name: "completed",
	work: "await a completed one",
	jade: contender{"jade", completedJade},
	others: []contender{
		{"mo", completedMo},
		{"pond", completedPond},
	},
	budget: budget{value: atMost(3), allocs: atMost(0)},
}

func completedJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	f := future.Of(42, nil)
	var got outcome
	for b.Loop() {
		got.value, got.err = f.Await(ctx)
	}
	expect(b, got.value, got.err, 42)
}

func completedMo(b *testing.B) {
	b.ReportAllocs()
	f := mo.NewFuture(func(resolve func(int), _ func(error)) { resolve(42) })
	_, _ = f.Collect()
	var got outcome
	for b.Loop() {
		got.value, got.err = f.Collect()
	}
	expect(b, got.value, got.err, 42)
}

func completedPond(b *testing.B) {
	b.ReportAllocs()
	workers := pond.NewResultPool[int](0)
	defer workers.StopAndWait()
	f := workers.Submit(func() int { return 42 })
	_, _ = f.Wait()
	var got outcome
	for b.Loop() {
		got.value, got.err = f.Wait()
	}
	expect(b, got.value, got.err, 42)
}
