package deadline

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/must"
)

// Reserve returns a ctx that ends d before the deadline of ctx: the time left
// is for degrading and replying. Its cause is an [*Error]. If ctx has no
// deadline there is nothing to reserve, and the returned ctx ends with ctx; if less
// than d is left, it is done from the start. A negative d panics.
//
// cancel releases what the ctx holds, as that of [context.WithDeadline] does; call it.
func Reserve(ctx context.Context, d time.Duration) (reserved context.Context, cancel context.CancelFunc) {
	must.HaveCtx("deadline.Reserve", ctx)
	if d < 0 {
		panic("deadline.Reserve: the duration is " + d.String() + ", and must not be negative")
	}
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	limit := max(0, time.Until(end.Add(-d)))
	late := &Error{Name: "reserve of " + d.String(), Limit: limit, Elapsed: limit}
	reserved, cancel = context.WithTimeoutCause(ctx, limit, late)
	if limit > 0 || reserved.Err() != nil {
		return reserved, cancel
	}
	cancel() // ctx is alive although its deadline has passed, so nothing would end this one
	over, cut := context.WithCancelCause(ctx)
	cut(late)
	return over, func() {}
}
