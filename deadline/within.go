package deadline

import (
	"context"
	"time"

	"github.com/jade-go/jade/future"
)

// Within returns a future for f's result if that comes within d, counted from
// the call. When it is late, f is cancelled and the future fails at once with
// an [*Error], whether f's work stops or not.
//
// A d of zero or less is late at once, unless f is complete.
// Cancellation: ends the future at once and is passed on to f; to spare work
// that others use too, give Within a [future.Shield] of it.
// Cost: five allocations and a timer, which ends with the future; one if f is complete.
func Within[T any](f future.Future[T], d time.Duration) future.Future[T] {
	w := &within[T]{f: f, limit: d, start: time.Now()}
	out := future.Follow(nil, f, future.Quick|future.Dressed|future.Releases, w)
	w.arm(out)
	return out
}

// At is [Within] for a point in time.
func At[T any](f future.Future[T], t time.Time) future.Future[T] {
	return Within(f, time.Until(t))
}

// within is the body of a limited future, and what its timer does.
type within[T any] struct {
	f     future.Future[T]
	limit time.Duration
	start time.Time
	alarm
}

func (*within[T]) Pass(in future.Result[T]) (T, bool) { return in.Value, true }

func (*within[T]) Run(context.Context, future.Result[T]) (v T, _ future.Future[T], err error) {
	return v, future.Future[T]{}, nil // Pass leaves nothing to run
}

func (w *within[T]) arm(out future.Future[T]) {
	w.alarm.set(w.limit, func() {
		out.Cancel(&Error{Name: w.f.Name(), Limit: w.limit, Elapsed: time.Since(w.start)})
	})
}
