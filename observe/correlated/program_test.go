package correlated

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/observe/jadeprometheus"
	"github.com/jade-go/jade/task"
)

// program is a deployed function with all that watches it, and a backend that it calls.
type program struct {
	url, metrics, backend string

	log     lines
	spans   *tracetest.SpanRecorder
	tracers *sdktrace.TracerProvider
}

func start(t *testing.T) *program {
	p := &program{spans: tracetest.NewSpanRecorder()}
	p.tracers = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p.spans))
	p.backend = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("id") == "0" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, r.Header.Get("traceparent"))
	}))
	price := task.New("price", p.price)
	page := flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(price, id) })
	collector := jadeprometheus.New(jadeprometheus.Exemplar(func(ctx context.Context) prometheus.Labels {
		span := trace.SpanContextFromContext(ctx)
		if !span.IsSampled() {
			return nil
		}
		return prometheus.Labels{"trace_id": span.TraceID().String()}
	}))
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector)
	p.metrics = serve(t, promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	pages := http.NewServeMux()
	pages.Handle("POST /pages/{shop}", faas.HTTP(faas.FromFlow(page,
		faas.Logger(slog.New(withSpan{slog.NewJSONHandler(&p.log, nil)})),
		faas.Observer(jadeotel.New(jadeotel.TracerProvider(p.tracers), jadeotel.MeterProvider(noop.NewMeterProvider()))),
		faas.Observer(collector))))
	p.url = serve(t, pages)
	return p
}

// price asks the backend, with a client that has spans of its own.
func (p *program) price(ctx context.Context, id string) (string, error) {
	ctx, span := p.tracers.Tracer("client").Start(ctx, "GET", trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.backend+"?id="+id, nil)
	if err != nil {
		return "", err
	}
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(r.Header))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", unavailable{}
	}
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

type unavailable struct{}

func (unavailable) Error() string   { return "the backend is not available" }
func (unavailable) StatusCode() int { return http.StatusServiceUnavailable }

// withSpan is a log handler as programs with OpenTelemetry have it: it adds the ids of the span of ctx.
type withSpan struct{ slog.Handler }

func (h withSpan) Handle(ctx context.Context, r slog.Record) error {
	of := trace.SpanContextFromContext(ctx)
	r.AddAttrs(slog.String("trace_id", of.TraceID().String()), slog.String("span_id", of.SpanID().String()))
	return h.Handler.Handle(ctx, r)
}

func (h withSpan) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withSpan{h.Handler.WithAttrs(attrs)}
}

func serve(t *testing.T, h http.Handler) (url string) {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return s.URL
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) all() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

func get(t *testing.T, url, accept string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(text)
}
