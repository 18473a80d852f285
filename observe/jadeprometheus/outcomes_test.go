package jadeprometheus_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestCollector_countsRunsAndTasks(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		f := shop(takes("item", 10*ms, nil), takes("price", 5*ms, nil))
		for range 3 {
			_, err := f.Do(ctx, "bell")
			require.NoError(t, err)
		}
		_, err := takes("item", ms, nil).Do(ctx, "bell")
		require.NoError(t, err)
	})
	n := read(t, c)
	sums := numbers{}
	for _, name := range []string{"jade_task_duration_seconds_sum{flow= outcome=ok task=item}", "jade_task_duration_seconds_sum{flow=shop outcome=ok task=item}",
		"jade_task_duration_seconds_sum{flow=shop outcome=ok task=price}", "jade_run_duration_seconds_sum{flow=shop outcome=ok}"} {
		sums[name] = n[name]
		delete(n, name)
	}
	require.Equal(t, numbers{
		"jade_runs_total{class=none flow=shop outcome=ok}":                  3,
		"jade_run_duration_seconds_count{flow=shop outcome=ok}":             3,
		"jade_tasks_total{class=none flow=shop outcome=ok task=item}":       3,
		"jade_tasks_total{class=none flow=shop outcome=ok task=price}":      3,
		"jade_tasks_total{class=none flow= outcome=ok task=item}":           1,
		"jade_task_duration_seconds_count{flow=shop outcome=ok task=item}":  3,
		"jade_task_duration_seconds_count{flow=shop outcome=ok task=price}": 3,
		"jade_task_duration_seconds_count{flow= outcome=ok task=item}":      1,
	}, n)
	require.InDeltaMapValues(t, numbers{
		"jade_run_duration_seconds_sum{flow=shop outcome=ok}":             .045,
		"jade_task_duration_seconds_sum{flow=shop outcome=ok task=item}":  .030,
		"jade_task_duration_seconds_sum{flow=shop outcome=ok task=price}": .015,
		"jade_task_duration_seconds_sum{flow= outcome=ok task=item}":      .001,
	}, sums, 1e-9)
}

func TestCollector_classes(t *testing.T) {
	for class, err := range failures {
		t.Run(class.String(), func(t *testing.T) {
			c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
				_, failure := ends("item", err).Do(ctx, "bell")
				require.ErrorIs(t, failure, err)
				_, failure = ends("gift", err).Fallback("tea").Do(ctx, "bell")
				if class != recovery.ClassCanceled { // which no fallback replaces
					require.NoError(t, failure)
				}
			})
			want := numbers{
				"{class=" + class.String() + " flow= outcome=failed task=item}":   1,
				"{class=" + class.String() + " flow= outcome=degraded task=gift}": 1,
			}
			if class == recovery.ClassCanceled {
				want = numbers{"{class=canceled flow= outcome=canceled task=item}": 1, "{class=canceled flow= outcome=canceled task=gift}": 1}
			}
			require.Equal(t, want, read(t, c).of("jade_tasks_total"))
		})
	}
}

func TestCollector_panics(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		_, err := shop(ends("item", nil)).Do(ctx, "bell")
		require.ErrorContains(t, err, "a bug")
	})
	n := read(t, c)
	require.Equal(t, numbers{"{class=code flow=shop outcome=failed task=item}": 1}, n.of("jade_tasks_total"))
	require.Equal(t, numbers{"{class=code flow=shop outcome=failed}": 1}, n.of("jade_runs_total"))
}

func TestCollector_skippedTasksTakeNoTime(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		_, err := shop(ends("item", errSoldOut), takes("price", ms, nil)).Do(ctx, "bell")
		require.ErrorIs(t, err, errSoldOut)
	})
	n := read(t, c)
	require.Equal(t, numbers{
		"{class=business flow=shop outcome=failed task=item}":   1,
		"{class=business flow=shop outcome=skipped task=price}": 1,
	}, n.of("jade_tasks_total"))
	require.Equal(t, numbers{"{flow=shop outcome=failed task=item}": 1}, n.of("jade_task_duration_seconds_count"))
	require.Empty(t, n.of("jade_tasks_in_flight"))
}

