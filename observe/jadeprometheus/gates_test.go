package jadeprometheus_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	"github.com/jade-go/jade/task"
)

// shut is a gate that lets nobody in.
func shut(name string) task.Gate {
	g := guard.Slots(1, guard.Name(name))
	_, _ = g.Enter(context.Background(), "")
	return g
}

func TestRejected_countsCallsOnce(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		coupons := takes("coupons", ms, nil).Gate(shut("backend"))
		_, _ = shop(coupons).Do(ctx, "bell")                                                                                         // fails the run
		_, _ = shop(coupons.Fallback("none")).Do(ctx, "bell")                                                                        // is degraded
		_, _ = shop(coupons.Retry(task.Retry{Attempts: 3, If: always})).Do(ctx, "bell")                                              // each attempt is
		_, _ = shop(shop(takes("item", ms, nil)).Task().Named("part").Gate(shut("part"))).Do(ctx, "bell")                            // a whole flow
		_, _ = shop(ends("item", errSoldOut).Gate(guard.Slots(1))).Do(ctx, "bell")                                                   // is let in
		_, _ = task.New("page", func(ctx context.Context, in string) (string, error) { return coupons.Do(ctx, in) }).Do(ctx, "bell") // inside of another
		f := flow.New("list", func(n flow.Node[[]string]) flow.Node[[]string] { return flow.Each(coupons.Fallback(""), n, 1) })
		_, _ = f.Do(ctx, make([]string, 4))
	})
	n := read(t, c)
	require.Equal(t, numbers{
		"{flow=shop gate=backend task=coupons}": 3,
		"{flow=shop gate=part task=part}":       1,
		"{flow= gate=backend task=coupons}":     1,
		"{flow=list gate=backend task=coupons}": 4,
	}, n.of("jade_rejected_total"))
}

// The name of a gate may come from an error, so it is bounded.
func TestNames_boundTheGates(t *testing.T) {
	c := jadeprometheus.New(jadeprometheus.Names(3))
	for i := range 10 {
		_, end := c.Begin(t.Context(), observe.Call{Kind: observe.KindNode, Node: "item", Task: "item"})
		end(observe.Outcome{Status: observe.StatusFailed, Err: &task.RejectedError{Task: "item", Gate: "g\xff" + strconv.Itoa(i)}})
	}
	require.Equal(t, numbers{
		"{flow= gate=g\uFFFD0 task=item}": 1, "{flow= gate=g\uFFFD1 task=item}": 1, "{flow= gate=g\uFFFD2 task=item}": 1,
		"{flow= gate=other task=item}": 7,
	}, read(t, c).of("jade_rejected_total"))
}

func TestGates_state(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := guard.Slots(2, guard.Queue(5))
		breaker := guard.Breaker(.5, guard.Min(1), guard.OpenFor(time.Minute))
		c := jadeprometheus.Gates(map[string]task.Gate{"backend": slots, "coupons": breaker, "searches": guard.Rate(1, time.Second)})
		require.Equal(t, numbers{"jade_gate_slots{gate=backend}": 2}, read(t, c))
		for range 5 {
			takes("item", time.Second, nil).Gate(slots).Go(t.Context(), "bell")
		}
		_, _ = ends("coupons", nil).Gate(breaker).Do(t.Context(), "bell")
		synctest.Wait()
		require.Equal(t, numbers{
			"jade_gate_slots{gate=backend}": 2, "jade_gate_in_use{gate=backend}": 2, "jade_gate_waiting{gate=backend}": 3, "jade_gate_open{gate=coupons}": 1,
		}, read(t, c))
		time.Sleep(time.Hour)
		_, err := takes("coupons", ms, nil).Gate(breaker).Do(t.Context(), "bell")
		require.NoError(t, err)
		require.Equal(t, numbers{"jade_gate_slots{gate=backend}": 2}, read(t, c))
		require.Len(t, families(t, c), 4, "zeros are there")
	})
	require.PanicsWithValue(t, `jadeprometheus.Gates: the gate "x" is nil`, func() { jadeprometheus.Gates(map[string]task.Gate{"x": nil}) })
	require.PanicsWithValue(t, `jadeprometheus.Gates: the name "\xff" is not UTF-8`, func() { jadeprometheus.Gates(map[string]task.Gate{"\xff": guard.Slots(1)}) })
}

func TestHotKeys_countByTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hot guard.HotKeys
		item := guard.Hot(takes("item", 0, nil), 5, time.Second, guard.Report(&hot))
		c := jadeprometheus.HotKeys(&hot)
		require.Empty(t, families(t, c))
		for i := range 100 {
			_, err := item.Do(t.Context(), []string{"bell", "lamp", strconv.Itoa(i)}[i%3])
			require.NoError(t, err)
		}
		require.Equal(t, numbers{"jade_hot_keys{task=item}": 2}, read(t, c))
		time.Sleep(time.Minute)
		require.Empty(t, read(t, c))
		require.Len(t, families(t, c), 1, "a zero is there")
	})
	require.PanicsWithValue(t, "jadeprometheus.HotKeys: nil HotKeys", func() { jadeprometheus.HotKeys(nil) })
}
