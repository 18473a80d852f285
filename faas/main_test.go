package faas_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/internal/notes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// logbook is a log that a test reads.
type logbook struct{ notes.Text }

// option has the handler write there, without times.
func (l *logbook) option() faas.Option {
	return faas.Logger(slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.TimeKey, "run", "place", "elapsed_ms", "deadline_left_ms", "stack":
			return slog.Attr{}
		}
		return a
	}})))
}

// plusOne is a function that takes its time, unless its ctx ends.
func plusOne(d time.Duration) faas.Func[int, int] {
	return func(ctx context.Context, n int) (int, error) {
		select {
		case <-time.After(d):
			return n + 1, nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}
