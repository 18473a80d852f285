package guard_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/gauge"
	"github.com/jade-go/jade/task"
)

type number = task.Task[int, int]

// plus is what the gates of the benchmarks are around.
func plus() number {
	return does(func(_ context.Context, n int) (int, error) { return n + 1, nil })
}

const plenty = 1_000_000_000 // calls a second

// protected is a task with gates that let everybody in, and one without them that does the same else.
type protected struct {
	name       string
	base, task number
}

func all() (rows []protected) {
	slots, rate, breaker := guard.Slots(8), guard.Rate(plenty, time.Second, guard.Burst(plenty)), guard.Breaker(0.5)
	rows = []protected{
		{"slots", plus(), plus().Gate(slots)},
		{"rate", plus(), plus().Gate(rate)},
		{"breaker", plus(), plus().Gate(breaker)},
		{"slots, rate, breaker", plus(), plus().Gate(slots).Gate(rate).Gate(breaker)},
	}
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = "user " + strconv.Itoa(i)
	}
	for _, n := range []int{100, 100_000} {
		perKey := guard.Rate(plenty, time.Second, guard.Burst(plenty))
		next := 0
		key := func() string { next++; return keys[next*7919%n] }
		reads := does(func(_ context.Context, n int) (int, error) { return n + int(key()[0]), nil })
		rows = append(rows, protected{"rate by keys, " + strconv.Itoa(n), reads, plus().GateBy(perKey, func(int) string { return key() })})
	}
	return rows
}

// What gates cost on top of Task.Do.
func BenchmarkDo(b *testing.B) {
	ctx, cancel := context.WithCancel(bg())
	defer cancel()
	call := func(tk number) func() {
		return func() {
			if _, err := tk.Do(ctx, 1); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, c := range all() {
		b.Run(c.name, func(b *testing.B) { gauge.Added(b, call(c.base), call(c.task)) })
	}
}

// What gates cost a node of a flow, on a stack that has grown: the run of a flow has a node that makes it so, and then ten with gates.
func BenchmarkFlow_tenNodes(b *testing.B) {
	ctx, cancel := context.WithCancel(bg())
	defer cancel()
	grows := does(func(_ context.Context, n int) (int, error) { return n + int(gauge.Grown()), nil }).Named("grows")
	run := func(tk number) func() {
		f := flow.New("f", func(n flow.Node[int]) flow.Node[int] {
			n = flow.Step(grows, n)
			for range 10 {
				n = flow.Step(tk, n)
			}
			return n
		})
		return func() {
			if _, err := f.Do(ctx, 1); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, c := range all() {
		b.Run(c.name, func(b *testing.B) { gauge.Added(b, run(c.base), run(c.task)) })
	}
}
