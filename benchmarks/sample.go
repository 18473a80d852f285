package main

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

// A sample is what one run of one contender took.
type sample struct {
	value  float64 // in the row's unit, an operation
	allocs float64 // an operation
	bytes  float64 // an operation
}

// take runs c's benchmark once, for at least the time that runFor set.
func take(r row, c contender) (sample, error) {
	got := testing.Benchmark(c.run)
	if got.N == 0 {
		return sample{}, fmt.Errorf("%s by %s gave a wrong result: go test -bench 'Row/%[1]s' says which", r.name, c.name)
	}
	n := float64(got.N)
	s := sample{
		value:  float64(got.T.Nanoseconds()) / n,
		allocs: float64(got.MemAllocs) / n,
		bytes:  float64(got.MemBytes) / n,
	}
	if r.unit != "" {
		s.value = got.Extra[r.unit]
	}
	return s, nil
}

// runFor sets for how long a benchmark runs, as go test -benchtime does.
func runFor(d time.Duration) error {
	testing.Init()
	return flag.Set("test.benchtime", d.String())
}
