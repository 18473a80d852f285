package deadline

import (
	"context"
	"runtime"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Run calls fn in a goroutine and returns its result, or an [*Error] once d
// has passed, even if fn ignores its ctx. fn's ctx is cancelled then, and its
// goroutine belongs to the scope of ctx; without a scope it may outlive Run.
//
// The deadline of ctx, if it comes first, gives an [*Error] too, which says
// that it was inherited. A d of zero or less is late at once: fn is not called.
// Cancellation: if ctx ends otherwise, Run returns at once with [future.Cause].
// Panics: a panic of fn is returned as a [*future.PanicError].
func Run[T any](ctx context.Context, d time.Duration, fn func(context.Context) (T, error)) (T, error) {
	must.HaveCtx("deadline.Run", ctx)
	must.HaveFunc("deadline.Run", fn == nil)
	start := time.Now()
	if d <= 0 && future.Cause(ctx) == nil {
		var zero T
		return zero, &Error{Name: future.Name(ctx, fn), Limit: d}
	}
	f := future.Go(ctx, fn)
	runtime.Gosched() // a quick fn needs no timer
	if r, ok := f.Peek(); ok && r.Err == nil {
		return r.Value, nil
	}
	left := d
	if d > 0 {
		left -= time.Since(start)
	}
	work := limited(f, d, left, start)
	v, err := work.Await(ctx)
	if err == nil {
		return v, nil
	}
	work.Cancel(err)                          // in case it was ctx that ended the wait
	v, err = work.Await(context.Background()) // complete now, or in a moment
	if _, ours := err.(*Error); !ours && late(ctx.Err()) && late(err) {
		err = inherited(ctx, future.Name(ctx, fn), start, err)
	}
	return v, err
}
