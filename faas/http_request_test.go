package faas_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// The key of a request is that of its invocation. One that cannot be is refused, as the function would do twice what it should do once.
func TestHTTP_idempotencyKey(t *testing.T) {
	var got string
	var has bool
	h := faas.HTTP(faas.New("charge", func(ctx context.Context, _ int) (int, error) { got, has = task.Key(ctx); return 0, nil }, faas.Logger(quiet)))
	for header, want := range map[string]string{
		"8e03978e-40d5-43e8-bc93-6894a57f9324": "8e03978e-40d5-43e8-bc93-6894a57f9324", `"k-1"`: "k-1", "k-1": "k-1", strings.Repeat("x", 255): strings.Repeat("x", 255),
	} {
		require.Equal(t, 200, post(t, h, "1", "Idempotency-Key", header).StatusCode)
		require.Equal(t, want, got)
	}
	for _, header := range []string{"", `""`, `"`, "a b", "é", "a\x00", strings.Repeat("x", 256), `"a"b"`, `a\b`} {
		got = "not called"
		p := problemOf(t, post(t, h, "1", "Idempotency-Key", header))
		require.Equal(t, faas.Problem{Title: "Bad Request", Status: 400, Detail: "the header Idempotency-Key is malformed"}, p, header)
		require.Equal(t, "not called", got)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("1"))
	r.Header = http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {"a", "a"}}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, 400, w.Code)
	require.Equal(t, 200, post(t, h, "1").StatusCode)
	require.False(t, has)
}

// requests is an observer that notes the requests of runs, and the statuses that they are answered with.
type requests struct {
	mu       sync.Mutex
	seen     []observe.Request
	trace    []string
	statuses []int
}

func (o *requests) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	r := observe.RequestOf(ctx)
	if c.Kind != observe.KindRun || r == nil {
		return nil, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	seen := *r
	seen.Header, seen.Status = nil, nil
	o.seen = append(o.seen, seen)
	o.trace = append(o.trace, r.Header("traceparent"), r.Header("tracestate"))
	return nil, func(outcome observe.Outcome) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.statuses = append(o.statuses, r.Status(outcome.Err))
	}
}

// An observer may ask for the status of any run that has ended, also of one that the function does not wait for.
func TestHTTP_statusOfARunBesideTheAnswer(t *testing.T) {
	var o requests
	beside := flow.New("beside", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(n int) int { return n }) })
	h := faas.HTTP(faas.New("order", func(ctx context.Context, n int) (created, error) {
		beside.Go(ctx, n)
		return created{"7", 201, nil}, nil
	}, faas.Observer(&o), faas.Logger(quiet)))
	for range 100 {
		require.Equal(t, 201, post(t, h, "1").StatusCode)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	require.Subset(t, []int{0, 201}, o.statuses)
}

// Observers find what they need for a trace in the ctx.
func TestHTTP_theRequestForObservers(t *testing.T) {
	for name, opts := range map[string][]faas.Option{"of the handler": nil, "of the ctx": nil} {
		t.Run(name, func(t *testing.T) {
			var o requests
			opts = append(opts, faas.Logger(quiet))
			if name == "of the handler" {
				opts = append(opts, faas.Observer(&o))
			}
			mux := http.NewServeMux()
			mux.Handle("POST example.com/items/{id}", faas.HTTP(faas.New("order", func(_ context.Context, in patch) (created, error) {
				if in.Item == "none" {
					return created{}, soldOut{409}
				}
				return created{in.ID, 201, nil}, nil
			}, opts...)))
			for _, body := range []string{`{"item":"lamp"}`, `{"item":"none"}`, `{"item":7}`, `{}`} {
				r := httptest.NewRequest("POST", "https://example.com/items/7?quiet=true", strings.NewReader(body))
				r.Header = http.Header{
					"Content-Type": {"application/json"}, "User-Agent": {"curl/8"}, "X-Request-Id": {"r-7"},
					"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, "Tracestate": {"a=1", "b=2"},
				}
				if name == "of the ctx" {
					r = r.WithContext(observe.With(r.Context(), &o))
				}
				mux.ServeHTTP(httptest.NewRecorder(), r)
			}
			want := observe.Request{ID: "r-7", Trigger: "http", Method: "POST", Scheme: "https", Host: "example.com", Path: "/items/7", Route: "/items/{id}", UserAgent: "curl/8"}
			cold := want
			cold.Cold = true
			require.Equal(t, []observe.Request{cold, want, want, want}, o.seen)
			require.Equal(t, []string{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=1,b=2"}, o.trace[:2])
			require.Equal(t, []int{201, 409, 400, 201}, o.statuses)
		})
	}
}
