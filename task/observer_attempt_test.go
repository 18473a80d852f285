package task_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestObserver_isToldOfAttempts(t *testing.T) {
	three := task.Retry{Attempts: 3, Delay: ms, If: always}
	for what, c := range map[string]struct {
		tk   number
		want []string
	}{
		"no policy that tries": {fails(errBoom).OnError(func(context.Context, int, error) {}), []string{"item node begins", "item node failed"}},
		"a timeout":            {plus().Timeout(time.Second), []string{"item node begins", "item attempt 1 begins", "item attempt 1 ok", "item node ok"}},
		"a retry": {fails(errBoom).Retry(three).Fallback(7), []string{"item node begins",
			"item attempt 1 begins", "item attempt 1 failed", "item attempt 2 begins", "item attempt 2 failed",
			"item attempt 3 begins", "item attempt 3 failed", "item node degraded"}},
		"two retries count on": {fails(errBoom).Retry(task.Retry{Attempts: 2, If: always}).Retry(task.Retry{Attempts: 2, If: always}), []string{"item node begins",
			"item attempt 1 begins", "item attempt 1 failed", "item attempt 2 begins", "item attempt 2 failed",
			"item attempt 3 begins", "item attempt 3 failed", "item attempt 4 begins", "item attempt 4 failed", "item node failed"}},
		"recovered inside": {fails(errBoom).Fallback(7).Retry(three), []string{"item node begins",
			"item attempt 1 begins", "item attempt 1 failed", "item node degraded"}},
		"panics": {does(func(context.Context, int) (int, error) { panic("oh") }).Retry(task.Retry{Attempts: 2, If: always}), []string{"item node begins",
			"item attempt 1 begins", "item attempt 1 failed", "item attempt 2 begins", "item attempt 2 failed", "item node failed"}},
		"late, and stops": {does(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); time.Sleep(ms); return 0, ctx.Err() }).Timeout(time.Second), []string{"item node begins", "item attempt 1 begins",
			"item attempt 1 straggler", "item node failed", "item attempt 1 failed"}},
		"late, and comes back": {takesAnyway(2 * time.Second).Timeout(time.Second).Fallback(7), []string{"item node begins", "item attempt 1 begins",
			"item attempt 1 straggler", "item node degraded", "item attempt 1 ok"}},
		"late attempts overlap": {takesAnyway(5 * time.Second / 2).Timeout(time.Second).Retry(task.Retry{Attempts: 2}), []string{"item node begins", "item attempt 1 begins",
			"item attempt 1 straggler", "item attempt 2 begins", "item attempt 2 straggler", "item node failed", "item attempt 1 ok", "item attempt 2 ok"}},
		"a late panic": {does(func(context.Context, int) (int, error) { time.Sleep(2 * time.Second); panic("oh") }).Timeout(time.Second), []string{"item node begins", "item attempt 1 begins",
			"item attempt 1 straggler", "item node failed", "item attempt 1 failed"}},
		"late while it waits": {fails(errDown).Retry(task.Retry{Attempts: 2, Delay: time.Minute}).Timeout(time.Hour), []string{"item node begins",
			"item attempt 1 begins", "item attempt 1 failed", "item attempt 2 begins", "item attempt 2 failed", "item node failed"}},
		"inside a Wrap": {plus().Timeout(time.Second).Wrap(same), []string{"item node begins", "item attempt 1 begins", "item attempt 1 ok", "item node ok"}},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := observed(t, bg(), c.tk).told()
				require.Equal(t, c.want, got)
			})
		})
	}
	t.Run("with their own limit and time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			r := observed(t, bg(), takes(ms, errDown).Timeout(time.Second).Retry(task.Retry{Attempts: 2, Delay: 10 * ms}).Timeout(time.Hour))
			calls := r.calls()
			require.Len(t, calls, 3)
			require.True(t, calls[0].Deadline.IsZero(), "the timeouts are inside of it")
			for i, at := range []time.Duration{0, 11 * ms} {
				c := calls[i+1]
				require.Equal(t, observe.KindAttempt, c.Kind)
				require.Equal(t, i+1, c.Attempt)
				require.Equal(t, "item", c.Node)
				require.Equal(t, calls[0].Run, c.Run)
				require.Equal(t, calls[0].Place, c.Place)
				require.Equal(t, begun.Add(at), c.Start)
				require.Equal(t, begun.Add(at+time.Second), c.Deadline)
				require.Equal(t, ms, r.ended()[i].Elapsed)
			}
			require.Equal(t, 12*ms, r.ended()[2].Elapsed)
		})
	})
	t.Run("a straggler says why", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ends := observed(t, bg(), takesAnyway(3*time.Second).Timeout(time.Second).Fallback(7)).ended()
			require.Len(t, ends, 3)
			require.Equal(t, observe.StatusStraggler, ends[0].Status)
			require.Equal(t, recovery.ClassTimeout, ends[0].Class)
			require.Equal(t, time.Second, futuretest.Late(t, ends[0].Err).Limit)
			require.Equal(t, time.Second, ends[0].Elapsed)
			require.Equal(t, observe.Outcome{Status: observe.StatusOK, Elapsed: 3 * time.Second}, ends[2], "and then how it really ended")
		})
	})
}
