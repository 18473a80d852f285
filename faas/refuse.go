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

func (h *Handler[In, Out]) refuse(ctx context.Context, err error) {
	defer h.countRefusal(ctx, err) // whatever the log handler does
	about := []slog.Attr{slog.String("function", h.name), slog.String("error", recovery.Text(err))}
	if input, ok := err.(*unread); ok && input.cause() != nil {
		about = append(about, slog.String("cause", recovery.Text(input.cause())))
	}
	h.logger.LogAttrs(ctx, slog.LevelInfo, MessageRefused, about...)
}

func (h *Handler[In, Out]) countRefusal(ctx context.Context, err error) {
	o := observe.Tee(observe.From(ctx), h.others)
	now := time.Now()
	observed, end := observe.Begin(observe.With(ctx, o), observe.Call{Kind: observe.KindRun, Flow: h.name, Place: h.place, Start: now})
	if _, full := err.(*overload); !full {
		err = recovery.Mark(recovery.ClassBusiness, err)
	}
	outcome := observe.OutcomeOf(observed, err, nil, now)
	outcome.Status = observe.StatusSkipped
	end(outcome)
}
