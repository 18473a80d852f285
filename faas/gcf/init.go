package gcf

import (
	"context"
	"errors"
	"log/slog"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// MessageInit is the message of the record, of level Error, for an initialiser that has failed.
const MessageInit = "init failed"

func logInit(name string, err error) {
	about := []slog.Attr{
		slog.String("function", name),
		slog.String("class", recovery.Classify(err).String()),
		slog.String("error", recovery.Text(err)),
	}
	if panicked, ok := errors.AsType[*future.PanicError](err); ok {
		_, stack := recovery.PanicText(panicked)
		about = append(about, slog.String("stack", stack))
	}
	slog.LogAttrs(context.Background(), slog.LevelError, MessageInit, about...)
}
