package faas_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// What a handler costs beside the bare function that it calls, for JSON in and out, with a deadline.
func BenchmarkInvokeJSON(b *testing.B) {
	fn := func(_ context.Context, o order) (order, error) { return o, nil }
	input := []byte(`{"item":"tea tin","n":7,"list":[1,2,3]}`)
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var o order
			if json.Unmarshal(input, &o) != nil {
				b.Fatal()
			}
			o, _ = fn(ctx, o)
			if _, err := json.Marshal(o); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, h := range map[string]*faas.Handler[order, order]{
		"function": faas.New("echo", fn, faas.Logger(quiet)),
		"flow":     faas.FromFlow(flow.New("echo", func(in flow.Node[order]) flow.Node[order] { return flow.Step(task.New("echo", fn), in) }), faas.Logger(quiet)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.InvokeJSON(ctx, input); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
