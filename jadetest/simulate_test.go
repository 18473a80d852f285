package jadetest_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

type latencies map[string]jadetest.Latency

// quick is a task whose function takes no time.
func quick(name string) task.Task[int, int] {
	return task.New(name, func(_ context.Context, n int) (int, error) { return n + 1, nil })
}

func serial() *flow.Flow[int, int] {
	return flow.New("serial", func(in number) number { return flow.Step(quick("b"), flow.Step(quick("a"), in)) })
}

func parallel() *flow.Flow[int, int] {
	return flow.New("parallel", func(in number) number {
		return flow.Map2(flow.Step(quick("a"), in), flow.Step(quick("b"), in), sum)
	})
}

func one(t task.Task[int, int]) *flow.Flow[int, int] {
	return flow.New("one", func(in number) number { return flow.Step(t, in) })
}

// Where there is a closed form, that is what is predicted.
func TestSimulate_closedForms(t *testing.T) {
	const mean = 10 * ms
	exponential := latencies{"a": jadetest.Exponential(mean), "b": jadetest.Exponential(mean)}
	always := task.Retry{Attempts: 3, If: func(error) bool { return true }}
	times := func(x float64) time.Duration { return time.Duration(x * float64(mean)) }
	for name, c := range map[string]struct {
		flow             *flow.Flow[int, int]
		latencies        latencies
		p50, p90, p99    time.Duration
		degraded, failed float64
	}{
		"one after the other":    {serial(), latencies{"a": jadetest.Fixed(10 * ms), "b": jadetest.Fixed(20 * ms)}, 30 * ms, 30 * ms, 30 * ms, 0, 0},
		"at once":                {parallel(), latencies{"a": jadetest.Fixed(10 * ms), "b": jadetest.Fixed(20 * ms)}, 20 * ms, 20 * ms, 20 * ms, 0, 0},
		"uniform":                {one(quick("a")), latencies{"a": jadetest.Uniform(10*ms, 20*ms)}, 15 * ms, 19 * ms, 20 * ms, 0, 0},
		"exponential":            {one(quick("a")), exponential.only("a"), times(math.Ln2), times(math.Log(10)), times(math.Log(100)), 0, 0},
		"the sum of two":         {serial(), exponential, times(1.6783), times(3.8897), times(6.6384), 0, 0},
		"the later of two":       {parallel(), exponential, times(-math.Log(1 - math.Sqrt(.5))), times(-math.Log(1 - math.Sqrt(.9))), times(-math.Log(1 - math.Sqrt(.99))), 0, 0},
		"a service":              {one(quick("a")), latencies{"a": jadetest.LogNormal(20*ms, 100*ms)}, 20 * ms, 48500 * time.Microsecond, 100 * ms, 0, 0},
		"a timeout that answers": {one(quick("a").Timeout(20 * ms).Fallback(0)), exponential.only("a"), times(math.Ln2), 20 * ms, 20 * ms, math.Exp(-2), 0},
		"a timeout that fails":   {one(quick("a").Timeout(20 * ms)), exponential.only("a"), times(math.Ln2), 20 * ms, 20 * ms, 0, math.Exp(-2)},
		"attempts": {
			one(quick("a").Retry(always)), latencies{"a": jadetest.Fixed(mean).Failing(.4, future.ErrGoexit)},
			mean, 3 * mean, 3 * mean, 0, .4 * .4 * .4,
		},
		"a limit of the whole": {serial().Timeout(20 * ms), exponential, times(1.6783), 20 * ms, 20 * ms, 0, 3 * math.Exp(-2)},
		"no tasks with one":    {parallel(), nil, 0, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := jadetest.Simulate(t, c.flow, 1, jadetest.Load{Latencies: c.latencies, Runs: 3000})
			near := func(want, got time.Duration, by float64) {
				t.Helper()
				require.InEpsilon(t, float64(want+1), float64(got+1), by)
			}
			near(c.p50, p.P50, .05)
			near(c.p90, p.P90, .05)
			near(c.p99, p.P99, .15) // of which there are 30
			require.InDelta(t, c.degraded, p.Degraded, .02)
			require.InDelta(t, c.failed, p.Failed, .02)
		})
	}
}

func (l latencies) only(name string) latencies { return latencies{name: l[name]} }

