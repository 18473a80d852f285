package jadetest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// What loses a race, or was not over when the answer was there, is no sign that something was noticed; what failed is.
func TestFaults_losersAreNoSign(t *testing.T) {
	f := flow.New("hedged", func(in number) number {
		first := flow.Any(flow.Step(takes("db", 10*ms), in), flow.Step(takes("mirror", 30*ms), in))
		return flow.Also(first, flow.Step(takes("audit", 50*ms), in))
	})
	m := jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultBusiness, jadetest.FaultNil))
	require.Equal(t, jadetest.VerdictAltered, m.At("db", jadetest.FaultNil).Verdict)
	require.Equal(t, jadetest.VerdictDegraded, m.At("db", jadetest.FaultBusiness).Verdict, "the mirror has the same, but the run does without db")
	other := flow.New("hedged", func(in number) number {
		return flow.Any(flow.Step(takes("db", 10*ms), in), flow.Step(takes("mirror", 20*ms), flow.Step(takes("route", 10*ms), in)))
	})
	m = jadetest.Explore(t, other, 1, jadetest.Only(jadetest.FaultBusiness))
	require.Equal(t, jadetest.VerdictDegraded, m.At("db", jadetest.FaultBusiness).Verdict)
}

// What always degrades says nothing of a fault elsewhere.
func TestFaults_whatIsUsualIsNoSign(t *testing.T) {
	f := flow.New("page", func(in number) number {
		return flow.Map2(flow.Step(failing("ads").Fallback(0), in), flow.Step(takes("item", ms), in), sum)
	})
	m := jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultNil))
	require.Equal(t, jadetest.VerdictAltered, m.At("item", jadetest.FaultNil).Verdict)
}

func failing(name string) task.Task[int, int] {
	return task.New(name, func(context.Context, int) (int, error) { return 0, errSold })
}

var errSold = context.DeadlineExceeded

// Of a task that the input never leads to, nothing is known.
func TestFaults_neverCalled(t *testing.T) {
	f := flow.New("page", func(in number) number {
		return flow.Either(flow.Map(in, func(n int) bool { return n > 0 }), flow.Step(takes("yes", ms).Fallback(0), in), flow.Step(takes("no", ms), in))
	})
	lines := jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultPanic), jadetest.MustDegrade("yes", "no")).Problems()
	require.Equal(t, []string{"page: no is never called with this input, so nothing is known of it: try one with which it is"}, lines)
}

// Fakes that remember make runs that are not alike, which is told as such.
func TestFaults_fakesThatRemember(t *testing.T) {
	var calls atomic.Int32
	quota := task.New("quota", func(_ context.Context, n int) (int, error) {
		if calls.Add(1) > 2 {
			return 0, errSold
		}
		return n, nil
	})
	f := flow.New("page", func(in number) number { return flow.Map2(flow.Step(quota, in), flow.Step(coupons(), in), sum) })
	lines := jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultPanic)).Problems()
	require.Contains(t, lines[0], "page without any fault answers otherwise the second time, so runs are not alike: make what the fakes share anew for each run (page: quota")
}

// A matrix is the same each time, whatever is random in a policy.
func TestFaults_noChance(t *testing.T) {
	retry := task.Retry{Attempts: 3, Delay: 10 * ms, Jitter: .5}
	f := one(takes("item", ms).Retry(retry).Fallback(0))
	first := jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultDependency)).String()
	require.Contains(t, first, "degraded 22.5ms")
	for range 5 {
		require.Equal(t, first, jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultDependency)).String())
	}
}

// A name that is a path of its own is that task's; one in a flow within then needs its path.
func TestFaults_namesOfFlowsWithin(t *testing.T) {
	item := takes("item", ms)
	part := flow.New("part", func(in number) number { return flow.Step(item.Fallback(0), in) })
	f := flow.New("page", func(in number) number { return flow.Map2(flow.Step(item, in), flow.Step(part.Task(), in), sum) })
	m := jadetest.Faults(t, f, 1, jadetest.Only(jadetest.FaultPanic), jadetest.MayFail("item"), jadetest.MustDegrade("part/item"))
	require.Empty(t, m.Problems())
	lines := jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultPanic), jadetest.MayFail("item")).Problems()
	require.Equal(t, []string{"page: part/item is in neither MustDegrade nor MayFail: say which"}, lines)
}

// The elements of an Each count together.
func TestAttempts_ofAnEach(t *testing.T) {
	var failed atomic.Bool
	once := task.New("el", func(_ context.Context, n int) (int, error) {
		if n == 2 && !failed.Swap(true) {
			return 0, errSold
		}
		return n, nil
	}).Retry(task.Retry{Attempts: 2})
	f := flow.New("page", func(in number) number {
		return flow.Map(flow.Each(once, flow.Map(in, func(int) []int { return []int{1, 2, 3} }), 3), func(l []int) int { return len(l) })
	})
	ctx, recording := jadetest.Record(t.Context())
	_, err := f.Do(ctx, 1)
	require.NoError(t, err)
	jadetest.Attempts(t, recording.Trace(t), "el", 4)
}
