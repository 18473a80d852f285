package jadeotel_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
	jadetrace "github.com/jade-go/jade/trace"
)

// What a function starts is part of its task, as the span of what the program does
// around a run is that which the run is part of.
func TestSpan_isTheOneThatAFunctionFinds(t *testing.T) {
	tracing := func(name string) task.Task[string, string] {
		return task.New(name, func(ctx context.Context, in string) (string, error) {
			ctx, client := trace.SpanFromContext(ctx).TracerProvider().Tracer("http").Start(ctx, "GET "+name)
			defer client.End()
			time.Sleep(ms)
			return takes("parse "+name, ms, nil).Do(ctx, in)
		})
	}
	all := traced(t, func(ctx context.Context) {
		line("shop", tracing("item"), tracing("price").Timeout(time.Second)).Do(ctx, "x")
	})
	require.Equal(t, strings.TrimSpace(`
shop 0s-4ms ok
  item 0s-2ms ok
    GET item 0s-2ms 
      parse item 1ms-2ms ok
  price 2ms-4ms ok <input item
    price attempt 2ms-4ms ok
      GET price 2ms-4ms 
        parse price 3ms-4ms ok`), strings.Join(all.tree(t), "\n"))
}

// server runs body in a bubble below a span of the program's own, that it returns.
func server(t *testing.T, body func(ctx context.Context), more ...observe.Observer) (of sdktrace.ReadOnlySpan, all spans) {
	synctest.Test(t, func(t *testing.T) {
		recorder := tracetest.NewSpanRecorder()
		tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
		o := jadeotel.New(jadeotel.TracerProvider(tracers), jadeotel.MeterProvider(noop.NewMeterProvider()))
		ctx, span := tracers.Tracer("http").Start(context.Background(), "GET /")
		body(observe.With(ctx, observe.Tee(append([]observe.Observer{o}, more...)...)))
		span.End()
		synctest.Wait()
		all = recorder.Ended()
	})
	return all.named(t, "GET /"), all
}

func TestRun_isPartOfTheSpanAround(t *testing.T) {
	_, all := server(t, func(ctx context.Context) { line("shop", takes("item", ms, nil)).Do(ctx, "x") })
	require.Equal(t, strings.TrimSpace(`
GET / 0s-1ms 
  shop 0s-1ms ok
    item 0s-1ms ok`), strings.Join(all.tree(t), "\n"))
}

// A task that may not start has no span, but the one around it knows.
func TestSkipped_isAnEventOfTheSpanAround(t *testing.T) {
	of, all := server(t, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, ms)
		defer cancel()
		time.Sleep(2 * ms)
		takes("item", ms, nil).Do(ctx, "x")
		synctest.Wait()
	})
	require.Len(t, all, 1)
	require.Equal(t, "!skipped:2ms:item:timeout", event(of.Events()[0], of.StartTime()))
}

// curious is an observer that looks for something in the ctx of a call.
type curious struct{}

func (curious) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return context.WithValue(ctx, curious{}, trace.SpanFromContext(ctx)), nil
}

// Other observers of the library ask for nothing that has to do with spans.
func TestSkipped_isAnEventBesideOtherObservers(t *testing.T) {
	_, all := server(t, func(ctx context.Context) {
		line("shop", takes("item", ms, errSoldOut), takes("price", ms, nil)).Do(ctx, "x")
	},
		jadetrace.NewRecorder(func(*jadetrace.Trace) {}))
	require.Equal(t, strings.TrimSpace(`
GET / 0s-1ms 
  shop 0s-1ms failed business !skipped:1ms:price:business
    item 0s-1ms failed business`), strings.Join(all.tree(t), "\n"))
}

// What has a span already keeps it.
func TestSkipped_isASpanWhereThatHasBegun(t *testing.T) {
	_, all := server(t, func(ctx context.Context) {
		line("shop", takes("item", ms, errSoldOut), takes("price", ms, nil)).Do(ctx, "x")
	}, curious{})
	require.Equal(t, strings.TrimSpace(`
GET / 0s-1ms 
  shop 0s-1ms failed business
    item 0s-1ms failed business
    price 1ms-1ms skipped business <input item`), strings.Join(all.tree(t), "\n"))
}

// vendor is a provider that puts more than the span into the ctx.
type vendor struct {
	embedded.TracerProvider
	from trace.TracerProvider
}

func (v vendor) Tracer(name string, opts ...trace.TracerOption) trace.Tracer {
	return vendorTracer{from: v.from.Tracer(name, opts...)}
}

type vendorTracer struct {
	embedded.Tracer
	from trace.Tracer
}

const vendorKey = attribute.Key("the vendor's own")

func (v vendorTracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	ctx, span := v.from.Start(ctx, name, opts...)
	return context.WithValue(ctx, vendorKey, name), span
}

func TestCtx_hasAllThatAProviderPutsThere(t *testing.T) {
	o := jadeotel.New(jadeotel.TracerProvider(vendor{from: sdktrace.NewTracerProvider()}))
	var found []any
	ask := func(name string) task.Task[string, string] {
		return task.New(name, func(ctx context.Context, in string) (string, error) {
			found = append(found, ctx.Value(vendorKey))
			return in, nil
		})
	}
	_, err := line("shop", ask("item"), ask("price").Timeout(time.Minute)).Do(observe.With(t.Context(), o), "x")
	require.NoError(t, err)
	require.Equal(t, []any{"item", "price attempt"}, found)
}
