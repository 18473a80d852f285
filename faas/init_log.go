package faas

import (
	"context"
	"errors"
	"log/slog"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// MessageInit is the message of the record that [LogInit] writes.
const MessageInit = "init failed"

// LogInit writes the record for an initialiser that has failed, on level Error, with the function's name, the class of the failure, its text, and the
// stack of a panic. It is for adapters of platforms that initialise before the first request. A failure during a request is in the record of that request.
func LogInit(ctx context.Context, l *slog.Logger, function string, err error) {
	about := []slog.Attr{
		slog.String("function", function),
		slog.String("class", recovery.Classify(err).String()),
		slog.String("error", recovery.Text(err)),
	}
	if panicked, ok := errors.AsType[*future.PanicError](err); ok {
		_, stack := recovery.PanicText(panicked)
		about = append(about, slog.String("stack", stack))
	}
	l.LogAttrs(ctx, slog.LevelError, MessageInit, about...)
}

// logsInit makes the handler log each failure of its initialiser, because the probes that begin it have no record of their own.
func (h *Handler[In, Out]) logsInit() { h.ready.logs.Store(true) }

// logInit is called with each failure of the initialiser, before those who wait for it get it. No log handler delays them for long.
func (h *Handler[In, Out]) logInit(ctx context.Context, err error) {
	if h.ready.logs.Load() {
		guarded(func() (none struct{}) { LogInit(ctx, h.logger, h.name, err); return none }, struct{}{}, patience)
	}
}
