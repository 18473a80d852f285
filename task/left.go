package task

import (
	"context"
	"errors"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/errtree"
)

// left follows work that nobody waits for any more, as ctx has ended. It is a [future.Body].
type left[In, Out any] struct {
	d   *definition[In, Out]
	ctx context.Context
}

// leave sees to what becomes of work, although the scope may be closing.
func (d *definition[In, Out]) leave(ctx context.Context, work future.Future[Out]) {
	future.Follow(nil, work, future.ModeQuick|future.ModeCleanup, left[In, Out]{d, ctx})
}

// Pass passes a failure on, and with it the duty to report it, unless it only repeats why the caller has left.
func (l left[In, Out]) Pass(r future.Result[Out]) (Out, bool) {
	return r.Value, r.Err != nil && !repeats(l.ctx, r.Err)
}

func (l left[In, Out]) Run(_ context.Context, r future.Result[Out]) (none Out, _ future.Future[Out], _ error) {
	if r.Err == nil {
		l.d.dispose(l.ctx, r.Value)
	}
	return none, future.Future[Out]{}, nil
}

// repeats reports whether err says no more than that ctx has ended.
func repeats(ctx context.Context, err error) bool {
	_, panicked := errtree.Find[*future.PanicError](err)
	return !panicked && (is(err, context.Cause(ctx)) || passed(ctx.Err()) && passed(err))
}

// is is errors.Is. A panic in a method of err counts as no.
func is(err, target error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, target)
}
