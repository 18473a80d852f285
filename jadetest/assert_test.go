package jadetest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
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

// after is a task that ends with err after some time, or when its ctx ends.
func after(name string, d time.Duration, err error) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, n int) (int, error) {
		select {
		case <-time.After(d):
			return n, err
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	})
}

// deaf is a task that takes its time, whatever its ctx says.
func deaf(name string, d time.Duration) task.Task[int, int] {
	return task.New(name, func(context.Context, int) (int, error) { time.Sleep(d); return 0, nil })
}

var errSoldOut = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))

// parcel is a flow within: a box, then a label.
var parcel = flow.New("parcel", func(in flow.Node[int]) flow.Node[int] {
	return flow.Step(after("label", 5*time.Millisecond, nil), flow.Step(after("box", 5*time.Millisecond, nil), in))
})

// order has of everything: item (10 ms), then freight (40 ms, critical), coupons (10 ms, degraded after two
// attempts), a parcel, and ads that are too late.
var order = flow.New("order", func(in flow.Node[int]) flow.Node[int] {
	item := flow.Step(after("item", 10*time.Millisecond, nil), in)
	freight := flow.Step(after("freight", 40*time.Millisecond, nil), item)
	coupons := flow.Step(after("coupons", 10*time.Millisecond, errSoldOut).Retry(task.Retry{
		Attempts: 2, If: func(error) bool { return true },
	}).Fallback(0), item)
	ads := flow.Step(deaf("ads", time.Second).Timeout(20*time.Millisecond).Fallback(0), item)
	sum := flow.Map4(freight, coupons, ads, flow.Step(parcel.Task(), in), func(a, b, c, d int) int { return a + b + c + d })
	return sum
})

// run is the trace of one run of f, in a bubble.
func run(t *testing.T, f *flow.Flow[int, int]) (tr *trace.Trace) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(t.Context())
		defer scope.Close()
		ctx, rec := jadetest.Record(ctx)
		f.Do(ctx, 1)
		tr = rec.Trace(t)
	})
	return tr
}

// broken fails at the item, so there is no freight.
var broken = flow.New("broken", func(in flow.Node[int]) flow.Node[int] {
	item := flow.Step(after("item", 10*time.Millisecond, errSoldOut), in)
	return flow.Step(after("freight", time.Millisecond, nil), item)
})

// twice uses a task at two nodes, and has a node of that name in a flow within, too.
var twice = func() *flow.Flow[int, int] {
	box := after("box", time.Millisecond, nil)
	return flow.New("twice", func(in flow.Node[int]) flow.Node[int] {
		return flow.Step(parcel.Task(), flow.Step(box, flow.Step(box, in)))
	})
}()

// both is a flow of two that have nodes of the same names.
var both = flow.New("both", func(in flow.Node[int]) flow.Node[int] {
	return flow.Map2(flow.Step(parcel.Task().Named("left"), in), flow.Step(parcel.Task().Named("right"), in), func(a, b int) int { return a + b })
})

