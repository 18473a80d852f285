package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
)

// A run has to be answered at its end; its calls are given up earlier, at the limit.
func TestObserver_theDeadlineOfARunIsItsEnd(t *testing.T) {
	inner := func(d *diary) *flow.Flow[int, int] {
		return flow.New("rules", func(in number) number { return flow.Step(d.works("muted", ms), in) })
	}
	for name, c := range map[string]struct {
		limits  func(*flow.Flow[int, int]) *flow.Flow[int, int]
		ctx     time.Duration // of the caller; 0: no limit
		run, at time.Duration
	}{
		"Timeout":                     {limits(100*ms, 0), 0, 100 * ms, 100 * ms},
		"Timeout, Reserve":            {limits(100*ms, 30*ms), 0, 100 * ms, 70 * ms},
		"ctx":                         {limits(0, 0), 100 * ms, 100 * ms, 99 * ms},
		"ctx, Reserve":                {limits(0, 30*ms), 100 * ms, 100 * ms, 70 * ms},
		"ctx, then Timeout, Reserve":  {limits(200*ms, 30*ms), 100 * ms, 100 * ms, 70 * ms},
		"Timeout, Reserve, then ctx":  {limits(100*ms, 30*ms), time.Second, 100 * ms, 70 * ms},
		"Timeout a moment before ctx": {limits(1000*ms, 0), 1001 * ms, 1000 * ms, 996 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
				w := &witness{diary: newDiary()}
				begun := time.Now()
				ctx = observe.With(ctx, w)
				if c.ctx > 0 {
					limited, cancel := context.WithTimeout(ctx, c.ctx)
					defer cancel()
					ctx = limited
				}
				f := c.limits(of(func(in number) number {
					return flow.Map2(flow.Step(d.works("item", ms), in), flow.Step(inner(d).Task(), in), sum2)
				}))
				_, err := f.Do(ctx, 1)
				require.NoError(t, err)
				left := map[string]time.Duration{}
				for _, call := range w.calls.All() {
					left[call.Flow+" "+call.Node] = call.Deadline.Sub(begun)
				}
				require.Equal(t, map[string]time.Duration{
					"shop ": c.run, "shop item": c.at, "shop rules": c.at, "rules ": c.run, "rules muted": c.at,
				}, left)
			})
		})
	}
}

func limits(timeout, reserve time.Duration) func(*flow.Flow[int, int]) *flow.Flow[int, int] {
	return func(f *flow.Flow[int, int]) *flow.Flow[int, int] {
		if timeout > 0 {
			f = f.Timeout(timeout)
		}
		if reserve > 0 {
			f = f.Reserve(reserve)
		}
		return f
	}
}
