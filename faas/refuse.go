package faas

import (
	"context"
	"log/slog"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Refused tells of an invocation that the function is not called for, because of err: for adapters of platforms, which refuse requests and
// events before there is an input. (What [Handler.InvokeJSON] refuses, it tells itself.) It is one record "refused", on level Info, whatever the reason; observers, other
// than that of the log, are told of a run that was skipped. Its class is system if the handler had no place for it, see [MaxInFlight], and else business.
func (h *Handler[In, Out]) Refused(ctx context.Context, err error) {
	guarded(func() (none struct{}) { h.refuse(ctx, err); return none }, struct{}{}, patience)
}

// refuse has the record in the ctx that the observers have made: with the span of the run, if it has one.
func (h *Handler[In, Out]) refuse(ctx context.Context, err error) {
	o := observe.Tee(observe.From(ctx), h.others)
	now := time.Now()
	observed, end := observe.Begin(observe.With(ctx, o), observe.Call{Kind: observe.KindRun, Flow: h.name, Place: h.place, Start: now})
	defer func() { // whatever the log handler does
		failure := err
		if _, full := err.(*overload); !full {
			failure = recovery.Mark(recovery.ClassBusiness, err)
		}
		outcome := observe.OutcomeOf(observed, failure, nil, now)
		outcome.Status = observe.StatusSkipped
		end(outcome)
	}()
	about := []slog.Attr{slog.String("function", h.name), slog.String("error", recovery.Text(err))}
	if input, ok := err.(*unread); ok && input.cause() != nil {
		about = append(about, slog.String("cause", recovery.Text(input.cause())))
	}
	h.logger.LogAttrs(observed, slog.LevelInfo, MessageRefused, about...)
}
