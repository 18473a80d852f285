package jadeprometheus_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
)

// calls has c see one call of a task.
func calls(t testing.TB, c *jadeprometheus.Collector, of, name string) {
	_, end := c.Begin(t.Context(), observe.Call{Kind: observe.KindNode, Flow: of, Node: name, Task: name})
	end(observe.Outcome{})
}

func TestNames_boundTheTasks(t *testing.T) {
	c := jadeprometheus.New(jadeprometheus.Names(3))
	for range 2 {
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			calls(t, c, "shop", name)
		}
		calls(t, c, "mail", "a")
	}
	require.Equal(t, numbers{
		"{class=none flow=shop outcome=ok task=a}":     2,
		"{class=none flow=shop outcome=ok task=b}":     2,
		"{class=none flow=shop outcome=ok task=c}":     2,
		"{class=none flow=shop outcome=ok task=other}": 4,
		"{class=none flow=mail outcome=ok task=other}": 2,
	}, read(t, c).of("jade_tasks_total"))
}

func TestNames_boundTheFlows(t *testing.T) {
	c := jadeprometheus.New(jadeprometheus.Names(2))
	for range 2 {
		for _, name := range []string{"a", "b", "c", "d"} {
			_, end := c.Begin(t.Context(), observe.Call{Kind: observe.KindRun, Flow: name})
			end(observe.Outcome{})
		}
	}
	calls(t, c, "", "alone")
	n := read(t, c)
	require.Equal(t, numbers{
		"{class=none flow=a outcome=ok}":     2,
		"{class=none flow=b outcome=ok}":     2,
		"{class=none flow=other outcome=ok}": 4,
	}, n.of("jade_runs_total"))
	require.Equal(t, numbers{"{class=none flow= outcome=ok task=alone}": 1}, n.of("jade_tasks_total"), "what runs alone has room whenever it comes")
}

// However many names there are, the number of series does not grow, and no call is lost.
func TestNames_boundTheSeries(t *testing.T) {
	series := func(flows, tasks int) (all, counted int) {
		c := jadeprometheus.New(jadeprometheus.Names(4))
		var workers sync.WaitGroup
		for w := range 4 {
			workers.Go(func() {
				for f := range flows {
					for i := range tasks {
						calls(t, c, strconv.Itoa(f), strconv.Itoa((i+w)%tasks))
					}
				}
			})
		}
		workers.Wait()
		for _, f := range families(t, c) {
			all += len(f.GetMetric())
		}
		return all, int(read(t, c).sum("jade_tasks_total"))
	}
	few, counted := series(10, 10)
	require.Equal(t, 4*10*10, counted)
	many, counted := series(40, 40)
	require.Equal(t, 4*40*40, counted)
	// 4 tasks, and "other" in 4 flows and in "other". Of each flow at least one of its 10 tasks is beyond the limit.
	const perTask = 1 + 7 + 1 + 1 // in flight, success and six classes of failure, stragglers, a duration
	require.Equal(t, (4+5)*perTask, few)
	require.Equal(t, few, many)
}

func TestNames_noUTF8(t *testing.T) {
	c := jadeprometheus.New()
	calls(t, c, "sh\xffop", "it\xfeem")
	require.Equal(t, numbers{"{class=none flow=sh\uFFFDop outcome=ok task=it\uFFFDem}": 1}, read(t, c).of("jade_tasks_total"))
}

func TestOptions_misuse(t *testing.T) {
	require.PanicsWithValue(t, "jadeprometheus.Names: the limit is 0, and must be at least 1", func() { jadeprometheus.Names(0) })
	require.PanicsWithValue(t, "jadeprometheus.Buckets: the bounds are [1 1], and each must be more than the one before it", func() { jadeprometheus.Buckets(1, 1) })
}