func TestAssertions(t *testing.T) {
	ordered, failed, twofold, double := run(t, order), run(t, broken), run(t, twice), run(t, both)
	for _, c := range []struct {
		name   string
		assert func(t testing.TB) bool
		wrong  string // first line of the message; empty: it holds
	}{
		{"Overlapped", func(t testing.TB) bool { return jadetest.Overlapped(t, ordered, "coupons", "freight") }, ""},
		{"Overlapped", func(t testing.TB) bool { return jadetest.Overlapped(t, ordered, "item", "freight") },
			"expected item and freight to overlap, found item from 0s to 10ms; freight from 10ms to 50ms"},
		{"Overlapped", func(t testing.TB) bool { return jadetest.Overlapped(t, ordered, "item", "item") },
			"expected item and item to overlap, found item from 0s to 10ms; item from 0s to 10ms"},
		{"RanBefore", func(t testing.TB) bool { return jadetest.RanBefore(t, ordered, "item", "freight") }, ""},
		{"RanBefore", func(t testing.TB) bool { return jadetest.RanBefore(t, ordered, "parcel/box", "parcel/label") }, ""},
		{"RanBefore", func(t testing.TB) bool { return jadetest.RanBefore(t, ordered, "coupons", "freight") },
			"expected coupons to end before freight begins, found coupons from 10ms to 30ms; freight from 10ms to 50ms"},
		{"RanBefore", func(t testing.TB) bool { return jadetest.RanBefore(t, failed, "item", "freight") },
			"expected item to end before freight begins, found item from 0s to 10ms; freight did not start"},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, ordered, "item") }, ""},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, ordered, "coupons") },
			"expected coupons to run once, found 2 runs: coupons"},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, twofold, "box") },
			"expected box to run once, found 2 runs: box, box#2"},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, twofold, "parcel/box") }, ""},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, failed, "freight") },
			"expected freight to run once, found that it did not start"},
		{"Attempts", func(t testing.TB) bool { return jadetest.Attempts(t, ordered, "coupons", 2) }, ""},
		{"Attempts", func(t testing.TB) bool { return jadetest.Attempts(t, ordered, "item", 1) }, ""},
		{"Attempts", func(t testing.TB) bool { return jadetest.Attempts(t, failed, "freight", 0) }, ""},
		{"Attempts", func(t testing.TB) bool { return jadetest.Attempts(t, ordered, "coupons", 3) },
			"expected coupons to make 3 attempts, found 2"},
		{"Skipped", func(t testing.TB) bool { return jadetest.Skipped(t, failed, "freight") }, ""},
		{"Skipped", func(t testing.TB) bool { return jadetest.Skipped(t, failed, "item") },
			"expected item to be skipped, found failed: business (sold out)"},
		{"Degraded", func(t testing.TB) bool { return jadetest.Degraded(t, ordered, "coupons") }, ""},
		{"Degraded", func(t testing.TB) bool { return jadetest.Degraded(t, ordered, "item") },
			"expected item to be degraded, found ok"},
		{"Failed", func(t testing.TB) bool { return jadetest.Failed(t, failed, "item", recovery.ClassBusiness) }, ""},
		{"Failed", func(t testing.TB) bool { return jadetest.Failed(t, failed, "broken", recovery.ClassBusiness) }, ""},
		{"Failed", func(t testing.TB) bool { return jadetest.Failed(t, failed, "item", recovery.ClassTimeout) },
			"expected item to be failed: timeout, found failed: business (sold out)"},
		{"Failed", func(t testing.TB) bool { return jadetest.Failed(t, ordered, "coupons", recovery.ClassBusiness) },
			"expected coupons to be failed: business, found degraded: business (sold out)"},
		{"Straggled", func(t testing.TB) bool { return jadetest.Straggled(t, ordered, "freight") },
			"expected freight to be a straggler, found ok"},
		{"OnCriticalPath", func(t testing.TB) bool { return jadetest.OnCriticalPath(t, ordered, "freight") }, ""},
		{"OnCriticalPath", func(t testing.TB) bool { return jadetest.OnCriticalPath(t, ordered, "coupons") },
			"expected coupons on the critical path, found item, freight"},
		{"NotOnCriticalPath", func(t testing.TB) bool { return jadetest.NotOnCriticalPath(t, ordered, "coupons") }, ""},
		{"NotOnCriticalPath", func(t testing.TB) bool { return jadetest.NotOnCriticalPath(t, ordered, "item") },
			"expected item off the critical path, found item, freight"},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, ordered, "frieght") },
			`the trace of "order" has no "frieght"; it has ads, coupons, freight, item, parcel, parcel/box, parcel/label`},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, failed, "eight") },
			`the trace of "broken" has no "eight"; it has freight, item`},
		{"RanOnce", func(t testing.TB) bool { return jadetest.RanOnce(t, double, "box") },
			`"box" may be any of left/box, right/box`},
		{"RanBefore", func(t testing.TB) bool { return jadetest.RanBefore(t, double, "left/box", "right/label") }, ""},
	} {
		j := &judged{TB: t}
		held := c.assert(j)
		if c.wrong == "" {
			require.True(t, held, "%s: %v", c.name, j.errors)
			require.Empty(t, j.errors)
			continue
		}
		require.False(t, held, "%s does not say: %s", c.name, c.wrong)
		require.Len(t, j.errors, 1)
		line, waterfall, _ := strings.Cut(j.errors[0], "\n\n")
		require.Equal(t, "jadetest."+c.name+": "+c.wrong, line)
		require.Contains(t, waterfall, "start     took")
	}
}

