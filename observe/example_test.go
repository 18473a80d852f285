package observe_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// printer is an observer that prints how calls end.
type printer struct{ prefix string }

func (p printer) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) { fmt.Println(p.prefix+c.Task, c.Kind, o.Status) }
}

func ExampleObserver() {
	ctx := observe.With(context.Background(), printer{})
	task.New("item", fetchItem).Do(ctx, "bell")
	task.New("item", fetchItem).Do(ctx, "anvil")
	// Output:
	// item node ok
	// item node failed
}

// All that is started with the ctx is observed.
func ExampleWith() {
	ctx := observe.With(context.Background(), printer{})
	page := task.New("page", func(ctx context.Context, id string) (string, error) {
		item, err := task.New("item", fetchItem).Do(ctx, id)
		return "page about a " + item.Name, err
	})
	fmt.Println(page.Do(ctx, "lamp"))
	// Output:
	// item node ok
	// page node ok
	// page about a oil lamp <nil>
}

func ExampleFrom() {
	fmt.Println(observe.From(context.Background()))
	fmt.Println(observe.From(observe.With(context.Background(), printer{"shop: "})))
	// Output:
	// <nil>
	// {shop: }
}

// Both are told; of the end, the last one first.
func ExampleTee() {
	ctx := observe.With(context.Background(), observe.Tee(printer{"log: "}, printer{"trace: "}))
	task.New("item", fetchItem).Do(ctx, "bell")
	// Output:
	// trace: item node ok
	// log: item node ok
}

// begins is an observer that prints what it knows of a call when that begins.
type begins struct{}

func (begins) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	switch c.Kind {
	case observe.KindAttempt:
		fmt.Println(c.Task, "attempt", c.Attempt)
	default:
		fmt.Println(c.Task, "made in", c.Place.File)
	}
	return nil, nil // nothing to add, and not interested in the end
}

func ExampleCall() {
	ctx := observe.With(context.Background(), begins{})
	task.New("item", unsteady(1)).Retry(task.Retry{Attempts: 3}).Do(ctx, "bell")
	// Output:
	// item made in observe/example_test.go
	// item attempt 1
	// item attempt 2
}

func ExampleKind() {
	ctx := observe.With(context.Background(), printer{})
	task.New("item", fetchItem).Timeout(time.Minute).Do(ctx, "bell")
	// Output:
	// item attempt ok
	// item node ok
}

func ExampleKind_String() {
	fmt.Println(observe.KindRun, observe.KindNode, observe.KindElement, observe.KindAttempt)
	// Output: run node element attempt
}

// ends is an observer that prints outcomes.
type ends struct{}

func (ends) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) { fmt.Println(o.Status, "class:", o.Class, "error:", o.Err) }
}

// What was replaced is still to be seen.
func ExampleOutcome() {
	ctx := observe.With(context.Background(), ends{})
	task.New("item", fetchItem).Fallback(Item{Name: "something nice"}).Do(ctx, "anvil")
	task.New("item", unsteady(1)).Do(ctx, "bell")
	// Output:
	// degraded class: business error: item anvil: no such item
	// failed class: dependency error: item bell: unexpected EOF
}

func ExampleStatus() {
	ctx, cancel := context.WithCancel(context.Background())
	o := observe.OutcomeOf(context.Background(), nil, nil, time.Now())
	fmt.Println(o.Status == observe.StatusOK)
	cancel()
	o = observe.OutcomeOf(ctx, context.Cause(ctx), nil, time.Now())
	fmt.Println(o.Status == observe.StatusCanceled)
	// Output:
	// true
	// true
}

func ExampleStatus_String() {
	fmt.Println(observe.StatusOK, observe.StatusDegraded, observe.StatusFailed, observe.StatusCanceled, observe.StatusSkipped, observe.StatusStraggler)
	// Output: ok degraded failed canceled skipped straggler
}

func ExampleOutcomeOf() {
	begun := time.Now()
	fmt.Println(observe.OutcomeOf(context.Background(), errors.New("sold out"), nil, begun).Status)
	fmt.Println(observe.OutcomeOf(context.Background(), nil, errors.New("sold out"), begun).Status)
	// Output:
	// failed
	// degraded
}

// Code that is no task can be seen as a call too.
func ExampleBegin() {
	ctx := observe.With(context.Background(), printer{})
	ctx, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Task: "render"})
	begun := time.Now()
	_, err := task.New("item", fetchItem).Do(ctx, "bell") // part of the same run
	end(observe.OutcomeOf(context.Background(), err, nil, begun))
	// Output:
	// item node ok
	// render node ok
}

// refused is an observer that prints what gates did not let in.
type refused struct{}

func (refused) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) {
		if r, ok := observe.RejectionOf(o.Err); ok {
			fmt.Printf("%s: %s was rejected by %s, which lets it in after %s\n", o.Status, r.Task, r.Gate, r.Wait.Round(time.Minute))
		}
	}
}

func ExampleRejectionOf() {
	ctx := observe.With(context.Background(), refused{})
	searches := guard.Rate(1, time.Hour, guard.Name("searches"))
	search := task.New("search", fetchItem).Gate(searches).Fallback(Item{})
	search.Do(ctx, "bell")
	search.Do(ctx, "lamp")
	// Output: degraded: search was rejected by searches, which lets it in after 1h0m0s
}

func ExampleRejection() {
	err := fmt.Errorf("no page: %w", &task.RejectedError{Task: "coupons", Gate: "slots"})
	r, ok := observe.RejectionOf(err)
	fmt.Println(r.Task, r.Gate, ok)
	// Output: coupons slots true
}

// alarm is an observer that needs to know only what fails.
type alarm struct{ printer }

func (alarm) OnlyFailures(observe.Kind) bool { return true }

func ExampleSelective() {
	ctx := observe.With(context.Background(), alarm{})
	task.New("item", fetchItem).Do(ctx, "bell")
	task.New("item", fetchItem).Do(ctx, "anvil")
	// Output: item node failed
}

func ExampleLoss() {
	lost := observe.Loss{Node: "rules/muted", Err: errors.New("connection refused"), Count: 1}
	lost.Class = recovery.Classify(lost.Err)
	fmt.Printf("without %s (%s): %v\n", lost.Node, lost.Class, lost.Err)
	// Output: without rules/muted (unknown): connection refused
}

func ExamplePlace() {
	place := task.New("item", fetchItem).Place()
	fmt.Println(place.File, place.Line > 0)
	// Output: observe/example_test.go true
}

func ExamplePlace_String() {
	fmt.Println(observe.Place{File: "orderpage/tasks.go", Line: 12})
	// Output: orderpage/tasks.go:12
}

// traced is an observer that continues the trace of the caller.
type traced struct{}

func (traced) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if r := observe.RequestOf(ctx); r != nil && c.Kind == observe.KindNode {
		fmt.Println(c.Node, "is part of", r.Header("Traceparent"))
	}
	return nil, nil
}

func ExampleWithRequest() {
	header := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}
	ctx := observe.WithRequest(context.Background(), &observe.Request{Trigger: "http", Header: header.Get})
	ctx = observe.With(ctx, traced{})
	task.New("item", fetchItem).Do(ctx, "bell")
	// Output: item is part of 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
}
