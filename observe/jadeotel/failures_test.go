package jadeotel_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

// broken is a span processor that panics.
type broken struct {
	tracetest.SpanRecorder
	atStart, atEnd bool
	calls          int
}

func (b *broken) OnStart(context.Context, sdktrace.ReadWriteSpan) {
	b.calls++
	if b.atStart {
		panic("at the start")
	}
}

func (b *broken) OnEnd(sdktrace.ReadOnlySpan) {
	b.calls++
	if b.atEnd {
		panic("at the end")
	}
}

// Whatever a processor does, the run has its result, the function its ctx, and the measurements are made.
func TestProcessorThatPanics_decidesNothing(t *testing.T) {
	for what, p := range map[string]*broken{
		"at the start": {atStart: true},
		"at the end":   {atEnd: true},
		"not at all":   {},
	} {
		t.Run(what, func(t *testing.T) {
			log := logged(t)
			reader := sdkmetric.NewManualReader()
			o := jadeotel.New(
				jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))),
				jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
			asks := task.New("item", func(ctx context.Context, in string) (string, error) {
				trace.SpanFromContext(ctx).AddEvent("here I am")
				return in + " " + ctx.Value(key{}).(string), nil
			})
			ctx := context.WithValue(observe.With(t.Context(), o), key{}, "y")
			out, err := line("shop", asks, takes("price", 0, nil)).Do(ctx, "x")
			require.NoError(t, err)
			require.Equal(t, "x y", out)
			require.Positive(t, p.calls)
			if p.atStart || p.atEnd {
				require.Contains(t, log.String(), "changes nothing")
			} else {
				require.Empty(t, log.String())
			}
			measured := strings.Join(collect(t, reader), "\n")
			require.Contains(t, measured, "jade.run.duration flow=shop outcome=ok: 1")
			require.Contains(t, measured, "jade.task.duration flow=shop outcome=ok task=item: 1")
			require.Contains(t, measured, "jade.task.active flow=shop task=price: 0")
		})
	}
}

type key struct{}

// logged is what the default logger writes from now on, until the test is over.
func logged(t *testing.T) *bytes.Buffer {
	log, before := new(bytes.Buffer), slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return log
}

// refusing is a provider of instruments that makes none.
type refusing struct{ noop.MeterProvider }

type refusingMeter struct{ noop.Meter }

func (refusing) Meter(string, ...metric.MeterOption) metric.Meter { return refusingMeter{} }

func (refusingMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return nil, errors.New("no histograms")
}

func (refusingMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return nil, errors.New("no counters")
}

func (refusingMeter) Int64ObservableUpDownCounter(string, ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	return nil, errors.New("no up-down counters")
}

func TestProviderThatRefusesInstruments_isToldOf(t *testing.T) {
	log := logged(t)
	var told []error
	before := otel.GetErrorHandler()
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { told = append(told, err) }))
	t.Cleanup(func() { otel.SetErrorHandler(before) })

	recorder := tracetest.NewSpanRecorder()
	o := jadeotel.New(jadeotel.MeterProvider(refusing{}),
		jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))))
	require.Len(t, told, 1)
	for _, what := range []string{"no histograms", "no counters", "no up-down counters"} {
		require.ErrorContains(t, told[0], what)
	}

	line("shop", takes("item", 0, unavailable{}).Retry(task.Retry{Attempts: 2})).Do(observe.With(t.Context(), o), "x")
	require.Len(t, recorder.Ended(), 4)
	require.Empty(t, log.String())
}

func TestMistakesPanic(t *testing.T) {
	require.PanicsWithValue(t, "jadeotel.TracerProvider: nil provider", func() { jadeotel.TracerProvider(nil) })
	require.PanicsWithValue(t, "jadeotel.MeterProvider: nil provider", func() { jadeotel.MeterProvider(nil) })
	require.PanicsWithValue(t, "jadeotel.Propagator: nil propagator", func() { jadeotel.Propagator(nil) })
}
