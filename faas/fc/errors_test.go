package fc

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	goruntime "runtime"
	"strings"
	"testing"

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
