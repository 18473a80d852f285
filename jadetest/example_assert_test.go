package jadetest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// told stands for the t of a test, which an example has none of. It prints the first line of each failure.
type told struct{ testing.TB }

func (told) Helper() {}

func (told) Errorf(format string, args ...any) {
	line, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n")
	fmt.Println(line)
}

func (t told) Fatalf(format string, args ...any) { t.Errorf(format, args...) }

// orderRun is the trace of a run in which the item came first, then freight and coupons at once. There were no coupons
// to be had, the advertisement was late, and without a gift there was nothing to wrap.
var orderRun = func() *trace.Trace {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	node := func(id int, name string, start, end int, status observe.Status, class recovery.Class, inputs ...string) trace.Span {
		return trace.Span{
			ID: id, Kind: observe.KindNode, Flow: "order", Node: name, Task: name, Inputs: inputs,
			Start: ms(start), End: ms(end), Status: status, Class: class,
		}
	}
	tr := &trace.Trace{Run: 1, Name: "order", Spans: []trace.Span{
		{Parent: -1, Kind: observe.KindRun, Flow: "order", Inputs: []string{"freight", "coupons", "ads"}, End: ms(50)},
		node(1, "item", 0, 10, observe.StatusOK, recovery.ClassNone),
		node(2, "freight", 10, 50, observe.StatusOK, recovery.ClassNone, "item"),
		node(3, "coupons", 10, 30, observe.StatusDegraded, recovery.ClassDependency, "item"),
		node(4, "gift", 10, 12, observe.StatusFailed, recovery.ClassBusiness, "item"),
		node(5, "ads", 10, 40, observe.StatusStraggler, recovery.ClassNone, "item"),
		node(6, "wrapping", 12, 12, observe.StatusSkipped, recovery.ClassNone, "gift"),
	}}
	tr.Spans[3].Attempts = 2
	return tr
}()

// In a test, t is its t, and the ctx t.Context().
func Example_assertions() {
	item := task.New("item", func(context.Context, int) (string, error) { return "lamp", nil })
	freight := task.New("freight", func(_ context.Context, item string) (int, error) { return len(item), nil })
	order := flow.New("order", func(id flow.Node[int]) flow.Node[int] { return flow.Step(freight, flow.Step(item, id)) })

	var t told
	ctx, rec := jadetest.Record(context.Background())
	_, _ = order.Do(ctx, 7)

	tr := rec.Trace(t)
	fmt.Println(jadetest.RanBefore(t, tr, "item", "freight"))
	fmt.Println(jadetest.Degraded(t, tr, "freight"))
	// Output:
	// true
	// jadetest.Degraded: expected freight to be degraded, found ok
	// false
}

func ExampleRecord() {
	item := task.New("item", func(context.Context, int) (string, error) { return "lamp", nil })
	ctx, rec := jadetest.Record(context.Background())
	_, _ = item.Do(ctx, 7)
	fmt.Println(rec.Trace(told{}).Name)
	// Output: item
}

// A recording is of one run.
func ExampleRecording() {
	item := task.New("item", func(context.Context, int) (string, error) { return "lamp", nil })
	ctx, rec := jadetest.Record(context.Background())
	_, _ = item.Do(ctx, 7)
	_, _ = item.Do(ctx, 8)
	rec.Trace(told{})
	// Output: jadetest.Recording.Trace: 2 runs have begun with the ctx of this recording: item, item; make a recording for each
}

func ExampleRecording_Trace() {
	item := task.New("item", func(context.Context, int) (string, error) { return "lamp", nil })
	ctx, rec := jadetest.Record(context.Background())
	_, _ = item.Do(ctx, 7)
	fmt.Println(rec.Trace(told{}).Root().Status)
	// Output: ok
}

func ExampleOverlapped() {
	var t told
	jadetest.Overlapped(t, orderRun, "coupons", "freight")
	jadetest.Overlapped(t, orderRun, "item", "freight")
	jadetest.Overlapped(t, orderRun, "item", "frieght")
	// Output:
	// jadetest.Overlapped: expected item and freight to overlap, found item from 0s to 10ms; freight from 10ms to 50ms
	// jadetest.Overlapped: the trace of "order" has no "frieght"; it has ads, coupons, freight, gift, item, wrapping
}

func ExampleRanBefore() {
	var t told
	jadetest.RanBefore(t, orderRun, "item", "freight")
	jadetest.RanBefore(t, orderRun, "coupons", "freight")
	// Output: jadetest.RanBefore: expected coupons to end before freight begins, found coupons from 10ms to 30ms; freight from 10ms to 50ms
}

func ExampleRanOnce() {
	var t told
	jadetest.RanOnce(t, orderRun, "item")
	jadetest.RanOnce(t, orderRun, "coupons")
	// Output: jadetest.RanOnce: expected coupons to run once, found 2 runs: coupons
}

func ExampleAttempts() {
	var t told
	jadetest.Attempts(t, orderRun, "coupons", 2)
	jadetest.Attempts(t, orderRun, "item", 2)
	// Output: jadetest.Attempts: expected item to make 2 attempts, found 1
}

func ExampleSkipped() {
	var t told
	jadetest.Skipped(t, orderRun, "wrapping")
	jadetest.Skipped(t, orderRun, "gift")
	// Output: jadetest.Skipped: expected gift to be skipped, found failed: business
}

func ExampleDegraded() {
	var t told
	jadetest.Degraded(t, orderRun, "coupons")
	jadetest.Degraded(t, orderRun, "item")
	// Output: jadetest.Degraded: expected item to be degraded, found ok
}

func ExampleFailed() {
	var t told
	jadetest.Failed(t, orderRun, "gift", recovery.ClassBusiness)
	jadetest.Failed(t, orderRun, "coupons", recovery.ClassDependency)
	// Output: jadetest.Failed: expected coupons to be failed: dependency, found degraded: dependency
}

func ExampleStraggled() {
	var t told
	jadetest.Straggled(t, orderRun, "ads")
	jadetest.Straggled(t, orderRun, "freight")
	// Output: jadetest.Straggled: expected freight to be a straggler, found ok
}

func ExampleOnCriticalPath() {
	var t told
	jadetest.OnCriticalPath(t, orderRun, "freight")
	jadetest.OnCriticalPath(t, orderRun, "coupons")
	// Output: jadetest.OnCriticalPath: expected coupons on the critical path, found item, freight
}

func ExampleNotOnCriticalPath() {
	var t told
	jadetest.NotOnCriticalPath(t, orderRun, "coupons")
	jadetest.NotOnCriticalPath(t, orderRun, "item")
	// Output: jadetest.NotOnCriticalPath: expected item off the critical path, found item, freight
}
