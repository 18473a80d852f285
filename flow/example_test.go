package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// A page needs an item and a city. Neither needs the other, so they are
// fetched at the same time; the coupon needs both the item and the user.
func ExampleNew() {
	page := flow.New("page", func(in flow.Node[RoleOrder]) flow.Node[string] {
		user := flow.Map(in, RoleOrder.UserID)
		item := flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID))
		city := flow.Step(FetchCity, user)
		coupon := flow.Step2(FetchCoupon, item, user)
		return flow.Map3(item, city, coupon, func(item Item, city string, coupon int) string {
			return fmt.Sprintf("%s to %s: %d - %d", item.Name, city, item.Price, coupon)
		})
	})

	fmt.Println(page.Do(context.Background(), RoleOrder{"ada", "bell"}))
	// Output: brass bell to Ghent: 1900 - 190 <nil>
}

// A mistake that the compiler cannot see panics when the flow is built.
func ExampleNew_mistake() {
	defer func() { fmt.Println(recover()) }()
	flow.New("page", func(id flow.Node[string]) flow.Node[string] {
		return flow.After(id)
	})
	// Output: flow.After: nothing to wait for
}

func ExampleFlow() {
	price := flow.New("price", func(id flow.Node[string]) flow.Node[int] {
		return flow.Map(flow.Step(FetchItem, id), func(item Item) int { return item.Price })
	})
	ctx := context.Background()
	for _, id := range []string{"bell", "book"} {
		fmt.Println(price.Do(ctx, id))
	}
	// Output:
	// 1900 <nil>
	// 400 <nil>
}

// Do returns the result, or an error that says where it went wrong.
func ExampleFlow_Do() {
	_, err := itemPage.Do(context.Background(), "anvil")
	fmt.Println(errors.Is(err, errNoItem))
	failure, _ := errors.AsType[*flow.Error](err)
	fmt.Println(failure.Flow, failure.Node, failure.Err)
	// Output:
	// true
	// item-page item item anvil: no such item
}

var itemPage = flow.New("item-page", func(id flow.Node[string]) flow.Node[string] {
	return flow.Map2(flow.Step(FetchItem, id), flow.Const("Ghent"), render)
})

// Go starts a run; its future can be awaited, combined and cancelled.
func ExampleFlow_Go() {
	ctx := context.Background()
	bell, book := itemPage.Go(ctx, "bell"), itemPage.Go(ctx, "book")
	for _, page := range []future.Future[string]{bell, book} {
		fmt.Println(page.Await(ctx))
	}
	// Output:
	// brass bell to Ghent: 1900 <nil>
	// note book to Ghent: 400 <nil>
}

// A flow is a task, so flows are built of flows.
func ExampleFlow_Task() {
	both := flow.New("both", func(in flow.Node[RoleOrder]) flow.Node[string] {
		asked := flow.Step(itemPage.Task(), flow.Map(in, RoleOrder.ItemID))
		offered := flow.Step(itemPage.Task().Fallback("nothing"), flow.Const("anvil"))
		return flow.Map2(asked, offered, func(a, b string) string { return a + "; " + b })
	})
	fmt.Println(both.Do(context.Background(), RoleOrder{"ada", "bell"}))
	// Output: brass bell to Ghent: 1900; nothing <nil>
}

func ExampleFlow_Name() {
	fmt.Println(itemPage.Name())
	// Output: item-page
}

