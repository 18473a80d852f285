package jadeotel_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
)

// setGlobals sets the global providers, which can be done once.
var setGlobals = sync.OnceValues(func() (*tracetest.SpanRecorder, sdkmetric.Reader) {
	recorder, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
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
