package jadeprometheus_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	"github.com/jade-go/jade/task"
)

func TestCollector_stragglersAreCountedOnce(t *testing.T) {
	observed(t, func(t *testing.T, ctx context.Context, c *jadeprometheus.Collector) {
		_, err := shop(stubborn("item", time.Second)).Timeout(100*ms).Do(ctx, "bell")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		counted := numbers{"{class=timeout flow=shop outcome=straggler task=item}": 1}
		n := read(t, c)
		require.Equal(t, counted, n.of("jade_tasks_total"))
		require.Equal(t, numbers{"{flow=shop task=item}": 1}, n.of("jade_stragglers"))
		require.Empty(t, n.of("jade_tasks_in_flight"), "nobody waits for it")
		require.Equal(t, numbers{"{class=timeout flow=shop outcome=failed}": 1}, n.of("jade_runs_total"))

		time.Sleep(time.Second)
		n = read(t, c)
		require.Equal(t, counted, n.of("jade_tasks_total"), "that it returns after all is no other call")
		require.Empty(t, n.of("jade_stragglers"))
		require.InDelta(t, .1, n.sum("jade_task_duration_seconds_sum"), 1e-9, "for as long as it was waited for")
	})
}

func TestCollector_attemptsThatWereGivenUp(t *testing.T) {
	observed(t, func(t *testing.T, ctx context.Context, c *jadeprometheus.Collector) {
		_, err := stubborn("item", time.Second).Timeout(100*ms).Retry(task.Retry{Attempts: 3, Delay: ms, If: always}).Do(ctx, "bell")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		n := read(t, c)
		require.Equal(t, numbers{"{flow= task=item}": 3}, n.of("jade_stragglers"), "each has a goroutine")
		require.Equal(t, numbers{"{class=timeout flow= outcome=straggler task=item}": 3}, n.of("jade_attempts_total"))
		require.Equal(t, numbers{"{class=timeout flow= outcome=failed task=item}": 1}, n.of("jade_tasks_total"))
		time.Sleep(2 * time.Second)
		require.Empty(t, read(t, c).of("jade_stragglers"))
	})
}

// A call may be given up at the moment in which it returns: the observer is told of both at once, in any order.
func TestCollector_givenUpWhileItReturns(t *testing.T) {
	c := jadeprometheus.New()
	about := observe.Call{Kind: observe.KindNode, Flow: "shop", Task: "item"}
	const calls = 2000
	for range calls {
		_, end := c.Begin(t.Context(), about)
		var both sync.WaitGroup
		both.Go(func() { end(observe.Outcome{Status: observe.StatusStraggler}) })
		both.Go(func() { end(observe.Outcome{}) })
		both.Wait()
	}
	n := read(t, c)
	require.Equal(t, float64(calls), n.sum("jade_tasks_total"))
	require.Equal(t, float64(calls), n.sum("jade_task_duration_seconds_count"))
	require.Empty(t, n.of("jade_stragglers"))
	require.Empty(t, n.of("jade_tasks_in_flight"))
}

func TestCollector_runsThatAreGivenUp(t *testing.T) {
	c := jadeprometheus.New()
	_, end := c.Begin(t.Context(), observe.Call{Kind: observe.KindRun, Flow: "shop"})
	end(observe.Outcome{Status: observe.StatusStraggler})
	end(observe.Outcome{})
	n := read(t, c)
	require.Equal(t, numbers{"{class=none flow=shop outcome=straggler}": 1}, n.of("jade_runs_total"))
	require.Empty(t, n.of("jade_runs_in_flight"))
	require.Empty(t, n.of("jade_stragglers"))
}
