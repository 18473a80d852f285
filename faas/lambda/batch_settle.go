package lambda

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// settle is what becomes of a record that has failed with err, or of one that has not.
func (b *batch[R]) settle(ctx context.Context, r record[R], err error) error {
	if err == nil || b.dead == nil || !hopeless(err) {
		return err
	}
	if _, refused := errors.AsType[*faas.InputError](err); refused {
		err = recovery.Mark(recovery.ClassBusiness, err)
	}
	_, failed := future.Go(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, b.dead(ctx, r.raw, err) }).Await(ctx)
	if failed == nil {
		return nil
	}
	b.tell(ctx, MessageDeadLetter, failed)
	return err
}

func (b *batch[R]) tell(ctx context.Context, message string, err error) {
	b.write(ctx, slog.LevelError, message, func() []slog.Attr {
		return []slog.Attr{slog.String("class", recovery.ClassifyIn(ctx, err).String()), slog.String("error", recovery.Text(err))}
	})
}

// patience is how long a batch waits for a log handler.
const patience = 250 * time.Millisecond

// write writes to the log. A log handler that panics or blocks does not change the answer of the batch, and neither does an error whose methods do so.
func (b *batch[R]) write(ctx context.Context, level slog.Level, message string, about func() []slog.Attr) {
	wait := patience
	if end, limited := ctx.Deadline(); limited {
		wait = min(wait, time.Until(end)/2)
	}
	written := future.Go(context.WithoutCancel(ctx), func(context.Context) (struct{}, error) {
		b.log.LogAttrs(ctx, level, message, append([]slog.Attr{slog.String("function", b.name)}, about()...)...)
		return struct{}{}, nil
	})
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case <-written.Done():
	case <-late.C:
	}
}

// hopeless reports whether a record would fail again with err: the function refuses it, or it breaks the function.
func hopeless(err error) bool {
	if _, unready := errors.AsType[*faas.InitError](err); unready {
		return false
	}
	if _, refused := errors.AsType[*faas.InputError](err); refused {
		return true
	}
	class := recovery.Classify(err)
	return class == recovery.ClassBusiness || class == recovery.ClassCode
}
