package task_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/task"
)

// printer is an observer that prints how calls end.
type printer struct{ prefix string }

func (p printer) Begin(ctx context.Context, c task.Call) (context.Context, func(task.Outcome)) {
	return ctx, func(o task.Outcome) { fmt.Println(p.prefix+c.Task, c.Kind, o.Status) }
}

func ExampleObserver() {
	ctx := task.Observe(context.Background(), printer{})
	task.New("item", fetchItem).Do(ctx, "bell")
	task.New("item", fetchItem).Do(ctx, "anvil")
	// Output:
	// item node ok
	// item node failed
}

// All that is started with the ctx is observed.
func ExampleObserve() {
	ctx := task.Observe(context.Background(), printer{})
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

func ExampleObserverOf() {
	fmt.Println(task.ObserverOf(context.Background()))
	fmt.Println(task.ObserverOf(task.Observe(context.Background(), printer{"shop: "})))
	// Output:
	// <nil>
	// {shop: }
}

// Both are told; of the end, the last one first.
func ExampleTee() {
	ctx := task.Observe(context.Background(), task.Tee(printer{"log: "}, printer{"trace: "}))
	task.New("item", fetchItem).Do(ctx, "bell")
	// Output:
	// trace: item node ok
	// log: item node ok
}

// begins is an observer that prints what it knows of a call when that begins.
type begins struct{}

func (begins) Begin(ctx context.Context, c task.Call) (context.Context, func(task.Outcome)) {
	switch c.Kind {
	case task.KindAttempt:
		fmt.Println(c.Task, "attempt", c.Attempt)
	default:
		fmt.Println(c.Task, "made in", c.Place.File)
	}
	return nil, nil // nothing to add, and not interested in the end
}

func ExampleCall() {
	ctx := task.Observe(context.Background(), begins{})
	task.New("item", unsteady(1)).Retry(task.Retry{Attempts: 3}).Do(ctx, "bell")
	// Output:
	// item made in task/example_observer_test.go
	// item attempt 1
	// item attempt 2
}

func ExampleKind() {
	ctx := task.Observe(context.Background(), printer{})
	task.New("item", fetchItem).Timeout(time.Minute).Do(ctx, "bell")
	// Output:
	// item attempt ok
	// item node ok
}

func ExampleKind_String() {
	fmt.Println(task.KindRun, task.KindNode, task.KindElement, task.KindAttempt)
	// Output: run node element attempt
}

// ends is an observer that prints outcomes.
type ends struct{}

func (ends) Begin(ctx context.Context, _ task.Call) (context.Context, func(task.Outcome)) {
	return ctx, func(o task.Outcome) { fmt.Println(o.Status, "class:", o.Class, "error:", o.Err) }
}

// What was replaced is still to be seen.
func ExampleOutcome() {
	ctx := task.Observe(context.Background(), ends{})
	task.New("item", fetchItem).Fallback(Item{Name: "something nice"}).Do(ctx, "anvil")
	task.New("item", unsteady(1)).Do(ctx, "bell")
	// Output:
	// degraded class: business error: item anvil: no such item
	// failed class: dependency error: item bell: unexpected EOF
}

func ExampleStatus() {
	ctx, cancel := context.WithCancel(context.Background())
	o := task.OutcomeOf(context.Background(), nil, nil, time.Now())
	fmt.Println(o.Status == task.StatusOK)
	cancel()
	o = task.OutcomeOf(ctx, context.Cause(ctx), nil, time.Now())
	fmt.Println(o.Status == task.StatusCanceled)
	// Output:
	// true
	// true
}

func ExampleStatus_String() {
	fmt.Println(task.StatusOK, task.StatusDegraded, task.StatusFailed, task.StatusCanceled, task.StatusSkipped, task.StatusStraggler)
	// Output: ok degraded failed canceled skipped straggler
}

func ExampleOutcomeOf() {
	begun := time.Now()
	fmt.Println(task.OutcomeOf(context.Background(), errors.New("sold out"), nil, begun).Status)
	fmt.Println(task.OutcomeOf(context.Background(), nil, errors.New("sold out"), begun).Status)
	// Output:
	// failed
	// degraded
}

// Code that is no task can be seen as a call too.
func ExampleBegin() {
	ctx := task.Observe(context.Background(), printer{})
	ctx, end := task.Begin(ctx, task.Call{Kind: task.KindNode, Task: "render"})
	begun := time.Now()
	_, err := task.New("item", fetchItem).Do(ctx, "bell") // part of the same run
	end(task.OutcomeOf(context.Background(), err, nil, begun))
	// Output:
	// item node ok
	// render node ok
}
