package flow_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// The examples of this file are an engine of a few lines. A real one is in package durable.

var (
	doubled  = task.New("doubled", func(_ context.Context, n int) (int, error) { return 2 * n, nil })
	reserved = task.New("reserved", func(_ context.Context, n int) (int, error) { return n + 1, nil }).
			Undo(func(_ context.Context, in, out int) error { fmt.Println("undo", in, "to", out); return nil })
	refused = task.New("refused", func(context.Context, int) (int, error) { return 0, errors.New("no such order") })
)

var order = flow.New("order", func(in flow.Node[int]) flow.Node[int] {
	return flow.Step(refused, flow.Step(reserved, flow.Step(doubled, in)))
})

// machineOf is a machine for a run of order.
func machineOf() *flow.Machine {
	m, err := order.Graph().Machine("run-1", 20)
	if err != nil {
		panic(err)
	}
	return m
}

// perform makes the call of a move.
func perform(mv flow.Move) flow.Completion {
	if mv.Verb == flow.VerbUndo {
		return flow.Completion{Err: mv.Node.Undo(context.Background(), mv.Inputs, mv.Value)}
	}
	return mv.Node.Perform(context.Background(), mv.Inputs, flow.Terms{Key: mv.Key})
}

func ExampleMachine() {
	m := machineOf()
	now := time.Unix(0, 0)
	for moves := m.Start(now); len(moves) > 0; {
		mv := moves[0]
		moves = moves[1:]
		if mv.Verb == flow.VerbAnswer {
			fmt.Println("answer:", mv.Err)
			continue
		}
		fmt.Println(mv.Verb, mv.Key)
		moves = append(moves, m.Done(now, mv.ID, perform(mv))...)
	}
	fmt.Println("over:", m.Idle())
	// Output:
	// run run-1/order/doubled
	// run run-1/order/reserved
	// run run-1/order/refused
	// undo run-1/order/reserved/undo
	// undo 40 to 41
	// answer: order: refused (flow/example_machine_test.go:19): no such order
	// over: true
}

func ExampleGraph_Machine() {
	_, err := order.Graph().Machine("run-1", "twenty")
	fmt.Println(err)
	// Output: flow.Graph.Machine: order takes a int, not a string
}

func ExampleMachine_Start() {
	for _, mv := range machineOf().Start(time.Now()) {
		fmt.Println(mv.Verb, mv.Node.Name, mv.Inputs)
	}
	// Output: run doubled [20]
}

func ExampleMachine_Done() {
	m := machineOf()
	first := m.Start(time.Now())[0]
	for _, mv := range m.Done(time.Now(), first.ID, flow.Completion{Value: 40}) {
		fmt.Println(mv.Verb, mv.Node.Name, mv.Inputs)
	}
	// Output: run reserved [40]
}

func ExampleMachine_Leave() {
	m := machineOf()
	m.Start(time.Now())
	for _, mv := range m.Leave(time.Now(), context.Canceled) {
		fmt.Println(mv.Verb, mv.Err)
	}
	// Output:
	// drop <nil>
	// answer context canceled
}

func ExampleMachine_Idle() {
	m := machineOf()
	m.Start(time.Now())
	fmt.Println(m.Idle())
	// Output: false
}

func ExampleMove() {
	mv := machineOf().Start(time.Now())[0]
	fmt.Println(mv.ID, mv.Verb, mv.Path, mv.Node.Task, mv.Element, mv.Key)
	// Output: 1 run [] doubled -1 run-1/order/doubled
}

func ExampleVerb() {
	fmt.Println(flow.VerbRun, flow.VerbDrop, flow.VerbAnswer)
	// Output: run drop answer
}

func ExampleCompletion() {
	c := order.Graph().Node(1).Perform(context.Background(), []any{20}, flow.Terms{})
	fmt.Println(c.Value, c.Err, c.Degraded)
	// Output: 40 <nil> <nil>
}

