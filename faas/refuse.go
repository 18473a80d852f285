package faas

import (
	"context"
	"log/slog"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Refused reports an invocation that is refused because of err, before the function is called. It is for adapters of platforms, which refuse requests and
// events before there is an input. ([Handler.InvokeJSON] itself reports what it refuses.) The log gets one record "refused" on level Info, whatever the
// reason is. Other observers see a run with the status skipped. Its class is system if the gate of the handler has rejected it (see [Gate]), and otherwise
// business.
func (h *Handler[In, Out]) Refused(ctx context.Context, err error) {
	guarded(func() (none struct{}) { h.refuse(ctx, err); return none }, struct{}{}, patience)
}

// refuse writes the record with the ctx that the observers have made, so that the record has the span of the run.
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
