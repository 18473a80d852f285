package flow_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// Each test takes a fresh flow, so what an earlier one did to the breaker is of no consequence.
func ExampleFlow_Fresh() {
	breaker := guard.Breaker(0.5, guard.Min(1), guard.OpenFor(time.Hour))
	coupons := task.New("coupons", func(_ context.Context, user string) (int, error) {
		if user == "" {
			return 0, errors.New("no answer")
		}
		return 5, nil
	}).Gate(breaker)
	page := flow.New("page", func(user flow.Node[string]) flow.Node[int] { return flow.Step(coupons, user) })

	_, err := page.Do(context.Background(), "")
	fmt.Println(err != nil, breaker.Open())
	_, err = page.Do(context.Background(), "ann")
	fmt.Println(errors.Is(err, guard.ErrOpen))
	fmt.Println(page.Fresh().Do(context.Background(), "ann"))
	// Output:
	// true true
	// true
	// 5 <nil>
}

// A test kit gets each gate of a flow, with its node.
func ExampleFreshAround() {
	item := task.New("item", func(_ context.Context, id string) (string, error) { return id, nil }).Gate(guard.Slots(8))
	page := flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(item, id) })
	var seal engine.Seal // only this module can make one
	flow.FreshAround(seal, page, func(_ []string, n flow.GraphNode, g task.Gate) task.Gate {
		fmt.Println(n.Name, "has", g.Describe().Gate)
		return g
	})
	// Output: item has 8 slots
}

// A page that shows the state of gates finds them by the nodes.
func ExampleGatesOf() {
	slots := guard.Slots(8)
	item := task.New("item", func(_ context.Context, id string) (string, error) { return id, nil }).Gate(slots)
	page := flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(item, id) })
	var seal engine.Seal // only this module can make one
	for _, n := range page.Graph().Nodes {
		fmt.Println(n.Name, len(flow.GatesOf(seal, n)))
	}
	_, _ = slots.Enter(context.Background(), "")
	fmt.Println(flow.GatesOf(seal, page.Graph().Nodes[1])[0] == task.Gate(slots), slots.InUse(), "in use")
	// Output:
	// in 0
	// item 1
	// true 1 in use
}

// A page shows the hot keys of the tasks of a flow.
func ExampleShownOf() {
	item := guard.Hot(task.New("item", func(_ context.Context, id string) (string, error) { return "brass " + id, nil }), 2, time.Minute)
	page := flow.New("page", func(in flow.Node[string]) flow.Node[string] { return flow.Step(item, in) })
	for range 5 {
		_, _ = page.Do(context.Background(), "bell")
	}
	for _, shown := range flow.ShownOf(engine.Seal{}, page.Graph().Nodes[1]) {
		fmt.Println(shown.(*guard.HotKeys).Keys()[0].Key)
	}
	// Output: bell
}
