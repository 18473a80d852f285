package jadeprometheus_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	"github.com/jade-go/jade/task"
)

// tally is a count made by hand, of how functions were called and how they returned.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (y *tally) add(what string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.counts[what]++
}

// dice is a task whose attempts end in one of four ways.
func (y *tally) dice(name string) task.Task[int, int] {
	return task.New(name, func(_ context.Context, n int) (int, error) {
		switch rand.N(4) {
		case 0:
			y.add(name + " business")
			return 0, errSoldOut
		case 1:
			y.add(name + " code")
			panic("a bug")
		default:
			y.add(name + " none")
			return n, nil
		}
	})
}

func TestCollector_countsAsTheTestDoes(t *testing.T) {
	quiet(t) // of what the faulty observers do
	y := &tally{counts: map[string]int{}}
	c := jadeprometheus.New()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	ctx, scope := future.WithScope(observe.With(context.Background(), observe.Tee(faulty{}, c, faulty{})), future.Unobserved(func(error) {}))

	a, b := y.dice("a").Fallback(7), y.dice("b").Retry(task.Retry{Attempts: 2, If: always}).Fallback(7)
	f := flow.New("shop", func(in flow.Node[int]) flow.Node[int] {
		return flow.Map2(flow.Step(a, in), flow.Step(b, in), func(a, b int) int { return a + b })
	})
	const workers, each = 8, 200
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := range each {
				_, err := f.Do(ctx, i)
				y.add("run")
				assert.NoError(t, err)
				if i%50 == 0 { // as a server does at any moment
					_, err = registry.Gather()
					assert.NoError(t, err)
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, scope.Close())

	n := read(t, c)
	require.Equal(t, workers*each, y.counts["run"])
	require.Equal(t, float64(y.counts["run"]), n.sum("jade_runs_total"))
	require.Equal(t, float64(y.counts["run"]), n.sum("jade_run_duration_seconds_count"))
	for _, class := range []string{"business", "code"} {
		require.NotZero(t, y.counts["a "+class])
		require.Equal(t, float64(y.counts["a "+class]), n.of("jade_tasks_total")["{class="+class+" flow=shop outcome=degraded task=a}"])
		require.Equal(t, float64(y.counts["b "+class]), n.of("jade_attempts_total")["{class="+class+" flow=shop outcome=failed task=b}"])
	}
	require.Equal(t, float64(y.counts["a none"]), n.of("jade_tasks_total")["{class=none flow=shop outcome=ok task=a}"])
	require.Equal(t, float64(y.counts["b none"]), n.of("jade_attempts_total")["{class=none flow=shop outcome=ok task=b}"])
	bs := y.counts["b none"] + y.counts["b business"] + y.counts["b code"]
	require.Equal(t, float64(bs-workers*each), n.sum("jade_retries_total"))
	require.Equal(t, float64(2*workers*each), n.sum("jade_tasks_total"))
	for _, gauge := range []string{"jade_runs_in_flight", "jade_tasks_in_flight", "jade_stragglers"} {
		require.Empty(t, n.of(gauge))
	}
}

// quiet has the default logger write nothing until the test ends.
func quiet(t testing.TB) {
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
}

// faulty is an observer that fails whatever it is told.
type faulty struct{}

func (faulty) Begin(_ context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Kind == observe.KindRun {
		panic("in Begin")
	}
	return nil, func(observe.Outcome) { panic("at the end") }
}
