package deadline

import (
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
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
	var late alarm.Alarm
	gong := new(future.Promise[struct{}])
	tooLate := &Error{Name: "Partial", Limit: d, Elapsed: d}
	all := future.Watch[struct{}](len(fs), future.Rule{Total: len(fs), Owns: true, Lost: tooLate}, &group[T]{fs})
	rule := future.Rule{Total: 1, Owns: true, Lost: tooLate, Holds: &late}
	out := future.Watch[[]T](2, rule, &partial[T]{fs, all, gong.Future(), missing})
	if d <= 0 {
		gong.Complete(struct{}{}, nil)
	} else {
		late.Set(d, func() { gong.Complete(struct{}{}, nil) })
	}
	return out
}

// group is complete when all its inputs are.
type group[T any] struct{ fs []future.Future[T] }

func (g *group[T]) Input(i int) future.Input { return g.fs[i] }

func (*group[T]) Gather(future.Tally, *struct{}) error { return nil }

// partial takes what there is when its group is complete or the gong sounds.
type partial[T any] struct {
	fs        []future.Future[T]
	all, gong future.Future[struct{}]
	missing   T
}

func (p *partial[T]) Input(i int) future.Input {
	if i == 0 {
		return p.all
	}
	return p.gong
}

func (p *partial[T]) Gather(_ future.Tally, values *[]T) error {
	*values = lo.Map(p.fs, func(f future.Future[T], _ int) T {
		if r, ok := future.Inspect(f); ok && r.Err == nil {
			return r.Value
		}
		return p.missing
	})
	return nil
}