func TestAssertions_withoutATrace(t *testing.T) {
	j := &judged{TB: t}
	require.False(t, jadetest.RanOnce(j, nil, "item"))
	require.Equal(t, []string{"jadetest.RanOnce: there is no trace"}, j.errors)
}

func TestStraggled(t *testing.T) {
	late := flow.New("late", func(in flow.Node[int]) flow.Node[int] {
		return flow.Map2(flow.Step(deaf("ads", time.Second), in), flow.Step(after("item", 10*time.Millisecond, nil), in), func(a, b int) int { return a + b })
	}).Timeout(50 * time.Millisecond)
	tr := run(t, late)
	require.True(t, jadetest.Straggled(t, tr, "ads"))
	require.True(t, jadetest.Overlapped(t, tr, "ads", "item"))
	require.True(t, jadetest.Failed(t, tr, "late", recovery.ClassTimeout))

	j := &judged{TB: t}
	require.False(t, jadetest.RanBefore(j, tr, "ads", "item"))
	require.Contains(t, j.errors[0], "found ads from 0s on, given up at 50ms; item from 0s to 10ms")
}

// In virtual time much happens at once: then the order in which things began decides.
func TestRanBefore_atOnce(t *testing.T) {
	tr := &trace.Trace{Name: "quick", Spans: []trace.Span{
		{Parent: -1, Kind: observe.KindRun, Flow: "quick"},
		{ID: 1, Kind: observe.KindNode, Flow: "quick", Node: "first"},
		{ID: 2, Kind: observe.KindNode, Flow: "quick", Node: "second"},
	}}
	require.True(t, jadetest.RanBefore(t, tr, "first", "second"))
	require.False(t, jadetest.RanBefore(&judged{TB: t}, tr, "second", "first"))
}

func TestAssertions_severalCalls(t *testing.T) {
	list := flow.New("list", func(in flow.Node[[]int]) flow.Node[[]int] { return flow.Each(parcel.Task(), in, 1) })
	var tr *trace.Trace
	synctest.Test(t, func(t *testing.T) {
		ctx, rec := jadetest.Record(t.Context())
		_, err := list.Do(ctx, []int{1, 2})
		require.NoError(t, err)
		tr = rec.Trace(t)
	})
	require.True(t, jadetest.Attempts(t, tr, "parcel/box", 1), "each made one")
	j := &judged{TB: t}
	require.False(t, jadetest.RanOnce(j, tr, "box"))
	require.False(t, jadetest.RanBefore(j, tr, "box", "label"), "the second box came after the first label")
	require.Contains(t, j.errors[1], "found box from 0s to 5ms, from 10ms to 15ms; label from 5ms to 10ms, from 15ms to 20ms")
}

func TestAssertions_tasks(t *testing.T) {
	price := after("price", time.Millisecond, nil)
	item := task.New("item", func(ctx context.Context, n int) (int, error) {
		_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Task: "query"})
		end(observe.Outcome{})
		return price.Do(ctx, n)
	})
	named := flow.New("named", func(in flow.Node[int]) flow.Node[int] { return flow.Step(item, in) })
	tr := run(t, named)
	require.True(t, jadetest.RanOnce(t, tr, "item"), "what its function calls is another")
	require.True(t, jadetest.RanOnce(t, tr, "item/price"))
	require.True(t, jadetest.RanOnce(t, tr, "price"))
	j := &judged{TB: t}
	jadetest.RanOnce(j, tr, "prize")
	require.Contains(t, j.errors[0], `has no "prize"; it has item, item/price, item/query`)

	synctest.Test(t, func(t *testing.T) {
		ctx, rec := jadetest.Record(t.Context())
		_, _ = after("alone", time.Millisecond, errSoldOut).Do(ctx, 1)
		jadetest.Failed(t, rec.Trace(t), "alone", recovery.ClassBusiness)
	})
}

