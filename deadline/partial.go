package deadline

import (
	"time"

	"github.com/jade-go/jade/future"
)

// Partial returns a future for the values of fs that have succeeded by d,
// counted from the call, in the order of fs; missing stands in for those that
// failed or are late. It succeeds, unless it is cancelled: as soon as all are complete, and at d at the latest.
//
// A d of zero or less takes what is complete. Empty: succeeds with an empty slice.
// Cancellation: the late are cancelled, with an [*Error] as the cause. A
// cancellation of Partial's future ends it at once and reaches all of fs.
// Cost: a few allocations and a timer, which ends with the future.
func Partial[T any](d time.Duration, missing T, fs ...future.Future[T]) future.Future[[]T] {
	if len(fs) == 0 {
		return future.Of([]T{}, nil)
	}
	fs = append([]future.Future[T](nil), fs...)
	var late alarm
	gong := new(future.Promise[struct{}])
	tooLate := &Error{Name: "Partial", Limit: d, Elapsed: d}
	all := future.Watch(fs, future.Rule{Total: len(fs), Owns: true, Lost: tooLate}, func(future.Tally) (struct{}, error) {
		return struct{}{}, nil
	})
	rule := future.Rule{Total: 1, Owns: true, Lost: tooLate, Holds: &late}
	out := future.Watch([]future.Future[struct{}]{all, gong.Future()}, rule, func(future.Tally) ([]T, error) {
		values := make([]T, len(fs))
		for i, f := range fs {
			if r, ok := f.Peek(); ok && r.Err == nil {
				values[i] = r.Value
			} else {
				values[i] = missing
			}
		}
		return values, nil
	})
	late.set(d, func() { gong.Complete(struct{}{}, nil) })
	return out
}
