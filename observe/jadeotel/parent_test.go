package jadeotel_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

const (
	callersTrace = "0af7651916cd43dd8448eb211c80319c"
	callersSpan  = "b7ad6b7169203331"
	traceparent  = "00-" + callersTrace + "-" + callersSpan + "-01"
	amazonTrace  = "5759e988bd862e3fe1be46a994272793"
	amazonID     = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
)

// headers are those of a request, by names in any case.
func headers(pairs ...string) func(string) string {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h.Get
}

// answered runs a flow of a task that asks look, in answer to r, and returns the spans.
func answered(t *testing.T, ctx context.Context, r *observe.Request, look func(context.Context), opts ...jadeotel.Option) spans {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	opts = append([]jadeotel.Option{jadeotel.TracerProvider(tracers), jadeotel.MeterProvider(noop.NewMeterProvider())}, opts...)
	ctx = observe.With(observe.WithRequest(ctx, r), jadeotel.New(opts...))
	item := task.New("item", func(ctx context.Context, in string) (string, error) {
		if look != nil {
			look(ctx)
		}
		return in, nil
	})
	out, err := line("shop", item).Do(ctx, "x")
	require.NoError(t, err)
	require.Equal(t, "x", out)
	return recorder.Ended()
}

func TestParent_isTheCallers(t *testing.T) {
	for name, c := range map[string]struct {
		header       func(string) string
		trace, state string
	}{
		"traceparent":               {headers("traceparent", traceparent, "tracestate", "a=1,b=2"), callersTrace, "a=1,b=2"},
		"X-Ray":                     {headers("X-Amzn-Trace-Id", amazonID), amazonTrace, ""},
		"X-Ray of a load balancer":  {headers("X-Amzn-Trace-Id", "Self=1-67891234-12456789abcdef012345678;"+amazonID+";Lineage=a87bd80c:1|68fd508a:5"), amazonTrace, ""},
		"traceparent before X-Ray":  {headers("traceparent", traceparent, "X-Amzn-Trace-Id", amazonID), callersTrace, ""},
		"X-Ray, broken traceparent": {headers("traceparent", "00-0-0-01", "X-Amzn-Trace-Id", amazonID), amazonTrace, ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := answered(t, t.Context(), &observe.Request{Header: c.header}, nil)
			run, item := all.named(t, "shop"), all.named(t, "item")
			require.True(t, run.Parent().IsRemote())
			require.Equal(t, c.trace, run.Parent().TraceID().String())
			require.Equal(t, c.trace, run.SpanContext().TraceID().String())
			require.Equal(t, c.state, run.SpanContext().TraceState().String())
			require.Equal(t, run.SpanContext().SpanID(), item.Parent().SpanID())
			require.Equal(t, trace.SpanKindServer, run.SpanKind())
			require.Equal(t, trace.SpanKindInternal, item.SpanKind())
		})
	}
}

// A request without a usable trace begins one, and is no error.
func TestParent_isNoneWithoutAUsableHeader(t *testing.T) {
	huge := strings.Repeat("a=b,", 1<<18)
	for name, header := range map[string]func(string) string{
		"no headers":     nil,
		"none":           headers(),
		"malformed":      headers("traceparent", "00-xyz"),
		"upper case":     headers("traceparent", strings.ToUpper(traceparent)),
		"of zeros":       headers("traceparent", "00-00000000000000000000000000000000-0000000000000000-01"),
		"version ff":     headers("traceparent", "ff"+traceparent[2:]),
		"several in one": headers("traceparent", traceparent+","+traceparent),
		// A later version may have more fields.
		"longer than 8 KiB":      headers("traceparent", "01"+traceparent[2:]+"-"+huge[:8<<10]),
		"huge":                   headers("traceparent", huge, "tracestate", huge, "baggage", huge, "X-Amzn-Trace-Id", huge),
		"not UTF-8":              headers("traceparent", "\xff\x00", "tracestate", "\xff", "baggage", "\xff=\xff", "X-Amzn-Trace-Id", "\xff"),
		"X-Ray without parent":   headers("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793"),
		"X-Ray not recorded":     headers("X-Amzn-Trace-Id", strings.Replace(amazonID, "Sampled=1", "Sampled=0", 1)),
		"X-Ray with two roots":   headers("X-Amzn-Trace-Id", amazonID+";"+amazonID),
		"a function that panics": func(string) string { panic("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			log := logged(t)
			all := answered(t, t.Context(), &observe.Request{Header: header}, func(ctx context.Context) {
				require.Zero(t, baggage.FromContext(ctx).Len())
			})
			require.False(t, all.named(t, "shop").Parent().IsValid())
			require.Equal(t, trace.SpanKindServer, all.named(t, "shop").SpanKind())
			require.True(t, all.named(t, "shop").SpanContext().IsSampled())
			require.Equal(t, name == "a function that panics", strings.Contains(log.String(), "changes nothing"))
		})
	}
}

// What is wrong with the rest of the headers does not break the trace.
func TestParent_outlivesABrokenTracestate(t *testing.T) {
	many := strings.Repeat("k", 10)
	for i := range 40 {
		many += ",k" + strings.Repeat("x", i+1) + "=1"
	}
	for _, state := range []string{many, "a=1,a=2", strings.Repeat("a=1,", 1<<18), "\xff"} {
		all := answered(t, t.Context(), &observe.Request{Header: headers("traceparent", traceparent, "tracestate", state)}, nil)
		require.Equal(t, callersTrace, all.named(t, "shop").SpanContext().TraceID().String())
		require.Empty(t, all.named(t, "shop").SpanContext().TraceState().String())
	}
}

