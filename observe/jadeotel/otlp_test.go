package jadeotel_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

// receiver is what a collector is to an exporter: it takes spans by OTLP over HTTP.
type receiver struct {
	mu     sync.Mutex
	scopes []*otlp.ScopeSpans
	faults []error
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	sent, err := decode(req)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil || req.URL.Path != "/v1/traces" || req.Method != http.MethodPost {
		r.faults = append(r.faults, err)
		http.Error(w, "no such thing", http.StatusBadRequest)
		return
	}
	for _, resource := range sent.ResourceSpans {
		r.scopes = append(r.scopes, resource.ScopeSpans...)
	}
	answer, _ := proto.Marshal(&collector.ExportTraceServiceResponse{})
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.Write(answer)
}

func decode(req *http.Request) (*collector.ExportTraceServiceRequest, error) {
	body := io.Reader(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = unzipped
	}
	bytes, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	sent := new(collector.ExportTraceServiceRequest)
	return sent, proto.Unmarshal(bytes, sent)
}

// received runs body with a ctx whose spans are sent to a receiver by the real exporter, and returns what arrives there.
func received(t *testing.T, body func(ctx context.Context)) (all []*otlp.Span) {
	r := new(receiver)
	server := httptest.NewServer(r)
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	exporter, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(server.URL+"/v1/traces"),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression), otlptracehttp.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	body(observe.With(t.Context(), jadeotel.New(jadeotel.TracerProvider(tracers))))
	require.NoError(t, tracers.Shutdown(context.Background()))

	require.Empty(t, r.faults)
	for _, scope := range r.scopes {
		require.Equal(t, jadeotel.ScopeName, scope.Scope.Name)
		all = append(all, scope.Spans...)
	}
	return all
}

func TestOTLP_arrivesWithParentsAndLinks(t *testing.T) {
	var tries atomic.Int32
	item := task.New("item", func(context.Context, string) (string, error) {
		if tries.Add(1) == 1 {
			return "", unavailable{}
		}
		return "book", nil
	}).Retry(task.Retry{Attempts: 2})
	throws := task.New("ads", func(context.Context, string) (string, error) { panic("no ads") })
	page := flow.New("order-page", func(in flow.Node[string]) flow.Node[string] {
		book := flow.Step(item, in)
		ads := flow.Step(throws.Fallback("none"), in)
		checked := flow.Step(line("rules", takes("age", 0, nil)).Task(), in)
		price := flow.After(flow.Step(takes("price", 0, nil), book), checked)
		return flow.Map2(price, flow.Step2(task.New2("标题 🎉", func(_ context.Context, a, b string) (string, error) { return a + b, nil }), book, ads),
			func(a, b string) string { return a + b })
	})
	all := received(t, func(ctx context.Context) {
		_, err := page.Do(ctx, "x")
		require.NoError(t, err)
		_, err = line("broken", takes("stock", 0, unavailable{})).Do(ctx, "x")
		require.Error(t, err)
	})

	require.Len(t, all, 12)
	byID, byName := map[string]*otlp.Span{}, map[string]*otlp.Span{}
	for _, s := range all {
		byID[string(s.SpanId)], byName[s.Name] = s, s
	}
	parents, links := map[string]string{}, map[string][]string{}
	for _, s := range all {
		around := byID[string(s.ParentSpanId)]
		if len(s.ParentSpanId) > 0 {
			require.NotNil(t, around, "the parent of %s", s.Name)
			require.Equal(t, around.TraceId, s.TraceId)
			parents[kindAndName(s)] = kindAndName(around)
		} else {
			parents[kindAndName(s)] = ""
		}
		for _, l := range s.Links {
			require.Equal(t, s.TraceId, l.TraceId)
			require.Contains(t, byID, string(l.SpanId))
			links[s.Name] = append(links[s.Name], texts(l.Attributes)["jade.link"]+" "+kindAndName(byID[string(l.SpanId)]))
		}
	}
	require.Equal(t, map[string]string{
		"run order-page": "",
		"node item":      "run order-page", "attempt item attempt": "node item",
		"node ads":   "run order-page",
		"node rules": "run order-page", "run rules": "node rules", "node age": "run rules",
		"node price": "run order-page", "node 标题 🎉": "run order-page",
		"run broken": "", "node stock": "run broken",
	}, parents)
	require.Equal(t, map[string][]string{
		"标题 🎉":  {"input node item", "input node ads"},
		"price": {"input node item", "after node rules"},
	}, links)

	broken := byName["broken"]
	require.Equal(t, otlp.Status_STATUS_CODE_ERROR, broken.Status.Code)
	require.Contains(t, broken.Status.Message, "busy")
	require.Equal(t, "dependency", texts(broken.Attributes)["error.type"])
	require.Equal(t, otlp.Status_STATUS_CODE_UNSET, byName["order-page"].Status.GetCode())

	exception := byName["ads"].Events[0]
	require.Equal(t, "exception", exception.Name)
	require.Equal(t, "no ads", texts(exception.Attributes)["exception.message"])
	require.Contains(t, texts(exception.Attributes)["exception.stacktrace"], "otlp_test.go")
}

func kindAndName(s *otlp.Span) string { return texts(s.Attributes)["jade.kind"] + " " + s.Name }

func texts(of []*common.KeyValue) map[string]string {
	all := map[string]string{}
	for _, a := range of {
		all[a.Key] = a.Value.GetStringValue()
	}
	return all
}
