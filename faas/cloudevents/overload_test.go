package cloudevents_test

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
	"github.com/jade-go/jade/faas/cloudevents"
	"github.com/jade-go/jade/internal/faastest"
	"github.com/jade-go/jade/internal/notes"
)

// An event that there is no place for is refused before its body is read. It may be sent again.
func TestHTTP_maxInFlight(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	h := faas.New("price", func(context.Context, int) (int, error) { close(begun); <-end; return 2, nil }, faas.MaxInFlight(1), faas.Logger(slog.New(slog.DiscardHandler)))
	server := cloudevents.HTTP(h)
	send := func(body io.Reader) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest(http.MethodPost, "/", body), httptest.NewRecorder()
		for name, value := range map[string]string{"Ce-Specversion": "1.0", "Ce-Id": "1", "Ce-Type": "t", "Ce-Source": "/s", "Content-Type": "application/json"} {
			r.Header.Set(name, value)
		}
		server.ServeHTTP(w, r)
		return w
	}
	first := make(chan *httptest.ResponseRecorder)
	go func() { first <- send(strings.NewReader("1")) }()
	<-begun
	w := send(faastest.Unread(t))
	require.Equal(t, 503, w.Code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))
	require.Contains(t, w.Body.String(), "too many requests are in progress")
	close(end)
	require.Equal(t, 200, (<-first).Code)
}

// What the middleware refuses is logged as what HTTP itself refuses is.
func TestHTTP_logsWhatTheMiddlewareRefuses(t *testing.T) {
	var log notes.Text
	server := cloudevents.HTTP(faas.New("price", func(_ context.Context, n int) (int, error) { return n, nil }, faas.Logger(slog.New(slog.NewTextHandler(&log, nil)))))
	r, w := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("1")), httptest.NewRecorder()
	r.Header["Ce-Id"] = []string{"1", "2"}
	server.ServeHTTP(w, r)
	require.Equal(t, 400, w.Code)
	require.Contains(t, log.String(), `msg=refused function=price error="not a valid event: id: two values"`)
}
