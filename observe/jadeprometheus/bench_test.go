package jadeprometheus_test

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	"github.com/jade-go/jade/task"
)

// mute is the cheapest observer: what it costs more than none is the price of being told.
type mute struct{}

func (mute) Begin(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
	return nil, func(observe.Outcome) {}
}

// BenchmarkRun is a run of ten tasks: with no observer, with one that does nothing, and with a collector.
func BenchmarkRun(b *testing.B) {
	inc := task.New("inc", func(_ context.Context, n int) (int, error) { return n + 1, nil })
	names := []string{"item", "price", "stock", "address", "coupons", "reviews", "sellers", "images", "ads", "page"}
	chain := flow.New("chain", func(in flow.Node[int]) flow.Node[int] {
		for _, name := range names {
			in = flow.Step(inc.Named(name), in)
		}
		return in
	})
	run := func(ctx context.Context) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := chain.Do(ctx, 0); err != nil || n != len(names) {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(names)), "ns/task")
		}
	}
	ctx := context.Background()
	b.Run("none", run(ctx))
	b.Run("mute", run(observe.With(ctx, mute{})))
	b.Run("collector", run(observe.With(ctx, jadeprometheus.New())))
}

// BenchmarkExemplar is what the collector itself takes for one run, without and with an exemplar.
func BenchmarkExemplar(b *testing.B) {
	about := observe.Call{Kind: observe.KindRun, Flow: "shop"}
	request := observe.WithRequest(context.Background(), &observe.Request{ID: "6b8d1c52-7a0e-4f0b-9d3c-2f1e0a9b8c7d"})
	trace := jadeprometheus.Exemplar(func(context.Context) prometheus.Labels {
		return prometheus.Labels{"trace_id": "0af7651916cd43dd8448eb211c80319c"}
	})
	for _, c := range []struct {
		name string
		ctx  context.Context
		opts []jadeprometheus.Option
	}{
		{"none", context.Background(), nil},
		{"request_id", request, nil},
		{"request_id and trace_id", request, []jadeprometheus.Option{trace}},
	} {
		metrics := jadeprometheus.New(c.opts...)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, end := metrics.Begin(c.ctx, about)
				end(observe.Outcome{Elapsed: 3e6})
			}
		})
		b.Run(c.name+", two at once", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					_, end := metrics.Begin(c.ctx, about)
					end(observe.Outcome{Elapsed: 3e6})
				}
			})
		})
	}
}

// BenchmarkCall is what the collector itself takes for one call.
func BenchmarkCall(b *testing.B) {
	ctx, about := context.Background(), observe.Call{Kind: observe.KindNode, Flow: "shop", Node: "item", Task: "item"}
	for name, c := range map[string]*jadeprometheus.Collector{
		"native and classic": jadeprometheus.New(),
		"native":             jadeprometheus.New(jadeprometheus.Buckets()),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, end := c.Begin(ctx, about)
				end(observe.Outcome{Elapsed: 3e6})
			}
		})
		b.Run(name+", two at once", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					_, end := c.Begin(ctx, about)
					end(observe.Outcome{Elapsed: 3e6})
				}
			})
		})
	}
}
