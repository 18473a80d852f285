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
	"github.com/jade-go/jade/trace"
)

// seen is what FromTraces makes of runs of f.
func seen(t *testing.T, f *flow.Flow[int, int], load jadetest.Load) jadetest.Load {
	var traces []*trace.Trace
	recorder := trace.NewRecorder(func(tr *trace.Trace) { traces = append(traces, tr) })
	load.Context = func(ctx context.Context) context.Context { return observe.With(ctx, recorder) }
	jadetest.Simulate(t, f, 1, load)
	return jadetest.Load{Latencies: jadetest.FromTraces(traces...), Seed: 7, Runs: 4000}
}

// seenFor is a load of a task that takes 50 ms on average, and is given up after limit.
func seenFor(t *testing.T, limit time.Duration) jadetest.Load {
	return seen(t, one(quick("a").Timeout(limit).Fallback(0)), jadetest.Load{Latencies: latencies{"a": jadetest.Exponential(50 * ms)}})
}

// What was given up takes longer than it was waited for.
func TestFromTraces_whatWasGivenUp(t *testing.T) {
	limited := func(limit time.Duration) *flow.Flow[int, int] { return one(quick("a").Timeout(limit).Fallback(0)) }
	longer := func(limit time.Duration) float64 { return math.Exp(-float64(limit) / float64(50*ms)) }
	load := seenFor(t, 50*ms)
	is := jadetest.Simulate(t, limited(50*ms), 1, load)
	require.InDelta(t, longer(50*ms), is.Degraded, .02, "0.37, as it was recorded")
	require.InDelta(t, longer(50*ms), is.Censored, .02)
	require.Regexp(t, `degraded 3\d\.\d %, failed 0\.0 %, 3\d\.\d % with a call that was recorded without its end \(4000 runs\)$`, is.String())
	is = jadetest.Simulate(t, limited(20*ms), 1, load)
	require.InDelta(t, longer(20*ms), is.Degraded, .02)
	whole := jadetest.Simulate(t, one(quick("a")).Timeout(50*ms), 1, load)
	require.InDelta(t, longer(50*ms), whole.Failed, .02)
	load.Deadline = 50 * ms
	require.InDelta(t, whole.Failed, jadetest.Simulate(t, one(quick("a")), 1, load).Failed, .01)

	// The same, if it is the flow or the caller that gave it up.
	for what, load := range map[string]jadetest.Load{
		"the flow":                  seen(t, one(quick("a")).Timeout(50*ms), jadetest.Load{Latencies: latencies{"a": jadetest.Exponential(50 * ms)}}),
		"the flow, with a fallback": seen(t, one(quick("a").Fallback(0)).Timeout(50*ms), jadetest.Load{Latencies: latencies{"a": jadetest.Exponential(50 * ms)}}),
		"the caller":                seen(t, one(quick("a")), jadetest.Load{Deadline: 50 * ms, Latencies: latencies{"a": jadetest.Exponential(50 * ms)}}),
	} {
		is := jadetest.Simulate(t, limited(49*ms), 1, load)
		require.InDelta(t, longer(49*ms), is.Degraded, .02, what)
	}
}

// What was cancelled early says nothing of how long the others take.
func TestFromTraces_whatWasCancelled(t *testing.T) {
	load := seen(t, parallel(), jadetest.Load{Latencies: latencies{
		"a": jadetest.Uniform(0, 20*ms), "b": jadetest.Fixed(10*ms).Failing(.7, future.ErrGoexit),
	}})
	is := jadetest.Simulate(t, one(quick("a")), 1, only(load, "a"))
	require.InEpsilon(t, float64(10*ms), float64(is.P50), .1)
	require.InEpsilon(t, float64(18*ms), float64(is.P90), .1)
	require.Zero(t, is.Censored)
	require.NotContains(t, is.String(), "without its end")
}

func only(load jadetest.Load, name string) jadetest.Load {
	load.Latencies = latencies(load.Latencies).only(name)
	return load
}

func TestMeasured_censored(t *testing.T) {
	r := testRand()
	l := jadetest.Measured(jadetest.Sample{Took: 3 * ms}, jadetest.Sample{Took: 2 * ms, Censored: true}, jadetest.Sample{Took: ms}, jadetest.Sample{Took: 4 * ms, Censored: true})
	counts := map[jadetest.Sample]float64{}
	for range 8000 {
		counts[l(r)] += 1. / 8000
	}
	require.Len(t, counts, 3)
	require.InDelta(t, .25, counts[jadetest.Sample{Took: ms}], .02)
	require.InDelta(t, .375, counts[jadetest.Sample{Took: 3 * ms}], .02)
	require.InDelta(t, .375, counts[jadetest.Sample{Took: 4 * ms, Censored: true}], .02)
	never := jadetest.Measured(jadetest.Sample{Took: 2 * ms, Censored: true}, jadetest.Sample{Took: ms, Censored: true})
	require.Equal(t, jadetest.Sample{Took: 2 * ms, Censored: true}, never(r))
}
