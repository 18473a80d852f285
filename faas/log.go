package faas

import (
	"context"
	"log/slog"
)

// Keys of attributes that every record of an invocation has, if the platform has told the values.
const (
	KeyRequest  = "request_id"
	KeyDeployed = "deployed_as" // the function's name on the platform, where that is another than the handler's
)

// defaultHandler is that of the default logger, whatever that is when something is logged.
type defaultHandler struct {
	made func() slog.Handler // of it; nil: nothing is
}

func (h defaultHandler) now() slog.Handler {
	if h.made == nil {
		return slog.Default().Handler()
	}
	return h.made()
}

// Enabled implements [slog.Handler].
func (h defaultHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return slog.Default().Handler().Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (h defaultHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.now().Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h defaultHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return defaultHandler{func() slog.Handler { return h.now().WithAttrs(attrs) }}
}

// WithGroup implements [slog.Handler].
func (h defaultHandler) WithGroup(name string) slog.Handler {
	return defaultHandler{func() slog.Handler { return h.now().WithGroup(name) }}
}

// requestHandler adds what the platform says of the invocation to each record.
type requestHandler struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h *requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if i, ok := InvocationOf(ctx); ok {
		if i.ID != "" {
			r.AddAttrs(slog.String(KeyRequest, i.ID))
		}
		if i.Function != "" {
			r.AddAttrs(slog.String(KeyDeployed, i.Function))
		}
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h *requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &requestHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h *requestHandler) WithGroup(name string) slog.Handler {
	return &requestHandler{h.Handler.WithGroup(name)}
}
