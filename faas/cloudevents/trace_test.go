package cloudevents_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
	"github.com/jade-go/jade/internal/faastest"
	"github.com/jade-go/jade/task"
)

// An event continues the trace of the request that delivers it, or else the one that it has itself. Its source and its id are its key.
func TestHTTP_traceAndKey(t *testing.T) {
	var s faastest.Requests
	var key string
	server := cloudevents.HTTP(faas.New("price", func(ctx context.Context, _ int) (int, error) { key, _ = task.Key(ctx); return 0, nil },
		faas.Logger(slog.New(slog.DiscardHandler)), faas.Observer(&s)))
	for _, header := range []string{"00-request", ""} {
		r, w := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("1")), httptest.NewRecorder()
		for name, value := range map[string]string{
			"Ce-Specversion": "1.0", "Ce-Id": "1", "Ce-Type": "t", "Ce-Source": "/shop", "Content-Type": "application/json",
			"Ce-Traceparent": "00-event", "Ce-Tracestate": "a=1", "Traceparent": header,
		} {
			r.Header.Set(name, value)
		}
		server.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code)
		require.Equal(t, "/shop/1", key)
	}
	require.Len(t, s.All(), 2)
	require.Equal(t, "pubsub", s.All()[0].Trigger)
	require.Equal(t, "1@/shop", s.All()[0].ID)
	require.Equal(t, "00-request", s.All()[0].Header("Traceparent"))
	require.Empty(t, s.All()[0].Header("Tracestate"))
	require.Equal(t, "00-event", s.All()[1].Header("Traceparent"))
	require.Equal(t, "a=1", s.All()[1].Header("tracestate"))
}
