package jadeotel_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	recovery "github.com/jade-go/jade/recover"
)

// ofRequest are the attributes of the span of a run that answers r, but for those that every span has.
func ofRequest(t *testing.T, r observe.Request) (all []string) {
	t.Helper()
	for _, a := range attributes(answered(t, t.Context(), &r, nil).named(t, "shop")) {
		if !strings.HasPrefix(a, "jade.") && !strings.HasPrefix(a, "code.") {
			all = append(all, a)
		}
	}
	return all
}

func TestRequest_isDescribedByTheConventions(t *testing.T) {
	ok := func(error) int { return 200 }
	for name, c := range map[string]struct {
		of   observe.Request
		want []string
	}{
		"nothing known": {observe.Request{}, []string{"faas.coldstart=false", "faas.trigger=other"}},
		"a message":     {observe.Request{ID: "m-1", Trigger: "pubsub", Cold: true}, []string{"faas.coldstart=true", "faas.invocation_id=m-1", "faas.trigger=pubsub"}},
		"HTTP": {observe.Request{
			ID: "r-1", Trigger: "http", Method: "POST", Scheme: "https", Host: "shop.example:8443", Path: "/shops/7", Route: "/shops/{id}", UserAgent: "curl/9", Status: ok,
		}, []string{
			"faas.coldstart=false", "faas.invocation_id=r-1", "faas.trigger=http",
			"http.request.method=POST", "http.response.status_code=200", "http.route=/shops/{id}",
			"server.address=shop.example", "server.port=8443", "url.path=/shops/7", "url.scheme=https", "user_agent.original=curl/9",
		}},
		"a method that nobody knows": {observe.Request{Method: "post", Scheme: "gopher", Host: "[::1]"}, []string{
			"faas.coldstart=false", "faas.trigger=http", "http.request.method=_OTHER", "http.request.method_original=post", "server.address=::1",
		}},
		"a code that is none": {observe.Request{Method: "QUERY", Host: "[::1]:80", Status: func(error) int { return 0 }}, []string{
			"faas.coldstart=false", "faas.trigger=http", "http.request.method=QUERY", "server.address=::1", "server.port=80",
		}},
		"what is not UTF-8": {observe.Request{ID: "\xff", Trigger: "\xff", Method: "\xff", Host: "\xff:0x50", Path: "/\xff", Route: "\xff", UserAgent: "\xff"}, []string{
			"faas.coldstart=false", "faas.invocation_id=\uFFFD", "faas.trigger=\uFFFD", "http.request.method=_OTHER", "http.request.method_original=\uFFFD",
			"http.route=\uFFFD", "server.address=\uFFFD", "url.path=/\uFFFD", "user_agent.original=\uFFFD",
		}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, ofRequest(t, c.of)) })
	}
}

func TestRequest_doesNotFillASpan(t *testing.T) {
	huge := strings.Repeat("ü", 1<<20)
	for _, a := range ofRequest(t, observe.Request{ID: huge, Trigger: huge, Method: huge, Scheme: huge, Host: huge, Path: huge, Route: huge, UserAgent: huge}) {
		require.Less(t, len(a), 5000)
	}
}

// The conventions have a variable for the methods that a program knows.
func TestRequest_hasTheMethodsOfTheProgram(t *testing.T) {
	t.Setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "GET, PURGE")
	require.Contains(t, ofRequest(t, observe.Request{Method: "PURGE"}), "http.request.method=PURGE")
	require.Contains(t, ofRequest(t, observe.Request{Method: "POST"}), "http.request.method=_OTHER")
}

func TestRequest_kindIsByTheTrigger(t *testing.T) {
	for trigger, kind := range map[string]trace.SpanKind{
		"http": trace.SpanKindServer, "timer": trace.SpanKindServer, "datasource": trace.SpanKindServer, "other": trace.SpanKindServer, "": trace.SpanKindServer,
		"pubsub": trace.SpanKindConsumer,
	} {
		require.Equal(t, kind, answered(t, t.Context(), &observe.Request{Trigger: trigger}, nil).named(t, "shop").SpanKind(), trigger)
	}
}

// ends reports a run that answers r and ends so, and returns its span.
func ends(t *testing.T, ctx context.Context, r *observe.Request, o observe.Outcome) sdktrace.ReadOnlySpan {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	observer := jadeotel.New(jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))), jadeotel.MeterProvider(noop.NewMeterProvider()))
	_, end := observer.Begin(observe.WithRequest(ctx, r), observe.Call{Kind: observe.KindRun, Flow: "shop"})
	end(o)
	return spans(recorder.Ended()).named(t, "shop")
}