func TestCollector_inFlight(t *testing.T) {
	observed(t, func(t *testing.T, ctx context.Context, c *jadeprometheus.Collector) {
		f := shop(takes("item", time.Second, nil))
		a, b := f.Go(ctx, "bell"), f.Go(ctx, "lamp")
		synctest.Wait()
		n := read(t, c)
		require.Equal(t, numbers{"{flow=shop}": 2}, n.of("jade_runs_in_flight"))
		require.Equal(t, numbers{"{flow=shop task=item}": 2}, n.of("jade_tasks_in_flight"))
		require.Empty(t, n.of("jade_tasks_total"))
		for _, f := range []interface{ Done() <-chan struct{} }{a, b} {
			<-f.Done()
		}
		synctest.Wait()
		n = read(t, c)
		require.Empty(t, n.of("jade_runs_in_flight"))
		require.Empty(t, n.of("jade_tasks_in_flight"))
		require.Equal(t, 2.0, n.sum("jade_tasks_total"))
	})
}

func TestCollector_cancelledByTheCaller(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(ms, cancel)
		_, err := shop(takes("item", time.Second, nil)).Do(ctx, "bell")
		require.ErrorIs(t, err, context.Canceled)
	})
	n := read(t, c)
	require.Equal(t, numbers{"{class=canceled flow=shop outcome=canceled}": 1}, n.of("jade_runs_total"))
	require.Equal(t, 1.0, n.sum("jade_tasks_total"), "%v", n)
	require.Empty(t, n.of("jade_stragglers"))
}

func TestCollector_runsThatMayNotStart(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		ctx, cancel := context.WithTimeout(ctx, ms)
		defer cancel()
		<-ctx.Done()
		_, err := shop(takes("item", ms, nil)).Do(ctx, "bell")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	n := read(t, c)
	require.Equal(t, numbers{"{class=timeout flow=shop outcome=skipped}": 1}, n.of("jade_runs_total"))
	require.Empty(t, n.of("jade_run_duration_seconds_count"))
	require.Empty(t, n.of("jade_runs_in_flight"))
}

func TestCollector_nestedFlowsHaveRunsOfTheirOwn(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		inner := flow.New("stock", func(n flow.Node[string]) flow.Node[string] {
			return flow.Step(ends("shelf", errSoldOut), n)
		})
		_, err := shop(inner.Task().Named("part").Fallback("none")).Do(ctx, "bell")
		require.NoError(t, err)
	})
	n := read(t, c)
	require.Equal(t, numbers{
		"{class=business flow=shop outcome=degraded}": 1,
		"{class=business flow=stock outcome=failed}":  1,
	}, n.of("jade_runs_total"))
	require.Equal(t, numbers{
		"{class=business flow=shop outcome=degraded task=part}": 1,
		"{class=business flow=stock outcome=failed task=shelf}": 1,
	}, n.of("jade_tasks_total"))
}

func TestCollector_elements(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		f := flow.New("shop", func(n flow.Node[[]string]) flow.Node[[]string] {
			return flow.Each(takes("item", ms, nil), n, 2)
		})
		_, err := f.Do(ctx, make([]string, 7))
		require.NoError(t, err)
	})
	n := read(t, c)
	require.Equal(t, numbers{"{class=none flow=shop outcome=ok task=item}": 1}, n.of("jade_tasks_total"), "the whole Each")
	require.Equal(t, numbers{"{class=none flow=shop outcome=ok task=item}": 7}, n.of("jade_elements_total"))
	require.InDelta(t, .004, n.sum("jade_task_duration_seconds_sum"), 1e-9)
	require.InDelta(t, .007, n.sum("jade_element_duration_seconds_sum"), 1e-9)
	require.Empty(t, n.of("jade_elements_in_flight"))
}

func TestCollector_attempts(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		_, err := ends("item", errSoldOut).Retry(task.Retry{Attempts: 3, Delay: ms, If: always}).Do(ctx, "bell")
		require.ErrorIs(t, err, errSoldOut)
		_, err = takes("price", ms, nil).Timeout(time.Second).Do(ctx, "bell")
		require.NoError(t, err)
	})
	n := read(t, c)
	require.Equal(t, numbers{
		"{class=business flow= outcome=failed task=item}": 3,
		"{class=none flow= outcome=ok task=price}":        1,
	}, n.of("jade_attempts_total"))
	require.Equal(t, numbers{"{flow= task=item}": 2}, n.of("jade_retries_total"))
	require.Equal(t, 2.0, n.sum("jade_tasks_total"))
}

func TestCollector_codeThatIsNoTask(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		begun := time.Now()
		_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: "render"})
		end(observe.OutcomeOf(context.Background(), nil, nil, begun))
		_, end = observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: "render"})
		end(observe.Outcome{Status: 17, Class: -1})
		_, end = observe.Begin(ctx, observe.Call{Kind: 99, Node: "render"})
		end(observe.Outcome{})
	})
	require.Equal(t, numbers{
		"{class=none flow= outcome=ok task=render}":     1,
		"{class=other flow= outcome=other task=render}": 1,
	}, read(t, c).of("jade_tasks_total"))
}
