package lambda

import (
	"context"
	"log/slog"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

type recordKey struct{}

// about is ctx for a record.
func (r record[R]) about(ctx context.Context, observed bool) context.Context {
	i, _ := faas.InvocationOf(ctx)
	i.ID, i.Attempt = r.key, r.attempt
	if observed {
		about := &observe.Request{ID: r.key, Trigger: "pubsub", Header: r.trace}
		if about.Header == nil {
			about.Header = func(string) string { return "" }
		}
		ctx = observe.WithRequest(ctx, about)
	}
	if r.key != "" {
		ctx = task.WithKey(ctx, r.key)
	}
	return context.WithValue(faas.WithInvocation(ctx, i), recordKey{}, true)
}

// batchLog is the log of the handler of batches. The handler of a record writes what concerns a record.
type batchLog struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h batchLog) Handle(ctx context.Context, r slog.Record) error {
	if ctx.Value(recordKey{}) != nil {
		return nil
	}
	return h.Handler.Handle(faas.WithInvocation(ctx, faas.Invocation{}), r) // the record has it already
}

// WithAttrs implements [slog.Handler].
func (h batchLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return batchLog{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h batchLog) WithGroup(name string) slog.Handler { return batchLog{h.Handler.WithGroup(name)} }
