package jadeotel_test

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/metric"
	nometric "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	notrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

// idle is an observer that does nothing.
type idle struct{}

func (idle) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, nil
}

// What it costs to observe a run of 20 tasks that succeed, beside no observer and one that does nothing.
func BenchmarkObserver(b *testing.B) {
	id := task.New("id", func(_ context.Context, in string) (string, error) { return in, nil })
	f := flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		n := in
		for range 20 {
			n = flow.Step(id, n)
		}
		return n
	})
	plain := context.Background()
	with := func(tp trace.TracerProvider, mp metric.MeterProvider) context.Context {
		return observe.With(plain, jadeotel.New(jadeotel.TracerProvider(tp), jadeotel.MeterProvider(mp)))
	}
	unsampled := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())))
	sampled := sdktrace.NewTracerProvider() // and nothing becomes of the spans
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	for _, c := range []struct {
		name string
		ctx  context.Context
	}{
		{"none", plain},
		{"idle", observe.With(plain, idle{})},
		{"no providers", with(notrace.NewTracerProvider(), nometric.NewMeterProvider())},
		{"unsampled", with(unsampled, nometric.NewMeterProvider())},
		{"unsampled, metrics", with(unsampled, meters)},
		{"sampled", with(sampled, nometric.NewMeterProvider())},
		{"sampled, metrics", with(sampled, meters)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if _, err := f.Do(c.ctx, "x"); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/20, "ns/task")
		})
	}
}

func TestCost_ofATaskThatIsNotSampled(t *testing.T) {
	o := jadeotel.New(jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))),
		jadeotel.MeterProvider(nometric.NewMeterProvider()))
	ctx, end := o.Begin(context.Background(), observe.Call{Kind: observe.KindRun})
	defer end(observe.Outcome{})
	if n := testing.AllocsPerRun(100, func() {
		_, end := o.Begin(ctx, observe.Call{Kind: observe.KindNode, Task: "item", Node: "item"})
		end(observe.Outcome{})
	}); n > 2 {
		t.Errorf("%v allocations, of which the comment of the package knows 2", n)
	}
}
