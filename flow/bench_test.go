package flow_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jade-go/jade/flow"
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

// What a gate costs a node: ten nodes in a row, with and without.
func BenchmarkGate_ofTenNodes(b *testing.B) {
	plain := task.New("t", func(_ context.Context, n int) (int, error) { return n + int(grown()), nil })
	for gates := range 4 {
		tk := plain
		for range gates {
			tk = tk.Gate(open{})
		}
		f := flow.New("f", func(n flow.Node[int]) flow.Node[int] {
			for range 10 {
				n = flow.Step(tk, n)
			}
			return n
		})
		b.Run(fmt.Sprint(gates), func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Do(ctx, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
