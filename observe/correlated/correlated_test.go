package correlated

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/faas"
)

const (
	callersTrace = "0af7651916cd43dd8448eb211c80319c"
	callersSpan  = "b7ad6b7169203331"
)

// call sends a request as a caller does that has a trace, and returns the answer.
func (p *program) call(t *testing.T, id, input string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/pages/7", strings.NewReader(input))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Request-Id", id)
	r.Header.Set("traceparent", "00-"+callersTrace+"-"+callersSpan+"-01")
	a, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a.StatusCode, string(text)
}

// record is a record of the log.
type record struct {
	Msg, Kind string
	RequestID string `json:"request_id"`
	TraceID   string `json:"trace_id"`
	SpanID    string `json:"span_id"`
}

func (p *program) records(t *testing.T, id string) (found []record) {
	for d := json.NewDecoder(bytes.NewReader(p.log.all())); ; {
		var r record
		if err := d.Decode(&r); err == io.EOF {
			return found
		} else {
			require.NoError(t, err)
		}
		if r.RequestID == id {
			found = append(found, r)
		}
	}
}

// entry is the span with the id of the request.
func (p *program) entry(t *testing.T, id string) sdktrace.ReadOnlySpan {
	t.Helper()
	var found []sdktrace.ReadOnlySpan
	for _, s := range p.spans.Ended() {
		for _, a := range s.Attributes() {
			if a.Key == "faas.invocation_id" && a.Value.AsString() == id {
				found = append(found, s)
			}
		}
	}
	require.Len(t, found, 1)
	return found[0]
}

// inside is the span with that name which is part of around.
func (p *program) inside(t *testing.T, around sdktrace.ReadOnlySpan, name string) sdktrace.ReadOnlySpan {
	t.Helper()
	for _, s := range p.spans.Ended() {
		if s.Name() == name && s.Parent().SpanID() == around.SpanContext().SpanID() {
			return s
		}
	}
	t.Fatalf("no span %s in %s", name, around.Name())
	return nil
}

// exemplars are the trace ids of the exemplars with the id of the request.
func (p *program) exemplars(t *testing.T, id string) (traces []string) {
	text := get(t, p.metrics, "application/openmetrics-text;version=1.0.0")
	for _, m := range regexp.MustCompile(`jade_run_duration_seconds_bucket\{[^}]*\} \d+ # \{([^}]*)\}`).FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[1], `request_id="`+id+`"`) {
			traces = append(traces, regexp.MustCompile(`trace_id="(\w+)"`).FindStringSubmatch(m[1])[1])
		}
	}
	return traces
}

// Who has the id of a request finds its log, its spans and an exemplar of its duration, and all are of the trace of the caller.
func TestRequestID_findsLogSpanAndExemplar(t *testing.T) {
	p := start(t)
	status, answer := p.call(t, "r-1", `"7"`)
	require.Equal(t, http.StatusOK, status)
	status, _ = p.call(t, "r-2", `"0"`)
	require.Equal(t, http.StatusBadGateway, status)

	require.Eventually(t, func() bool { return len(p.spans.Ended()) == 6 }, time.Minute, time.Millisecond, "those of two requests, which are told last")

	codeOf := map[string]int{"r-1": http.StatusOK, "r-2": http.StatusBadGateway}
	for id, want := range map[string]int{"r-1": 1, "r-2": 2} { // a line, and of the second a failure
		entry := p.entry(t, id)
		require.Equal(t, trace.SpanKindServer, entry.SpanKind())
		require.Equal(t, callersTrace, entry.SpanContext().TraceID().String())
		require.Equal(t, callersSpan, entry.Parent().SpanID().String())
		require.Contains(t, entry.Attributes(), semconv.HTTPRoute("/pages/{shop}"))
		require.Contains(t, entry.Attributes(), semconv.FaaSColdstart(id == "r-1"))
		require.Contains(t, entry.Attributes(), semconv.HTTPResponseStatusCode(codeOf[id]))
		called := p.inside(t, entry, "price")
		client := p.inside(t, called, "GET")
		if id == "r-1" {
			require.Contains(t, answer, client.SpanContext().SpanID().String(), "what the backend was sent")
		}

		records := p.records(t, id)
		require.Len(t, records, want)
		for _, r := range records {
			require.Equal(t, callersTrace, r.TraceID, r.Msg)
			of := entry
			if r.Kind == "node" {
				of = called
			}
			require.Equal(t, of.SpanContext().SpanID().String(), r.SpanID, r.Msg)
		}
		require.Equal(t, []string{callersTrace}, p.exemplars(t, id))
	}
	require.Empty(t, p.records(t, "r-3"))
	require.Empty(t, p.exemplars(t, "r-3"))
}

// A request that the function is not called for is found as well. It has no duration.
func TestRequestID_findsARefusedRequest(t *testing.T) {
	p := start(t)
	status, _ := p.call(t, "r-1", `{`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Eventually(t, func() bool { return len(p.spans.Ended()) == 1 }, time.Minute, time.Millisecond)

	entry := p.entry(t, "r-1")
	require.Equal(t, callersSpan, entry.Parent().SpanID().String())
	require.Equal(t, codes.Unset, entry.Status().Code)
	require.Contains(t, entry.Attributes(), semconv.HTTPResponseStatusCode(http.StatusBadRequest))
	records := p.records(t, "r-1")
	require.Len(t, records, 1)
	require.Equal(t, record{Msg: faas.MessageRefused, RequestID: "r-1", TraceID: callersTrace, SpanID: entry.SpanContext().SpanID().String()}, records[0])
	require.Empty(t, p.exemplars(t, "r-1"))
}