// The run is answered in time, even if a task does not stop.
func ExampleFlow_Timeout() {
	forever := make(chan struct{})
	stuck := task.New("stuck", func(context.Context, string) (Item, error) {
		<-forever
		return Item{}, nil
	})
	page := flow.New("page", func(id flow.Node[string]) flow.Node[Item] {
		return flow.Step(stuck, id)
	}).Timeout(10 * time.Millisecond)

	_, err := page.Do(context.Background(), "bell")
	close(forever)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// Catch answers in place of a run that has failed.
func ExampleFlow_Catch() {
	page := itemPage.Catch(func(_ context.Context, id string, err error) (string, error) {
		if errors.Is(err, errNoItem) {
			return "we have no " + id, nil
		}
		return "", err
	})
	fmt.Println(page.Do(context.Background(), "anvil"))
	// Output: we have no anvil <nil>
}

// OnError is told of each failure, and changes nothing.
func ExampleFlow_OnError() {
	page := itemPage.OnError(func(_ context.Context, id string, err error) {
		fmt.Println("no page for", id)
	})
	_, err := page.Do(context.Background(), "anvil")
	fmt.Println(err != nil)
	// Output:
	// no page for anvil
	// true
}

// Graph describes the flow, for drawing and testing it.
func ExampleFlow_Graph() {
	g := itemPage.Graph()
	for _, edge := range g.Edges {
		fmt.Printf("%s -> %s (%s)\n", g.Node(edge.From).Name, g.Node(edge.To).Name, edge.Type)
	}
	// Output:
	// in -> item (string)
	// item -> render (flow_test.Item)
	// const -> render (string)
}

// A graph is plain data.
func ExampleGraph() {
	text, _ := json.Marshal(itemPage.Graph().Edges[0])
	fmt.Println(string(text))
	// Output: {"from":0,"to":1,"role":"data","type":"string"}
}

func ExampleGraph_Node() {
	item := itemPage.Graph().Node(1)
	fmt.Println(item.Kind, item.Name, item.Out)
	// Output: step item flow_test.Item
}

// An engine of one's own asks Resolve what is to be done with a failure.
func ExampleGraph_Resolve() {
	page := itemPage.Catch(func(context.Context, string, error) (string, error) { return "sorry", nil })
	fmt.Println(page.Graph().Resolve(context.Background(), "anvil", errNoItem))
	// Output: sorry <nil>
}

func ExampleGraphNode() {
	for _, node := range itemPage.Graph().Nodes {
		fmt.Println(node.ID, node.Kind, node.Name)
	}
	// Output:
	// 0 in in
	// 1 step item
	// 2 const const
	// 3 map render
}

// Run makes one node of its inputs: that is all another engine needs.
func ExampleGraphNode_Run() {
	item := itemPage.Graph().Node(1)
	v, err := item.Run(context.Background(), []any{"bell"})
	fmt.Println(v, err)

	_, err = item.Run(context.Background(), []any{5})
	fmt.Println(err)
	// Output:
	// {brass bell 1900} <nil>
	// flow.GraphNode.Run: item of item-page takes a string as input 0, not a int
}

// An input that has failed is handed to Run as a Failed.
func ExampleFailed() {
	f := flow.New("f", func(id flow.Node[string]) flow.Node[Item] {
		return flow.Recover(flow.Step(FetchItem, id), func(context.Context, error) (Item, error) {
			return Item{"something else", 0}, nil
		})
	})
	fmt.Println(f.Graph().Node(2).Run(context.Background(), []any{flow.Failed{Err: errNoItem}}))
	// Output: {something else 0} <nil>
}

func ExampleEdge() {
	edge := itemPage.Graph().Edges[0]
	fmt.Println(edge.From, edge.To, edge.Role, edge.Type)
	// Output: 0 1 data string
}

func ExampleKind() {
	for _, node := range itemPage.Graph().Nodes {
		if node.Kind == flow.KindStep {
			fmt.Println(node.Name, "is a call of a task")
		}
	}
	// Output: item is a call of a task
}

func ExampleRole() {
	f := flow.New("f", func(in flow.Node[RoleOrder]) flow.Node[string] {
		city := flow.Step(FetchCity, flow.Map(in, RoleOrder.UserID))
		return flow.After(city, flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID)))
	})
	g := f.Graph()
	for _, edge := range g.Edges {
		if edge.Role == flow.RoleOrder {
			fmt.Println(g.Node(edge.To).Name, "waits for", g.Node(edge.From).Name)
		}
	}
	// Output: after waits for item
}

// couponPage shows an item, and a coupon if there is one.
var couponPage = flow.New("coupon-page", func(in flow.Node[RoleOrder]) flow.Node[string] {
	item := flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID))
	coupon := flow.Fallback(flow.Step2(FetchCoupon, item, flow.Map(in, RoleOrder.UserID)), 0)
	return flow.Map2(item, coupon, func(item Item, coupon int) string { return fmt.Sprint(item.Name, ": ", item.Price-coupon) })
})

// The answer says what it does without.
func ExampleFlow_Degraded() {
	page := couponPage.Degraded(func(page string, lost []flow.Loss) string {
		for _, l := range lost {
			page += " (without " + l.Node + ")"
		}
		return page
	})
	fmt.Println(page.Do(context.Background(), RoleOrder{"ada", "bell"}))
	fmt.Println(page.Do(context.Background(), RoleOrder{"bob", "bell"}))
	// Output:
	// brass bell: 1710 <nil>
	// brass bell: 1900 (without coupon) <nil>
}

func ExampleLoss() {
	page := couponPage.Degraded(func(page string, lost []flow.Loss) string {
		fmt.Printf("%s, %s: %v\n", lost[0].Node, lost[0].Class, lost[0].Err)
		return page
	})
	_, _ = page.Do(context.Background(), RoleOrder{"bob", "bell"})
	// Output: coupon, unknown: no coupon for bob
}

// The calls have 20 ms, and what they are late with is worked out in the 30 ms that are left.
func ExampleFlow_Reserve() {
	page := flow.New("page", func(id flow.Node[string]) flow.Node[Item] {
		item := flow.Step(task.New("item", func(ctx context.Context, id string) (Item, error) {
			<-ctx.Done() // it hangs
			return Item{}, ctx.Err()
		}), id)
		return flow.Recover(item, func(ctx context.Context, err error) (Item, error) {
			return fetchItem(ctx, "book") // from somewhere else
		})
	}).Timeout(50 * time.Millisecond).Reserve(30 * time.Millisecond)
	fmt.Println(page.Do(context.Background(), "bell"))
	// Output: {note book 400} <nil>
}