// Two variants draw the same, so what differs is what was changed.
func TestSimulate_isTheSameForTheSameSeed(t *testing.T) {
	load := jadetest.Load{Latencies: latencies{"a": jadetest.LogNormal(20*ms, 100*ms), "b": jadetest.Exponential(5 * ms)}, Runs: 500}
	first, again := jadetest.Simulate(t, serial(), 1, load), jadetest.Simulate(t, serial(), 1, load)
	require.Equal(t, first, again)
	limited := jadetest.Simulate(t, serial().Timeout(first.P90), 1, load)
	require.Equal(t, first.P50, limited.P50)
	require.Equal(t, first.P90, limited.P99)
	load.Seed++
	require.NotEqual(t, first, jadetest.Simulate(t, serial(), 1, load))
}

func TestSimulate_ctxAndDeadline(t *testing.T) {
	type key struct{}
	a := task.New("a", func(ctx context.Context, _ int) (int, error) {
		if ctx.Value(key{}) != 7 {
			return 0, future.ErrGoexit
		}
		return 1, nil
	})
	p := jadetest.Simulate(t, one(a), 1, jadetest.Load{
		Latencies: latencies{"a": jadetest.Uniform(0, 20*ms)}, Deadline: 10 * ms, Runs: 1000,
		Context: func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 7) },
	})
	require.Equal(t, 9900*time.Microsecond, p.P90, "a moment before the deadline")
	require.InDelta(t, .5, p.Failed, .05)
	require.Regexp(t, `^one: p50 \d+(\.\d)?ms, p90 9\.9ms, p99 9\.9ms, degraded 0\.0 %, failed \d\d\.\d % \(1000 runs\)$`, p.String())
}

// What was recorded is what is predicted.
func TestFromTraces(t *testing.T) {
	f := flow.New("page", func(in number) number {
		inner := flow.New("inner", func(in number) number { return flow.Step(quick("deep"), in) })
		list := flow.Each(quick("list"), flow.Map(in, func(n int) []int { return []int{n, n} }), 1)
		return flow.Map3(flow.Step(inner.Task(), in), flow.Step(quick("a").Retry(task.Retry{Attempts: 2}).Fallback(1), in), list,
			func(a, b int, c []int) int { return a + b + len(c) })
	})
	load := jadetest.Load{Runs: 2000, Latencies: latencies{
		"inner/deep": jadetest.Uniform(10*ms, 30*ms), "a": jadetest.Fixed(12*ms).Failing(.3, context.DeadlineExceeded), "list": jadetest.Fixed(5 * ms),
	}}
	was := jadetest.Simulate(t, f, 1, load)
	var traces []*trace.Trace
	recorder := trace.NewRecorder(func(tr *trace.Trace) { traces = append(traces, tr) })
	load.Context = func(ctx context.Context) context.Context { return observe.With(ctx, recorder) }
	jadetest.Simulate(t, f, 1, load)
	require.Len(t, traces, 2000)

	load.Context, load.Latencies, load.Seed = nil, jadetest.FromTraces(traces...), 1
	require.Len(t, load.Latencies, 3)
	is := jadetest.Simulate(t, f, 1, load)
	require.InEpsilon(t, was.P50, is.P50, .03)
	require.InEpsilon(t, was.P99, is.P99, .03)
	require.InDelta(t, was.Degraded, is.Degraded, .02)
	require.InDelta(t, .09, is.Degraded, .02)

	var err error
	for r := testRand(); err == nil; {
		err = load.Latencies["a"](r).Err
	}
	require.EqualError(t, err, context.DeadlineExceeded.Error())
	require.Equal(t, recovery.ClassTimeout, recovery.Classify(err))
}

func TestLatency_misuse(t *testing.T) {
	for want, fn := range map[string]func(){
		"jadetest.Fixed: the duration is -1ms, and must not be negative":       func() { jadetest.Fixed(-ms) },
		"jadetest.Uniform: the duration is -1ms, and must not be negative":     func() { jadetest.Uniform(2*ms, ms) },
		"jadetest.Exponential: the duration is -1ms, and must not be negative": func() { jadetest.Exponential(-ms) },
		"jadetest.LogNormal: the duration is -1ns, and must not be negative":   func() { jadetest.LogNormal(0, ms) },
		"jadetest.Measured: no samples":                                        func() { jadetest.Measured() },
		"jadetest.Latency.Failing: the share is 1.5, and must be from 0 to 1":  func() { jadetest.Fixed(0).Failing(1.5, nil) },
		"jadetest.Latency.Failing: the share is NaN, and must be from 0 to 1":  func() { jadetest.Fixed(0).Failing(math.NaN(), nil) },
	} {
		require.PanicsWithValue(t, want, fn)
	}
}