func TestRecording_waitsForWhatTheRunHasBegun(t *testing.T) {
	audited := flow.New("audited", func(in flow.Node[int]) flow.Node[int] {
		return flow.Also(flow.Step(after("item", time.Millisecond, nil), in), flow.Step(after("audit", 2*time.Minute, nil), in))
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, rec := jadetest.Record(t.Context())
		_, err := audited.Do(ctx, 1)
		require.NoError(t, err)
		begun := time.Now()
		tr := rec.Trace(t)
		require.Equal(t, 2*time.Minute-time.Millisecond, time.Since(begun))
		jadetest.RanOnce(t, tr, "audit")
		require.Same(t, tr, rec.Trace(t), "it stays")
	})
	hold, begun := make(chan struct{}), make(chan struct{})
	held := task.New("audit", func(context.Context, int) (int, error) { close(begun); <-hold; return 0, nil })
	item := task.New("item", func(context.Context, int) (int, error) { <-begun; return 0, nil })
	outside := flow.New("outside", func(in flow.Node[int]) flow.Node[int] {
		return flow.Also(flow.Step(item, in), flow.Step(held, in))
	})
	ctx, scope := future.WithScope(context.Background())
	ctx, rec := jadetest.Record(ctx)
	_, err := outside.Do(ctx, 1)
	require.NoError(t, err)
	closed := make(chan error)
	go func() { closed <- scope.Close() }()
	go close(hold)
	jadetest.RanOnce(t, rec.Trace(t), "audit")
	require.NoError(t, <-closed)
}

func TestRecording_ofAnotherNumberOfRuns(t *testing.T) {
	j := &judged{TB: t}
	synctest.Test(t, func(t *testing.T) {
		_, rec := jadetest.Record(t.Context())
		require.Nil(t, rec.Trace(j))
	})
	require.Equal(t, "jadetest.Recording.Trace: nothing has begun with the ctx of this recording within 1h0m0s", j.fatal[0])

	ctx, rec := jadetest.Record(t.Context())
	quick := task.New("quick", func(context.Context, int) (int, error) { return 1, nil })
	_, _ = quick.Do(ctx, 1)
	require.NotNil(t, rec.Trace(t))
	_, _ = quick.Do(ctx, 1)
	require.Nil(t, rec.Trace(j))
	require.Equal(t, "jadetest.Recording.Trace: 2 runs have begun with the ctx of this recording: quick, quick; make a recording for each", j.fatal[1])
}

func TestRecording_ofARunThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ctx, rec := jadetest.Record(ctx)
		parcel := after("parcel", 24*time.Hour, nil).Go(ctx, 1)
		j := &judged{TB: t}
		require.Nil(t, rec.Trace(j))
		require.Regexp(t, `^jadetest.Recording.Trace: the run is not over after 1h0m0s; what runs: parcel \(jadetest/assert_test.go:\d+\)$`, j.fatal[0])
		cancel()
		_, err := parcel.Await(context.Background())
		require.ErrorIs(t, err, context.Canceled)
		jadetest.Failed(t, rec.Trace(t), "parcel", recovery.ClassCanceled)
	})
}

// counter counts what an observer is told.
type counter int

func (n *counter) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	*n++
	return ctx, nil
}

func TestRecord_keepsTheObserverOfTheCtx(t *testing.T) {
	var n counter
	ctx, rec := jadetest.Record(observe.With(t.Context(), &n))
	_, _ = task.New("quick", func(context.Context, int) (int, error) { return 1, nil }).Do(ctx, 1)
	rec.Trace(t)
	require.EqualValues(t, 1, n)
}
