package jadetest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

func TestFaults_rejected(t *testing.T) {
	slots := guard.Slots(1, guard.Name("stock"))
	gated := takes("coupons", 10*ms).Timeout(20 * ms).Gate(slots).Fallback(0)
	m := jadetest.Faults(t, shop(gated).Timeout(limit), 1, jadetest.MayFail("item"), jadetest.MustDegrade("coupons"), jadetest.Pairs(),
		jadetest.Only(jadetest.FaultBusiness, jadetest.FaultRejected))
	require.Equal(t, `shop      item    coupons
business  failed  degraded
rejected  -       degraded

with     item
coupons  failed
`, m.String())
	require.Contains(t, jadetest.Explore(t, shop(gated), 1).String(), "rejected")
	require.NotContains(t, jadetest.Explore(t, shop(coupons()), 1).String(), "rejected", "no task has a gate")
	require.Zero(t, slots.InUse())

	m = jadetest.Explore(t, shop(takes("coupons", 10*ms).Gate(slots)).Timeout(limit), 1)
	c := m.At("coupons", jadetest.FaultRejected)
	require.Equal(t, jadetest.VerdictFailed, c.Verdict)
	require.Regexp(t, `^shop: coupons \(.*\): coupons: rejected by stock: injected: rejected$`, c.Detail)
}

// A Fallback inside of the gate does not stand in for a rejection.
func TestFaults_aFallbackInsideOfTheGate(t *testing.T) {
	inside := takes("coupons", 10*ms).Fallback(0).Gate(guard.Slots(1))
	lines := jadetest.Explore(t, shop(inside).Timeout(limit), 1, jadetest.MustDegrade("coupons"), jadetest.MayFail("item"), jadetest.Only(jadetest.FaultBusiness, jadetest.FaultRejected)).Problems()
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], "shop: coupons: rejected: failed, and must degrade: let the Fallback of coupons be around its gate, or take the failure by flow.Recover or flow.Try (")
}

// A gate of a nested flow, and one inside of a Wrap, reject too.
func TestFaults_rejectedInside(t *testing.T) {
	inner := flow.New("inner", func(in number) number { return flow.Step(guard.Share(takes("coupons", ms).Gate(guard.Slots(1))), in) })
	m := jadetest.Explore(t, shop(inner.Task().Named("part").Fallback(0)).Timeout(limit), 1)
	require.Equal(t, jadetest.VerdictDegraded, m.At("part/coupons", jadetest.FaultRejected).Verdict)
}

// What a fault does to a breaker, a budget or a cache is of no consequence for the next run. The gates of the program are left alone.
func TestFaults_runsHaveGatesOfTheirOwn(t *testing.T) {
	breaker := guard.Breaker(.01, guard.Min(1), guard.OpenFor(time.Hour))
	calls := 0
	item := task.New("item", func(_ context.Context, n int) (int, error) { calls++; return n, nil })
	cached := guard.Cache(item, guard.NewLRU[int, int](10), time.Hour)
	f := flow.New("shop", func(in number) number {
		return flow.Step(takes("coupons", 10*ms).Timeout(20*ms).Gate(breaker), flow.Step(cached, in))
	}).Timeout(limit)
	m := jadetest.Faults(t, f, 1)
	require.Empty(t, m.Problems())
	require.False(t, breaker.Open())
	runs := 2 + len(jadetest.AllFaults()) // each with the item, without a fault twice
	require.Equal(t, runs, calls, "the function is called in each run that has no fault of its own")
	for _, fault := range []jadetest.Fault{jadetest.FaultBusiness, jadetest.FaultPanic, jadetest.FaultHang, jadetest.FaultRejected} {
		require.Equal(t, jadetest.VerdictFailed, m.At("coupons", fault).Verdict, fault)
	}
	require.Equal(t, jadetest.VerdictFailed, m.At("item", jadetest.FaultSystem).Verdict, "the cache has nothing from other runs")
}

// A breaker that a failure opens rejects the attempts after it, in the same run.
func TestFaults_gatesWorkInARun(t *testing.T) {
	breaker := guard.Breaker(.01, guard.Min(1), guard.OpenFor(time.Hour))
	retried := takes("coupons", ms).Gate(breaker).Retry(task.Retry{Attempts: 3, If: func(error) bool { return true }}).Fallback(0)
	m := jadetest.Explore(t, shop(retried).Timeout(limit), 1, jadetest.Only(jadetest.FaultSystem))
	require.Equal(t, jadetest.VerdictDegraded, m.At("coupons", jadetest.FaultSystem).Verdict)
	require.Equal(t, 10*ms, m.At("coupons", jadetest.FaultSystem).Took, "no attempt can begin before the limit")
}

// A simulation leaves the gates of the program alone, and has its own for all of its runs.
func TestSimulate_hasGatesOfItsOwn(t *testing.T) {
	breaker := guard.Breaker(.01, guard.Min(1), guard.OpenFor(time.Hour))
	f := shop(takes("coupons", 0).Gate(breaker).Fallback(0))
	load := jadetest.Load{Runs: 100, Latencies: map[string]jadetest.Latency{"coupons": jadetest.Fixed(ms).Failing(1, context.DeadlineExceeded)}}
	for range 2 {
		p := jadetest.Simulate(t, f, 1, load)
		require.Equal(t, 1.0, p.Degraded)
		require.Equal(t, 10*ms, p.P99, "only the first call was let in, and took a millisecond more")
	}
	require.False(t, breaker.Open())
}
