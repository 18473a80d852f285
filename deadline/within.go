package deadline

import (
	"context"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
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
	return limited(f, d, d, time.Now())
}

// limited is Within for work that began at start with the limit d, of which left is left.
func limited[T any](f future.Future[T], d, left time.Duration, start time.Time) future.Future[T] {
	w := &within[T]{}
	out := future.Follow(nil, f, future.Quick|future.Dressed|future.Releases, w)
	w.Set(left, func() {
		out.Cancel(&Error{Name: f.Name(), Limit: d, Elapsed: time.Since(start)})
	})
	return out
}

// At is [Within] for a point in time.
func At[T any](f future.Future[T], t time.Time) future.Future[T] {
	return Within(f, time.Until(t))
}

// within is the body of a limited future: it has nothing to run, but an alarm to release.
type within[T any] struct{ alarm.Alarm }

func (*within[T]) Pass(in future.Result[T]) (T, bool) { return in.Value, true }

func (*within[T]) Run(context.Context, future.Result[T]) (v T, _ future.Future[T], err error) {
	return v, future.Future[T]{}, nil
}
