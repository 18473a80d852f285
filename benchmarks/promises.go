package main

import (
	"context"
	"runtime"
	"testing"

	"github.com/jade-go/jade/future"
)

// pending is how many promises wait at once.
const pending = 1_000_000

// bytesEach is the unit of the row of pending promises.
const bytesEach = "B/promise"

var pendingPromises = row{
	name:   "pending",
	work:   "a million pending promises",
	unit:   bytesEach,
	jade:   contender{"jade", pendingJade},
	others: []contender{{"channels", pendingChannels}},
	budget: budget{value: atMost(64)},
}

func pendingJade(b *testing.B) {
	ctx := context.Background()
	for b.Loop() {
		kept := make([]*future.Promise[string], pending)
		bytes := heapOf(func() {
			for i := range kept {
				kept[i] = future.NewPromise[string](ctx)
			}
		})
		b.ReportMetric(bytes/pending, bytesEach)
		_, done := kept[pending-1].Future().Peek()
		expect(b, done, nil, false)
		runtime.KeepAlive(kept)
	}
}

// pendingChannels is what a promise is by hand.
func pendingChannels(b *testing.B) {
	type result struct {
		_ string
		_ error
	}
	for b.Loop() {
		kept := make([]chan result, pending)
		bytes := heapOf(func() {
			for i := range kept {
				kept[i] = make(chan result, 1)
			}
		})
		b.ReportMetric(bytes/pending, bytesEach)
		expect(b, len(kept[pending-1]), nil, 0)
		runtime.KeepAlive(kept)
	}
}

// heapOf returns by how many bytes fill makes the live heap larger.
func heapOf(fill func()) float64 {
	live := func() float64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return float64(stats.HeapAlloc)
	}
	before := live()
	fill()
	return live() - before
}
