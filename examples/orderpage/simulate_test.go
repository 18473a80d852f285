package main

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// What is simulated of recorded runs, over real connections, is how long those took.
func TestSimulate_realRuns(t *testing.T) {
	running, err := open(faults{})
	require.NoError(t, err)
	defer running.close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	real := newOrderPage(&shop{client: &http.Client{Transport: transport}, urls: running.urls}, time.Minute)

	var mu sync.Mutex
	var traces []*trace.Trace
	ctx := observe.With(t.Context(), trace.NewRecorder(func(tr *trace.Trace) {
		mu.Lock()
		defer mu.Unlock()
		traces = append(traces, tr)
	}))
	_, err = future.Run(ctx, func(ctx context.Context) ([]Page, error) {
		return combinators.Each(ctx, 5, make([]struct{}, 40), func(ctx context.Context, _ struct{}) (Page, error) { return real.Do(ctx, order) }).Await(ctx)
	})
	require.NoError(t, err)
	var took []time.Duration
	for _, tr := range traces {
		took = append(took, tr.Elapsed())
	}
	slices.Sort(took)

	p := jadetest.Simulate(t, newOrderPage(fakeShop(), time.Minute), order, jadetest.Load{Latencies: jadetest.FromTraces(traces...), Runs: 500})
	t.Logf("recorded: p50 %s, p90 %s; %s", took[20], took[36], p)
	require.InEpsilon(t, took[20], p.P50, .3) // what a busy machine does between the calls is in none of them
	require.Zero(t, p.Failed)
}

// What a limit of the coupons would cost is known before it is set: they take 80 ms, mostly.
func TestSimulate_aLimitOfTheCoupons(t *testing.T) {
	latencies := map[string]jadetest.Latency{}
	for _, s := range allServices() {
		latencies[s.name] = jadetest.LogNormal(s.latency, 3*s.latency)
	}
	load := jadetest.Load{Latencies: latencies, Runs: 1000}
	usual := jadetest.Simulate(t, newOrderPage(fakeShop(), 800*time.Millisecond), order, load)
	hurried := jadetest.Simulate(t, newOrderPage(fakeShop(), 250*time.Millisecond), order, load)
	t.Log(usual, "\n", hurried)
	require.Less(t, usual.Degraded, .01)
	require.Greater(t, hurried.Degraded, .1)
	require.LessOrEqual(t, hurried.P99, 250*time.Millisecond)
}