// What the status of the span is, by what the run and the answer are.
func TestRequest_statusOfTheSpan(t *testing.T) {
	late := errors.New("late")
	for _, c := range []struct {
		status observe.Status
		class  recovery.Class
		code   int
		want   string
	}{
		{observe.StatusOK, recovery.ClassNone, 200, "Unset"},
		{observe.StatusOK, recovery.ClassNone, 503, "Error 503"},
		{observe.StatusDegraded, recovery.ClassDependency, 200, "Unset"},
		{observe.StatusFailed, recovery.ClassDependency, 502, "Error dependency"},
		{observe.StatusFailed, recovery.ClassDependency, 404, "Unset"}, // the author says that it was the caller
		{observe.StatusFailed, recovery.ClassDependency, 200, "Error dependency"},
		{observe.StatusFailed, recovery.ClassDependency, 0, "Error dependency"},
		{observe.StatusFailed, recovery.ClassBusiness, 422, "Unset"},
		{observe.StatusFailed, recovery.ClassBusiness, 503, "Error 503"}, // the author says that it was not
		{observe.StatusFailed, recovery.ClassCode, 500, "Error code"},
		{observe.StatusFailed, recovery.ClassCode, 400, "Error code"},
		{observe.StatusFailed, recovery.ClassUnknown, 500, "Error unknown"},
		{observe.StatusStraggler, recovery.ClassTimeout, 504, "Error timeout"},
		{observe.StatusSkipped, recovery.ClassBusiness, 415, "Unset"},
		{observe.StatusSkipped, recovery.ClassBusiness, 500, "Error 500"},
		{observe.StatusCanceled, recovery.ClassCanceled, 500, "Error 500"}, // and the caller is there
	} {
		r := &observe.Request{Method: "POST", Status: func(err error) int {
			require.Equal(t, c.status == observe.StatusOK || c.status == observe.StatusDegraded, err == nil)
			return c.code
		}}
		o := observe.Outcome{Status: c.status, Class: c.class}
		if c.class != recovery.ClassNone {
			o.Err = late
		}
		span := ends(t, t.Context(), r, o)
		got := span.Status().Code.String()
		if span.Status().Code == codes.Error {
			got += " " + text(span, "error.type")
		} else {
			require.Empty(t, text(span, "error.type"))
		}
		require.Equal(t, c.want, got, "%v %v %d", c.status, c.class, c.code)
		require.EqualValues(t, c.code, number(span, "http.response.status_code"))
		require.Equal(t, c.status.String(), text(span, jadeotel.KeyOutcome))
		if o.Err != nil && span.Status().Code == codes.Unset && c.status != observe.StatusDegraded {
			require.Equal(t, "late", text(span, jadeotel.KeyError), "why")
		}
	}
}

// Nobody got the answer that a caller has not waited for.
func TestRequest_ofACallerWhoHasLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	r := &observe.Request{Method: "POST", Status: func(error) int { return 500 }}
	span := ends(t, ctx, r, observe.Outcome{Status: observe.StatusCanceled, Class: recovery.ClassCanceled, Err: context.Canceled})
	require.Equal(t, codes.Unset, span.Status().Code)
	require.Zero(t, number(span, "http.response.status_code"))
}

func TestRequest_statusThatPanicsChangesNothing(t *testing.T) {
	log := logged(t)
	span := ends(t, t.Context(), &observe.Request{Method: "POST", Status: func(error) int { panic("a bug") }}, observe.Outcome{})
	require.Contains(t, log.String(), "changes nothing")
	require.Equal(t, "ok", text(span, jadeotel.KeyOutcome))
}

// A flow in a flow and a task alone answer no request.
func TestRequest_isThatOfTheOutermostRun(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	o := jadeotel.New(jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))), jadeotel.MeterProvider(noop.NewMeterProvider()))
	ctx := observe.With(observe.WithRequest(t.Context(), &observe.Request{ID: "r-1", Method: "POST"}), o)
	_, err := line("shop", line("rules", takes("age", 0, nil)).Task()).Do(ctx, "x")
	require.NoError(t, err)
	_, err = takes("alone", 0, nil).Do(ctx, "x")
	require.NoError(t, err)
	var found []string
	for _, s := range recorder.Ended() {
		if id := text(s, "faas.invocation_id"); id != "" {
			found = append(found, fmt.Sprint(s.Name(), " ", s.SpanKind()))
		} else {
			require.Equal(t, trace.SpanKindInternal, s.SpanKind())
		}
	}
	require.Equal(t, []string{"shop server"}, found)
}

// A sampler can decide by the request.
func TestRequest_isSeenByTheSampler(t *testing.T) {
	var seen []string
	by := asking(func(p sdktrace.SamplingParameters) { seen = append(seen, fmt.Sprint(p.Kind, len(p.Attributes))) })
	answered(t, t.Context(), &observe.Request{Method: "GET", Path: "/healthz"}, nil, jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSampler(by))))
	require.Equal(t, []string{"server 4", "unspecified 0"}, seen)
}

// asking is a sampler that takes all.
type asking func(sdktrace.SamplingParameters)

func (a asking) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	a(p)
	return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample}
}

func (asking) Description() string { return "asking" }
