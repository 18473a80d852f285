package deadline

import (
	"context"
	"runtime"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
)

// Within returns a future for f's result if that comes within d, counted from
// the call. When it is late, f is cancelled and the future fails at once with
// an [*Error], whether f's work stops or not.
//
// If f is complete, Within returns f. Else a d of zero or less is late at once.
// Cancellation: ends the future at once and is passed on to f; to spare work
// that others use too, give Within a [future.Shield] of it.
// Cost: if f is pending and d is positive, Within first lets other goroutines run, once: a quick f
// is complete then. If it is not, five allocations and a timer, which ends with the future.
func Within[T any](f future.Future[T], d time.Duration) future.Future[T] {
	if over(f) {
		return f
	}
	start, left := time.Now(), d
	if d > 0 {
		runtime.Gosched()
		if over(f) {
			return f
		}
		left -= time.Since(start)
	}
	return limited(f, d, left, start)
}

// over reports whether f is complete. To ask does not count as observing its failure.
func over[T any](f future.Future[T]) bool {
	_, complete := future.Inspect(f)
	return complete
}

// limited is Within for work that began at start with the limit d, of which left is left.
func limited[T any](f future.Future[T], d, left time.Duration, start time.Time) future.Future[T] {
	w := &within[T]{}
	out := future.Follow(nil, f, future.ModeQuick|future.ModeDressed|future.ModeReleases, w)
	late := func() { out.Cancel(&Error{Name: f.Name(), Limit: d, Elapsed: time.Since(start)}) }
	if left <= 0 {
		late()
	} else {
		w.Set(left, late)
	}
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
