package flow

import (
	"context"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// Sleep is the value of n, d after that is there: for a timer, such as "remind them after a day". In a durable run the timer outlives the process: see
// package durable.
//
// Limit: the limit of the flow ends the wait, and the node fails.
// Cost: in memory, a goroutine and a timer while it waits. A d of zero or less panics.
func Sleep[T any](n Node[T], d time.Duration) Node[T] {
	if d <= 0 {
		panic("flow.Sleep: the duration is " + d.String() + ", and must be positive")
	}
	s := addStep("flow.Sleep", task.New("sleep", func(ctx context.Context, v T) (T, error) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return v, nil
		case <-ctx.Done():
			return v, future.Cause(ctx)
		}
	}), func(w wiring) func() T {
		v := from(w, n)
		return func() T { return *v }
	}, n.n)
	s.n.kind, s.n.sleep = KindSleep, d
	s.n.task.origin = &seam.Origin{} // it is made where the node is
	return s
}
