package fc_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/internal/faastest"
	"github.com/jade-go/jade/task"
)

// An invocation continues the trace of its caller, and has its id as its key, unless the platform has told none.
func TestCustom_traceAndKey(t *testing.T) {
	var s faastest.Requests
	var key string
	var has bool
	h := fc.Custom(faas.New("price", func(ctx context.Context, _ int) (int, error) { key, has = task.Key(ctx); return 0, nil },
		faas.Logger(slog.New(slog.DiscardHandler)), faas.Observer(&s)), fc.Console(io.Discard))
	for _, id := range []string{"r-1", ""} {
		r := httptest.NewRequest(http.MethodPost, "/invoke", strings.NewReader("1"))
		r.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		if id != "" {
			r.Header.Set("X-Fc-Request-Id", id)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code)
		require.Equal(t, id, key)
		require.Equal(t, id != "", has)
	}
	require.Len(t, s.All(), 2)
	require.Equal(t, "r-1", s.All()[0].ID)
	require.Equal(t, "other", s.All()[0].Trigger)
	require.Equal(t, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", s.All()[0].Header("traceparent"))
	require.Empty(t, s.All()[0].Header("tracestate"))
	require.True(t, s.All()[0].Cold)
	require.False(t, s.All()[1].Cold)
}
