package jadeotel_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	recovery "github.com/jade-go/jade/recover"
)

func TestAnswers_areMeasured(t *testing.T) {
	metered(t, func(t *testing.T, ctx context.Context, collected func() []string) {
		run := func(ctx context.Context, r observe.Request, o observe.Outcome) {
			_, end := observe.Begin(observe.WithRequest(ctx, &r), observe.Call{Kind: observe.KindRun, Flow: "shop"})
			o.Elapsed = 10 * ms
			end(o)
		}
		code := func(n int) func(error) int { return func(error) int { return n } }
		page := observe.Request{Method: "POST", Scheme: "https", Route: "/shops/{id}", Path: "/shops/7", Host: "a.example", Status: code(200)}
		cold := page
		cold.Cold = true
		run(ctx, cold, observe.Outcome{})
		run(ctx, page, observe.Outcome{})
		other := page
		other.Host, other.Path, other.Status = "b.example", "/shops/8", code(502)
		run(ctx, other, observe.Outcome{Status: observe.StatusFailed, Class: recovery.ClassDependency, Err: unavailable{}})
		other.Method, other.Route, other.Status = "whatever", "", code(405)
		run(ctx, other, observe.Outcome{Status: observe.StatusSkipped, Class: recovery.ClassBusiness, Err: errSoldOut})
		run(ctx, observe.Request{Trigger: "pubsub", Cold: true}, observe.Outcome{})
		gone, leave := context.WithCancel(ctx)
		leave()
		run(gone, page, observe.Outcome{Status: observe.StatusCanceled, Class: recovery.ClassCanceled, Err: context.Canceled})
		var lines []string
		for _, l := range collected() {
			if !strings.HasPrefix(l, "jade.") {
				lines = append(lines, l)
			}
		}
		require.Equal(t, strings.TrimSpace(`
faas.coldstarts faas.trigger=http: 1
faas.coldstarts faas.trigger=pubsub: 1
http.server.request.duration error.type=canceled http.request.method=POST http.route=/shops/{id} url.scheme=https: 1 in 10ms
http.server.request.duration error.type=dependency http.request.method=POST http.response.status_code=502 http.route=/shops/{id} url.scheme=https: 1 in 10ms
http.server.request.duration http.request.method=POST http.response.status_code=200 http.route=/shops/{id} url.scheme=https: 2 in 20ms
http.server.request.duration http.request.method=_OTHER http.response.status_code=405 url.scheme=https: 1 in 10ms
`), strings.Join(lines, "\n"))
	})
}

// A server around the run, as that of otelhttp, measures its requests itself.
func TestAnswers_areMeasuredOnce(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	o := jadeotel.New(jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	ctx, span := sdktrace.NewTracerProvider().Tracer("server").Start(t.Context(), "POST")
	defer span.End()
	_, end := o.Begin(observe.WithRequest(ctx, &observe.Request{Method: "POST"}), observe.Call{Kind: observe.KindRun, Flow: "shop"})
	end(observe.Outcome{})
	require.NotContains(t, strings.Join(collect(t, reader), "\n"), "http.")
}

// Names that callers make up do not fill the memory.
func TestAnswers_keepFewNames(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	o := jadeotel.New(jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))), jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))))
	for i := range 1000 {
		r := &observe.Request{Method: fmt.Sprint("M", i), Scheme: fmt.Sprint("s", i), Host: fmt.Sprint("h", i), Path: fmt.Sprint("/", i), UserAgent: fmt.Sprint(i)}
		_, end := o.Begin(observe.WithRequest(t.Context(), r), observe.Call{Kind: observe.KindRun, Flow: "shop"})
		end(observe.Outcome{})
	}
	require.Contains(t, collect(t, reader), "http.server.request.duration http.request.method=_OTHER: 1000")
}

// The SDK keeps an exemplar of what is measured in a sampled span: it leads from a histogram to the trace.
func TestExemplars_haveTheSpanOfTheCall(t *testing.T) {
	reader, recorder := sdkmetric.NewManualReader(), tracetest.NewSpanRecorder()
	o := jadeotel.New(
		jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))),
		jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	r := &observe.Request{ID: "r-1", Method: "POST", Header: headers("traceparent", traceparent)}
	_, err := line("shop", takes("item", time.Millisecond, nil)).Do(observe.With(observe.WithRequest(t.Context(), r), o), "x")
	require.NoError(t, err)
	all := spans(recorder.Ended())
	seen := 0
	for _, m := range measured(t, reader) {
		of := map[string]string{"jade.run.duration": "shop", "http.server.request.duration": "shop", "jade.task.duration": "item"}[m.Name]
		if of == "" {
			continue
		}
		seen++
		point := m.Data.(metricdata.Histogram[float64]).DataPoints[0]
		require.Len(t, point.Exemplars, 1, m.Name)
		require.Equal(t, callersTrace, trace.TraceID(point.Exemplars[0].TraceID).String())
		span := all.named(t, of).SpanContext().SpanID()
		require.Equal(t, span[:], point.Exemplars[0].SpanID, m.Name)
	}
	require.Equal(t, 3, seen)
}

func TestAnswers_ofManyRequestsAtOnce(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	o := jadeotel.New(jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))), jadeotel.TracerProvider(sdktrace.NewTracerProvider()))
	shop := line("shop", takes("item", 0, nil))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 100 {
				r := &observe.Request{Method: "POST", Route: fmt.Sprint("/", i%10), Header: headers("traceparent", traceparent, "baggage", "a=b")}
				shop.Do(observe.With(observe.WithRequest(t.Context(), r), o), "x")
			}
		})
	}
	all.Wait()
	for i := range 10 {
		require.Contains(t, strings.Join(collect(t, reader), "\n"), fmt.Sprintf("http.server.request.duration http.request.method=POST http.route=/%d: 80", i))
	}
}
