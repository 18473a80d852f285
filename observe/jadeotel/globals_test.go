package jadeotel_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
)

// setGlobals sets the global providers, and a propagator that also reads X-Trace, which can be done once.
var setGlobals = sync.OnceValues(func() (*tracetest.SpanRecorder, sdkmetric.Reader) {
	recorder, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}, own{}))
	return recorder, reader
})

// The observer may be made before the program has set its providers.
func TestNew_takesTheGlobalProviders(t *testing.T) {
	ctx := observe.With(t.Context(), jadeotel.New())
	page := line("globals", takes("item", 0, nil))
	_, err := page.Do(ctx, "x") // nobody sees it, if this is the first test of the providers
	require.NoError(t, err)

	recorder, reader := setGlobals()
	before := len(spans(recorder.Ended()).allNamed("globals"))
	_, err = page.Do(ctx, "x")
	require.NoError(t, err)
	require.Len(t, spans(recorder.Ended()).allNamed("globals"), before+1)
	require.Contains(t, collect(t, reader), "jade.run.active flow=globals: 0")
}

func TestPropagator_isTheGlobalOneIfThereIsOne(t *testing.T) {
	observer := jadeotel.New()
	recorder, _ := setGlobals()
	before := len(recorder.Ended())
	ctx := observe.WithRequest(observe.With(t.Context(), observer), &observe.Request{Header: headers("X-Trace", traceparent)})
	_, err := line("propagated", takes("item", 0, nil)).Do(ctx, "x")
	require.NoError(t, err)
	require.Equal(t, callersTrace, spans(recorder.Ended()[before:]).named(t, "propagated").SpanContext().TraceID().String())
}
