package fc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	goruntime "runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/jade-go/jade/faas"
	"github.com/stretchr/testify/require"
)

// ending is an error of a phase whose text ends the goroutine.
type ending struct{}

func (ending) Error() string { goruntime.Goexit(); return "" }

// A log handler that fails changes nothing of a phase.
func TestDispatch_aLogThatFails(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, do := range map[string]func(){"panics": func() { panic("oh") }, "ends its goroutine": goruntime.Goexit, "blocks": func() { <-release }} {
		t.Run(name, func(t *testing.T) {
			r := &runtime{work: work{name: "page", init: func(context.Context) error { return ending{} }, logger: slog.New(failing{slog.DiscardHandler, do})}}
			_, err := r.dispatch(t.Context(), initialize, nil)
			require.Equal(t, ending{}, err)
		})
	}
}

// Nor does it keep an answer from the platform, or end the process.
func TestRun_aLogThatFails(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, do := range map[string]func(){"panics": func() { panic("oh") }, "ends its goroutine": goruntime.Goexit, "blocks": func() { <-release }} {
		t.Run(name, func(t *testing.T) {
			answers := make(chan string, attempts)
			platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answers <- path.Base(r.URL.Path)
				w.WriteHeader(http.StatusBadRequest) // it is not taken, which is logged
			}))
			defer platform.Close()
			r := newRuntime(settings{api: strings.TrimPrefix(platform.URL, "http://"), console: io.Discard}, workOf(faas.New("page", same, faas.Logger(slog.New(failing{slog.DiscardHandler, do})))))
			defer r.client.CloseIdleConnections()
			r.answer(&arrival{newInvocation(http.Header{"X-Fc-Request-Id": {"r-1"}}), io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)), func() {}})
			require.Equal(t, "error", <-answers)

			w := httptest.NewRecorder()
			r.serve(w, httptest.NewRequest(http.MethodGet, "/invoke", nil))
			require.Equal(t, http.StatusMethodNotAllowed, w.Code)
		})
	}
}

type failing struct {
	slog.Handler
	do func()
}

func (failing) Enabled(context.Context, slog.Level) bool    { return true }
func (h failing) Handle(context.Context, slog.Record) error { h.do(); return nil }

type long struct{}

func (long) Error() string  { return strings.Repeat("é", 5000) }
func (long) Public() string { return strings.Repeat("x", 9000) }

// What the platform is told has a bounded text, whatever the error is.
func TestErrorBody(t *testing.T) {
	message := func(err error, opaque bool) string {
		var p report
		require.NoError(t, json.Unmarshal((&runtime{settings: settings{opaque: opaque}}).errorBody(err), &p))
		require.NotEmpty(t, p.Type)
		return p.Message
	}
	const most = 4<<10 + len("…")
	require.Equal(t, "sold out", message(errors.New("sold out"), false))
	require.LessOrEqual(t, len(message(long{}, false)), most)
	require.Greater(t, len(message(long{}, false)), 4000)
	require.LessOrEqual(t, len(message(long{}, true)), most)
	require.NotEmpty(t, message(ending{}, false))
	require.NotEmpty(t, message(ending{}, true))
}

func same(_ context.Context, n int) (int, error) { return n, nil }
