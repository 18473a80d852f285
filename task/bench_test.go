package task_test

import (
	"context"
	"testing"

	"github.com/jade-go/jade/internal/gauge"
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

// What gates that do nothing cost on top of a bare call.
func BenchmarkGate(b *testing.B) {
	base := does(func(_ context.Context, n int) (int, error) { return n + 1, nil })
	ctx, cancel := context.WithCancel(bg())
	defer cancel()
	call := func(tk number) func() {
		return func() {
			if _, err := tk.Do(ctx, 1); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name string
		task number
	}{
		{"none", base.Named("other")},
		{"one", base.Gate(open{})},
		{"three", base.Gate(open{}).Gate(open{}).Gate(open{})},
		{"one by key", base.GateBy(open{}, func(int) string { return "key" })},
		{"one and a Fallback", base.Gate(open{}).Fallback(7)},
		{"one and a Retry", base.Gate(open{}).Retry(task.Retry{Attempts: 3})},
	} {
		b.Run(c.name, func(b *testing.B) { gauge.Added(b, call(base), call(c.task)) })
	}
}
