// Package gauge measures what something costs on top of something else. Only benchmarks import it.
package gauge

import (
	"slices"
	"testing"
	"time"
)

// Added reports how much more with costs than base, in nanoseconds and allocations a call. Both are called in turn, many times each. So if the machine
// becomes slower, that holds for both. Added reports the median of the differences.
func Added(b *testing.B, base, with func()) {
	b.Helper()
	const calls = 200
	timed := func(fn func()) time.Duration {
		begun := time.Now()
		for range calls {
			fn()
		}
		return time.Since(begun)
	}
	allocs := testing.AllocsPerRun(calls, with) - testing.AllocsPerRun(calls, base)
	var added []float64
	b.ResetTimer()
	for b.Loop() {
		more := -timed(base)
		more += timed(with)
		added = append(added, float64(more)/calls)
	}
	slices.Sort(added)
	b.ReportMetric(added[len(added)/2], "added-ns/call")
	b.ReportMetric(max(0, allocs), "added-allocs/call")
}

// Grown makes the stack of the goroutine as large as most functions need it. Otherwise the measured function would pay for that growth if it is called in
// a new goroutine.
//
//go:noinline
func Grown() byte {
	var large [3000]byte
	return last(&large)
}

//go:noinline
func last(large *[3000]byte) byte { return large[len(large)-1] }