func TestParent_isNotReadInsideALocalSpan(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	server := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("server")
	ctx, around := server.Start(t.Context(), "POST /shop", trace.WithSpanKind(trace.SpanKindServer))
	all := answered(t, ctx, &observe.Request{ID: "r-1", Method: "POST", Path: "/shop", Header: func(string) string { panic("not to be asked") }}, nil)
	run := all.named(t, "shop")
	require.Equal(t, trace.SpanKindInternal, run.SpanKind())
	require.Equal(t, around.SpanContext().SpanID(), run.Parent().SpanID())
	require.Equal(t, "r-1", text(run, "faas.invocation_id"), "by which it is found")
	require.NotContains(t, strings.Join(attributes(run), " "), "http.", "which the span of the server has")
}

// A middleware may have read the headers already.
func TestParent_isTheRemoteSpanOfTheCtx(t *testing.T) {
	ctx := propagation.TraceContext{}.Extract(t.Context(), propagation.MapCarrier{"traceparent": traceparent})
	all := answered(t, ctx, &observe.Request{Header: func(string) string { panic("not to be asked") }}, nil)
	require.Equal(t, callersSpan, all.named(t, "shop").Parent().SpanID().String())
	require.Equal(t, trace.SpanKindServer, all.named(t, "shop").SpanKind())
}

func TestBaggage_reachesTheFunction(t *testing.T) {
	for name, tracers := range map[string]trace.TracerProvider{
		"recorded": sdktrace.NewTracerProvider(),
		"not":      sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())),
		"broken":   brokenTracers{},
	} {
		t.Run(name, func(t *testing.T) {
			log := logged(t)
			tenant, found := "", ""
			header := headers("traceparent", traceparent, "baggage", "tenant=acme,plan=gold")
			answered(t, t.Context(), &observe.Request{Header: header}, func(ctx context.Context) {
				tenant, found = baggage.FromContext(ctx).Member("tenant").Value(), trace.SpanContextFromContext(ctx).TraceID().String()
			}, jadeotel.TracerProvider(tracers))
			require.Equal(t, "acme", tenant)
			require.Equal(t, callersTrace, found, "what a client sends on")
			require.Equal(t, name == "broken", log.Len() > 0, log)
		})
	}
}

// brokenTracers have spans that cannot be started.
type brokenTracers struct{ trace.TracerProvider }

func (brokenTracers) Tracer(string, ...trace.TracerOption) trace.Tracer { return brokenTracer{} }

type brokenTracer struct{ trace.Tracer }

func (brokenTracer) Start(context.Context, string, ...trace.SpanStartOption) (context.Context, trace.Span) {
	panic("a bug")
}

func TestSampling_isThatOfTheCaller(t *testing.T) {
	for flags, recorded := range map[string]int{"00": 0, "01": 2} {
		recorder := tracetest.NewSpanRecorder()
		tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)) // ParentBased, as it is by default
		header := headers("traceparent", strings.TrimSuffix(traceparent, "01")+flags)
		answered(t, t.Context(), &observe.Request{Header: header}, func(ctx context.Context) {
			require.Equal(t, callersTrace, trace.SpanContextFromContext(ctx).TraceID().String())
			require.Equal(t, recorded > 0, trace.SpanContextFromContext(ctx).IsSampled())
		}, jadeotel.TracerProvider(tracers))
		require.Len(t, recorder.Ended(), recorded)
	}
}

// own is a propagator of a program's own.
type own struct{ propagation.TraceContext }

func (own) Extract(ctx context.Context, c propagation.TextMapCarrier) context.Context {
	switch c.Get("X-Mode") {
	case "panic":
		panic("a bug")
	case "nil":
		return nil
	}
	c.Set("X-Mode", "nothing")
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": c.Get("X-Trace")})
}

func TestPropagator_readsTheHeadersOfItsOwn(t *testing.T) {
	header := headers("X-Trace", traceparent)
	all := answered(t, t.Context(), &observe.Request{Header: header}, nil, jadeotel.Propagator(own{}))
	require.Equal(t, callersTrace, all.named(t, "shop").SpanContext().TraceID().String())

	all = answered(t, t.Context(), &observe.Request{Header: headers("traceparent", traceparent)}, nil,
		jadeotel.Propagator(propagation.NewCompositeTextMapPropagator()))
	require.False(t, all.named(t, "shop").Parent().IsValid())
	for _, mode := range []string{"panic", "nil"} {
		log := logged(t)
		ctx := context.WithValue(t.Context(), key{}, "y")
		all = answered(t, ctx, &observe.Request{Header: headers("X-Mode", mode)}, func(ctx context.Context) {
			require.Equal(t, "y", ctx.Value(key{}))
		}, jadeotel.Propagator(own{}))
		require.False(t, all.named(t, "shop").Parent().IsValid())
		require.Equal(t, mode == "panic", strings.Contains(log.String(), "changes nothing"))
	}
}

// The headers may be gone later, although the span is opened when somebody asks for it.
func TestParent_isReadWhenTheRunBegins(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	o := jadeotel.New(jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))), jadeotel.MeterProvider(noop.NewMeterProvider()))
	begun := false
	r := &observe.Request{Header: func(name string) string {
		require.False(t, begun)
		return headers("traceparent", traceparent)(name)
	}}
	_, end := o.Begin(observe.WithRequest(t.Context(), r), observe.Call{Kind: observe.KindRun, Flow: "shop"})
	begun = true
	require.Empty(t, recorder.Started())
	end(observe.Outcome{})
	require.Equal(t, callersTrace, spans(recorder.Ended()).named(t, "shop").SpanContext().TraceID().String())
}
