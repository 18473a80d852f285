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
)

// An invocation that there is no place for is refused before its event is read. The other phases need no place.
func TestCustom_maxInFlight(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	h := faas.New("price", func(context.Context, int) (int, error) { close(begun); <-end; return 2, nil }, faas.MaxInFlight(1), faas.Logger(slog.New(slog.DiscardHandler)))
	server := fc.Custom(h, fc.Console(io.Discard))
	do := func(path string, body io.Reader) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, body))
		return w
	}
	first := make(chan *httptest.ResponseRecorder)
	go func() { first <- do("/invoke", strings.NewReader("1")) }()
	<-begun
	w := do("/invoke", faastest.Unread(t))
	require.Equal(t, 503, w.Code)
	require.Equal(t, "404", w.Header().Get("X-Fc-Status"))
	require.Contains(t, w.Body.String(), `"errorType":"jade.system"`)
	require.Equal(t, 200, do("/initialize", strings.NewReader("")).Code)
	close(end)
	require.Equal(t, 200, (<-first).Code)
}
