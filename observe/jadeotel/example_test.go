package jadeotel_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

var (
	fetchItem  = task.New("item", func(_ context.Context, id string) (string, error) { return "a book", nil })
	fetchPrice = task.New("price", func(_ context.Context, item string) (int, error) { return 0, errors.New("no price yet") })

	itemPrice = flow.New("order-page", func(id flow.Node[string]) flow.Node[int] {
		return flow.Step(fetchPrice.Fallback(100), flow.Step(fetchItem, id))
	})
)

// printer is an exporter that prints spans. A program has one that sends them, as that of otlptracehttp.
type printer struct{}

func (printer) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, s := range spans {
		attributes := attribute.NewSet(s.Attributes()...)
		outcome, _ := attributes.Value(jadeotel.KeyOutcome)
		fmt.Printf("%s: %s", s.Name(), outcome.AsString())
		for _, e := range s.Events() {
			fmt.Print(", ", e.Name)
		}
		fmt.Printf(", %d links\n", len(s.Links()))
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }

// The program's own providers are set by [go.opentelemetry.io/otel.SetTracerProvider] and its sibling. These here
// are for this example only.
func ExampleNew() {
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(printer{}))
	observer := jadeotel.New(jadeotel.TracerProvider(tracers), jadeotel.MeterProvider(noop.NewMeterProvider()))
	ctx := observe.With(context.Background(), observer)
	fmt.Println(itemPrice.Do(ctx, "7"))
	// Output:
	// item: ok, 0 links
	// price: degraded, jade.degraded, 1 links
	// order-page: degraded, jade.degraded, 0 links
	// 100 <nil>
}

// What a function starts is part of its task: so is what an instrumented client does with the ctx.
func ExampleTracerProvider() {
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(printer{}))
	ctx := observe.With(context.Background(), jadeotel.New(jadeotel.TracerProvider(tracers)))
	fetch := task.New("item", func(ctx context.Context, id string) (string, error) {
		around := trace.SpanFromContext(ctx).SpanContext()
		_, span := tracers.Tracer("example").Start(ctx, "GET /items")
		defer span.End()
		fmt.Println("the same trace:", span.SpanContext().TraceID() == around.TraceID())
		return "a book", nil
	})
	fetch.Do(ctx, "7")
	// Output:
	// the same trace: true
	// GET /items: , 0 links
	// item: ok, 0 links
}

func ExampleMeterProvider() {
	reader := sdkmetric.NewManualReader() // a program has one that sends what it reads
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	ctx := observe.With(context.Background(), jadeotel.New(jadeotel.MeterProvider(meters)))
	for range 3 {
		fetchItem.Do(ctx, "7")
	}

	var data metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &data); err != nil {
		fmt.Println(err)
	}
	for _, m := range data.ScopeMetrics[0].Metrics {
		if h, ok := m.Data.(metricdata.Histogram[float64]); ok {
			fmt.Println(m.Name, "in", m.Unit, "of", h.DataPoints[0].Count, "calls")
		}
	}
	// Output:
	// jade.task.duration in s of 3 calls
}

// The trace of a caller comes in the headers of the request. This program reads W3C Trace Context, and no baggage.
func ExamplePropagator() {
	tracers := sdktrace.NewTracerProvider()
	observer := jadeotel.New(jadeotel.TracerProvider(tracers), jadeotel.Propagator(propagation.TraceContext{}))

	// Package faas does this for each request.
	headers := http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}
	ctx := observe.WithRequest(context.Background(), &observe.Request{ID: "r-1", Trigger: "http", Header: headers.Get})

	fetch := task.New("item", func(ctx context.Context, id string) (string, error) {
		fmt.Println("the trace is", trace.SpanContextFromContext(ctx).TraceID())
		return "a book", nil
	})
	page := flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(fetch, id) })
	fmt.Println(page.Do(observe.With(ctx, observer), "7"))
	// Output:
	// the trace is 0af7651916cd43dd8448eb211c80319c
	// a book <nil>
}

// Spans only.
func ExampleOption() {
	options := []jadeotel.Option{jadeotel.MeterProvider(noop.NewMeterProvider())}
	ctx := observe.With(context.Background(), jadeotel.New(options...))
	fmt.Println(fetchItem.Do(ctx, "7"))
	// Output:
	// a book <nil>
}
