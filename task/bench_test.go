package task_test

import (
	"context"
	"testing"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// open is a gate that lets everybody in.
type open struct{}

func (open) Describe() task.Policy                         { return task.Policy{Gate: task.Admission{Kind: "open"}} }
func (open) Enter(context.Context, string) (uint64, error) { return 1, nil }
func (open) Answered(uint64, observe.Outcome)              {}
func (open) Left(uint64)                                   {}
func (open) Fresh() task.Gate                              { return open{} }

// grown makes the stack as large as that of most functions.
//
//go:noinline
func grown() byte {
	var large [3000]byte
	return use(&large)
}

//go:noinline
func use(large *[3000]byte) byte { return large[len(large)/2] }

// What a gate costs on top of a bare call: the difference to "none".
func BenchmarkGate(b *testing.B) {
	plus := func() number {
		return does(func(_ context.Context, n int) (int, error) { return n + int(grown()), nil })
	}
	for _, c := range []struct {
		name string
		task number
	}{
		{"none", plus()},
		{"one", plus().Gate(open{})},
		{"three", plus().Gate(open{}).Gate(open{}).Gate(open{})},
		{"one, by key", plus().GateBy(open{}, func(int) string { return "key" })},
		{"one, then a Fallback", plus().Gate(open{}).Fallback(7)},
		{"one, then a Retry", plus().Gate(open{}).Retry(task.Retry{Attempts: 3})},
	} {
		b.Run(c.name, func(b *testing.B) {
			ctx, cancel := context.WithCancel(bg())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.task.Do(ctx, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