func ExampleTerms() {
	key := task.New("key", func(ctx context.Context, _ int) (string, error) {
		key, _ := task.Key(ctx)
		return key, nil
	})
	n := flow.New("shop", func(in flow.Node[int]) flow.Node[string] { return flow.Step(key, in) }).Graph().Node(1)
	fmt.Println(n.Perform(context.Background(), []any{1}, flow.Terms{Key: "run-1/shop/key"}).Value)
	// Output: run-1/shop/key
}

func ExampleGraphNode_Perform() {
	c := order.Graph().Node(3).Perform(context.Background(), []any{41}, flow.Terms{})
	fmt.Println(c.Value, c.Err, c.Class)
	// Output: <nil> no such order unknown
}

func ExampleGraphNode_Undo() {
	fmt.Println(order.Graph().Node(2).Undo(context.Background(), []any{40}, 41))
	// Output:
	// undo 40 to 41
	// <nil>
}

func ExampleGraphNode_Element() {
	all := flow.New("all", func(in flow.Node[[]int]) flow.Node[[]int] { return flow.Each(doubled, in, 2) })
	third := all.Graph().Node(1).Element(2)
	fmt.Println(third.Name, third.Perform(context.Background(), []any{7}, flow.Terms{}).Value)
	// Output: doubled[2] 14
}

// around is a flow with another one inside.
var around = flow.New("around", func(in flow.Node[int]) flow.Node[int] { return flow.Step(order.Task(), in) }).
	OnError(func(_ context.Context, in int, err error) { fmt.Println("told:", in, err) }).
	Catch(func(_ context.Context, in int, _ error) (int, error) { return -in, nil })

func ExampleGraph_At() {
	n, ok := around.Graph().At([]string{"order"}, "reserved")
	fmt.Println(n.Name, n.Policies, ok)
	// Output: reserved [undo] true
}

func ExampleGraph_Within() {
	g, ok := around.Graph().Within([]string{"order"})
	fmt.Println(g.Name, ok)
	// Output: order true
}

func ExampleGraph_Named() {
	n, ok := around.Graph().Named("order")
	fmt.Println(n.Kind, ok)
	// Output: step true
}

func ExampleGraph_TellError() {
	err := around.Graph().TellError(context.Background(), 3, errors.New("sold out"))
	fmt.Println(err)
	// Output:
	// told: 3 sold out
	// sold out
}

func ExampleGraph_CatchError() {
	fmt.Println(around.Graph().CatchError(context.Background(), 3, errors.New("sold out")))
	// Output: -3 <nil>
}

func ExampleSleep() {
	reminder := flow.New("reminder", func(in flow.Node[int]) flow.Node[int] { return flow.Step(doubled, flow.Sleep(in, time.Millisecond)) })
	fmt.Println(reminder.Do(context.Background(), 4))
	// Output: 8 <nil>
}

// refund asks for an approval once the order is known.
var refund = flow.New("refund", func(in flow.Node[int]) flow.Node[string] {
	amount := flow.Step(doubled, in)
	return flow.Map2(amount, flow.Signal[bool]("approved", amount), func(amount int, approved bool) string {
		return fmt.Sprint(amount, approved)
	})
})

func ExampleSignal() {
	ctx := flow.WithInbox(context.Background())
	answer := refund.Go(ctx, 4)
	flow.Deliver(ctx, "approved", true)
	fmt.Println(answer.Await(ctx))
	// Output: 8 true <nil>
}

func ExampleWithInbox() {
	_, err := refund.Do(context.Background(), 4)
	fmt.Println(err)
	// Output: refund: approved (flow/example_machine_test.go:199): flow.Signal: approved: the ctx of the run has no inbox: start the run with flow.WithInbox(ctx)
}

func ExampleDeliver() {
	ctx := flow.WithInbox(context.Background())
	fmt.Println(flow.Deliver(ctx, "approved", false)) // it waits there for the run
	fmt.Println(refund.Do(ctx, 4))
	// Output:
	// <nil>
	// 8 false <nil>
}
