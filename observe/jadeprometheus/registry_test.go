package jadeprometheus_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
)

// busy is a collector that has seen each kind of call.
func busy(t testing.TB, opts ...jadeprometheus.Option) *jadeprometheus.Collector {
	c := jadeprometheus.New(opts...)
	for _, kind := range []observe.Kind{observe.KindRun, observe.KindNode, observe.KindElement, observe.KindAttempt} {
		_, end := c.Begin(t.Context(), observe.Call{Kind: kind, Flow: "shop", Node: "item", Task: "item", Attempt: 2, Effect: kind == observe.KindNode})
		end(observe.Outcome{Elapsed: 3 * time.Millisecond, Losses: []observe.Loss{{Node: "item"}}})
	}
	return c
}

func TestCollector_namesFollowThePractice(t *testing.T) {
	problems, err := testutil.CollectAndLint(busy(t))
	require.NoError(t, err)
	require.Empty(t, problems)

	var names []string
	for _, f := range families(t, busy(t)) {
		names = append(names, f.GetName())
	}
	require.Equal(t, []string{
		"jade_attempts_total", "jade_effects_lost_total",
		"jade_element_duration_seconds", "jade_elements_in_flight", "jade_elements_total",
		"jade_losses_total", "jade_retries_total",
		"jade_run_duration_seconds", "jade_runs_in_flight", "jade_runs_total",
		"jade_stragglers",
		"jade_task_duration_seconds", "jade_tasks_in_flight", "jade_tasks_total",
	}, names)
}

func TestCollector_registersAsOthersDo(t *testing.T) {
	c := busy(t)
	one, two := prometheus.NewPedanticRegistry(), prometheus.NewPedanticRegistry()
	require.NoError(t, one.Register(c))
	require.NoError(t, prometheus.WrapRegistererWith(prometheus.Labels{"function": "checkout"}, two).Register(c))
	require.ErrorAs(t, one.Register(jadeprometheus.New()), new(prometheus.AlreadyRegisteredError))
	for _, r := range []prometheus.Gatherer{one, two} {
		n, err := testutil.GatherAndCount(r, "jade_runs_total")
		require.NoError(t, err)
		require.NotZero(t, n)
	}
}

// A counter that appears with its first failure has never increased: so it is there before.
func TestCollector_failuresBeginAtZero(t *testing.T) {
	c := jadeprometheus.New()
	calls(t, c, "shop", "item")
	zeros := map[string]bool{}
	for _, f := range families(t, c) {
		if f.GetName() != "jade_tasks_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			if m.GetCounter().GetValue() == 0 {
				zeros[label(m, "outcome")+" "+label(m, "class")] = true
			}
		}
	}
	require.Equal(t, map[string]bool{"failed code": true, "failed system": true, "failed dependency": true, "failed timeout": true, "failed business": true, "failed unknown": true}, zeros)
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

func histogram(t testing.TB, c prometheus.Collector, name string) *dto.Histogram {
	for _, f := range families(t, c) {
		if f.GetName() == name {
			require.Len(t, f.GetMetric(), 1)
			return f.GetMetric()[0].GetHistogram()
		}
	}
	require.Fail(t, "no such histogram", name)
	return nil
}

func TestCollector_durationsHaveNativeAndClassicBuckets(t *testing.T) {
	h := histogram(t, busy(t), "jade_task_duration_seconds")
	require.Equal(t, uint64(1), h.GetSampleCount())
	require.InDelta(t, .003, h.GetSampleSum(), 1e-9)
	require.NotEmpty(t, h.GetPositiveSpan(), "native")
	require.Equal(t, []int64{1}, h.GetPositiveDelta())
	below := map[float64]uint64{}
	for _, b := range h.GetBucket() {
		below[b.GetUpperBound()] = b.GetCumulativeCount()
	}
	require.Equal(t, uint64(0), below[.0025])
	require.Equal(t, uint64(1), below[.005])
	require.Equal(t, uint64(1), below[30])
}

func TestBuckets(t *testing.T) {
	h := histogram(t, busy(t, jadeprometheus.Buckets(.002, .02)), "jade_run_duration_seconds")
	require.Len(t, h.GetBucket(), 2)
	require.Equal(t, uint64(0), h.GetBucket()[0].GetCumulativeCount())
	require.Equal(t, uint64(1), h.GetBucket()[1].GetCumulativeCount())

	h = histogram(t, busy(t, jadeprometheus.Buckets()), "jade_run_duration_seconds")
	require.Empty(t, h.GetBucket())
	require.NotEmpty(t, h.GetPositiveSpan())
}

func TestCollector_allocates(t *testing.T) {
	c := busy(t, jadeprometheus.Names(1))
	for _, name := range []string{"item", "beyond the limit"} {
		about := observe.Call{Kind: observe.KindNode, Flow: "shop", Node: name, Task: name}
		require.Equal(t, 2.0, testing.AllocsPerRun(100, func() {
			_, end := c.Begin(t.Context(), about)
			end(observe.Outcome{Elapsed: time.Millisecond})
		}), name)
	}
}
