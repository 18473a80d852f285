package gcf_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/gcf"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Effects may have what is left until the deadline of the request.
func TestHandler_drainsUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		audit := task.New("audit", func(context.Context, string) (string, error) {
			time.Sleep(500 * time.Millisecond)
			ended = true
			return "", nil
		})
		f := flow.New("echo", func(in flow.Node[string]) flow.Node[string] { return flow.Also(in, flow.Step(audit, in)) })
		h := faas.FromFlow(f, faas.Logger(slog.New(slog.DiscardHandler)), faas.Drain(faas.TimeLeft))
		begun := time.Now()
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/", strings.NewReader(`"oh"`))
		r.Header.Set("Content-Type", "application/json")
		gcf.Handler(h, faas.Limit(time.Second)).ServeHTTP(w, r)
		require.Equal(t, 200, w.Code, w.Body)
		require.Equal(t, 500*time.Millisecond, time.Since(begun))
		require.True(t, ended)
	})
}
