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

// What the run of an invocation costs: with no request, as before there were any; with one in the span of a server around it; and as
// the entry, with the trace of the caller or without. The flow has one task.
func BenchmarkEntry(b *testing.B) {
	f := line("shop", task.New("id", func(_ context.Context, in string) (string, error) { return in, nil }))
	request := &observe.Request{
		ID: "6b8d1c52-7a0e-4f0b-9d3c-2f1e0a9b8c7d", Trigger: "http", Method: "POST", Scheme: "https", Host: "shop.example", Path: "/shops/7",
		Route: "/shops/{id}", UserAgent: "curl/9", Status: func(error) int { return 200 }, Header: headers(),
	}
	continued, baggage, unsampled := *request, *request, *request
	continued.Header = headers("traceparent", traceparent)
	baggage.Header = headers("traceparent", traceparent, "tracestate", "a=1,b=2", "baggage", "tenant=acme,plan=gold")
	unsampled.Header = headers("traceparent", traceparent[:len(traceparent)-1]+"0")
	tracers, none := sdktrace.NewTracerProvider(), sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	metered := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	for _, c := range []struct {
		name   string
		of     *observe.Request
		server bool
		meters metric.MeterProvider
	}{
		{"no request", nil, false, nometric.NewMeterProvider()},
		{"inside a server's span", request, true, nometric.NewMeterProvider()},
		{"entry", request, false, nometric.NewMeterProvider()},
		{"entry, traceparent", &continued, false, nometric.NewMeterProvider()},
		{"entry, traceparent, tracestate, baggage", &baggage, false, nometric.NewMeterProvider()},
		{"no request, not sampled", nil, false, nometric.NewMeterProvider()},
		{"entry, not sampled", &unsampled, false, nometric.NewMeterProvider()},
		{"no request, metrics", nil, false, metered},
		{"entry, traceparent, metrics", &continued, false, metered},
	} {
		from := tracers
		if c.name == "no request, not sampled" { // which a caller decides for the others
			from = none
		}
		ctx := observe.With(context.Background(), jadeotel.New(jadeotel.TracerProvider(from), jadeotel.MeterProvider(c.meters)))
		if c.of != nil {
			ctx = observe.WithRequest(ctx, c.of)
		}
		if c.server {
			var span trace.Span
			ctx, span = tracers.Tracer("server").Start(ctx, "POST")
			defer span.End()
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Do(ctx, "x"); err != nil {
					b.Fatal(err)
				}
			}
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
