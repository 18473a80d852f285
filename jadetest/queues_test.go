package jadetest_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/jadetest"
)

// erlangC is the share of arrivals that wait for one of c servers, of which a are busy on average.
func erlangC(c int, a float64) float64 {
	sum, term := 0.0, 1.0
	for k := range c {
		if k > 0 {
			term *= a / float64(k)
		}
		sum += term
	}
	last := term * a / (float64(c) - a)
	return last / (sum + last)
}

// Slots with a queue are a queue with so many servers: M/M/c and M/D/1, whose mean waits are known.
func TestSimulate_queues(t *testing.T) {
	const service = 10 * ms
	seconds := service.Seconds()
	for name, c := range map[string]struct {
		slots     int
		perSecond float64
		latency   jadetest.Latency
		wait      float64 // on average, in seconds
	}{
		"M/M/1, half busy":       {1, 50, jadetest.Exponential(service), 0.5 * seconds / 0.5},
		"M/M/1, 80 % busy":       {1, 80, jadetest.Exponential(service), 0.8 * seconds / 0.2},
		"M/M/3, 83 % busy":       {3, 250, jadetest.Exponential(service), erlangC(3, 2.5) / (3/seconds - 250)},
		"M/M/8, 75 % busy":       {8, 600, jadetest.Exponential(service), erlangC(8, 6) / (8/seconds - 600)},
		"M/D/1, half busy":       {1, 50, jadetest.Fixed(service), 0.5 * seconds / (2 * 0.5)},
		"M/D/1, 80 % busy":       {1, 80, jadetest.Fixed(service), 0.8 * seconds / (2 * 0.2)},
		"no slots, no waiting":   {1000, 500, jadetest.Exponential(service), 0},
		"one after the other":    {1, 0, jadetest.Exponential(service), 0},
		"M/D/1, hardly ever two": {1, 1, jadetest.Fixed(service), 0.01 * seconds / (2 * 0.99)},
	} {
		t.Run(name, func(t *testing.T) {
			f := one(quick("a").Gate(guard.Slots(c.slots, guard.Queue(100_000))))
			p := jadetest.Simulate(t, f, 1, jadetest.Load{Latencies: latencies{"a": c.latency}, Runs: 20_000, Seed: 1, PerSecond: c.perSecond})
			want := seconds + c.wait
			require.InDelta(t, want, p.Mean.Seconds(), 0.08*want, "%v", p)
			require.Zero(t, p.Rejected)
			require.Zero(t, p.Failed)
		})
	}
	require.InDelta(t, 0.7022, erlangC(3, 2.5), 0.0001)
}

// Without a queue, the share that is rejected is that of the Erlang B formula.
func TestSimulate_rejections(t *testing.T) {
	const service = 10 * ms
	for _, c := range []struct {
		slots     int
		perSecond float64
	}{{1, 100}, {4, 300}, {10, 800}} {
		a := c.perSecond * service.Seconds()
		blocked := 1.0
		for k := 1; k <= c.slots; k++ {
			blocked = a * blocked / (float64(k) + a*blocked)
		}
		f := one(quick("a").Gate(guard.Slots(c.slots)).Fallback(0))
		p := jadetest.Simulate(t, f, 1, jadetest.Load{Latencies: latencies{"a": jadetest.Exponential(service)}, Runs: 20_000, Seed: 2, PerSecond: c.perSecond})
		require.InDelta(t, blocked, p.Rejected, 0.015, "%v", p)
		require.InDelta(t, blocked, p.Degraded, 0.015)
		require.Zero(t, p.Failed)
		require.False(t, math.IsNaN(p.Rejected))
		require.Contains(t, p.String(), "rejected ")
	}
}

// The gates of the flow are not filled by a simulation, nor is a simulation disturbed by what they have.
func TestSimulate_freshGates(t *testing.T) {
	gate := guard.Rate(1, time.Hour)
	f := one(quick("a").Gate(gate))
	_, err := f.Do(t.Context(), 1)
	require.NoError(t, err)
	p := jadetest.Simulate(t, f, 1, jadetest.Load{Runs: 10})
	require.InDelta(t, 0.9, p.Rejected, 0.001)
	_, err = f.Do(t.Context(), 1)
	require.ErrorContains(t, err, "rejected by rate")
}
