package task_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/task"
)

// quick is what all calls of a small engine have in common.
var quick = task.Call{Kind: task.KindNode, Flow: "shop", Node: "item", Task: "item"}

// An engine that knows how many calls it is going to make allocates their sights together.
func ExampleSight() {
	sights := make([]task.Sight, 2)
	for i := range sights {
		sights[i].Begin(context.Background(), printer{}, &quick, time.Now())
	}
	sights[0].End(nil, nil)
	sights[1].End(errSoldOut, nil)
	// Output:
	// item node ok
	// item node failed
}

// What is called with the ctx is part of the same run.
func ExampleSight_Begin() {
	var sight task.Sight
	ctx := sight.Begin(task.Observe(context.Background(), printer{}), printer{}, &quick, time.Now())
	task.New("price", fetchItem).Do(ctx, "bell")
	sight.End(nil, nil)
	// Output:
	// price node ok
	// item node ok
}

func ExampleSight_Context() {
	var sight task.Sight
	ctx := sight.Begin(context.Background(), printer{}, &quick, time.Now())
	fmt.Println(ctx == sight.Context())
	// Output: true
}

func ExampleSight_End() {
	var sight task.Sight
	sight.Begin(context.Background(), ends{}, &quick, time.Now())
	sight.End(errSoldOut, nil)
	// Output: failed class: business error: sold out
}

// The end need not know of it then.
func ExampleSight_Degrade() {
	var sight task.Sight
	sight.Begin(context.Background(), ends{}, &quick, time.Now())
	sight.Degrade(errSoldOut)
	sight.End(nil, nil)
	// Output: degraded class: business error: sold out
}

func ExampleSight_Straggle() {
	var sight task.Sight
	sight.Begin(context.Background(), printer{}, &quick, time.Now())
	sight.Straggle(errors.New("the run is answered"))
	sight.End(nil, nil)
	// Output:
	// item node straggler
	// item node ok
}

// alarm is an observer that needs to know only what fails.
type alarm struct{ printer }

func (alarm) OnlyFailures(task.Kind) bool { return true }

func ExampleSelective() {
	ctx := task.Observe(context.Background(), alarm{})
	task.New("item", fetchItem).Do(ctx, "bell")
	task.New("item", fetchItem).Do(ctx, "anvil")
	// Output: item node failed
}
