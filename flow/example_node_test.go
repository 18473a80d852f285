package flow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// do builds a flow, runs it, and prints its answer.
func do[In, Out any](in In, build func(in flow.Node[In]) flow.Node[Out]) {
	v, err := flow.New("example", build).Do(context.Background(), in)
	if err != nil {
		fmt.Println("failed:", errors.Unwrap(err))
		return
	}
	fmt.Println(v)
}

// A node is a value that will exist when the flow runs.
func ExampleNode() {
	do("bell", func(id flow.Node[string]) flow.Node[int] {
		var item flow.Node[Item] = flow.Step(FetchItem, id)
		return flow.Map(item, func(item Item) int { return item.Price })
	})
	// Output: 1900
}

func ExampleStep() {
	do("bell", func(id flow.Node[string]) flow.Node[Item] { return flow.Step(FetchItem, id) })
	do("anvil", func(id flow.Node[string]) flow.Node[Item] { return flow.Step(FetchItem, id) })
	// Output:
	// {brass bell 1900}
	// failed: item anvil: no such item
}

func ExampleMap() {
	do(RoleOrder{"ada", "bell"}, func(in flow.Node[RoleOrder]) flow.Node[string] { return flow.Map(in, RoleOrder.ItemID) })
	// Output: bell
}

func ExampleConst() {
	do("ada", func(user flow.Node[string]) flow.Node[int] {
		return flow.Step2(FetchCoupon, flow.Const(Item{"brass bell", 1900}), user)
	})
	// Output: 190
}

// The city is not asked for before the item is known to exist, although it needs nothing of it.
func ExampleAfter() {
	page := func(in flow.Node[RoleOrder]) flow.Node[string] {
		item := flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID))
		return flow.After(flow.Step(FetchCity, flow.Map(in, RoleOrder.UserID)), item)
	}
	do(RoleOrder{"ada", "bell"}, page)
	do(RoleOrder{"ada", "anvil"}, page)
	// Output:
	// Ghent
	// failed: item anvil: no such item
}

// Require is a check by value.
func ExampleRequire() {
	buy := func(in flow.Node[RoleOrder]) flow.Node[Item] {
		known := flow.Require(flow.Map(in, func(o RoleOrder) bool { return o.User != "" }), errors.New("who are you?"))
		return flow.After(flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID)), known)
	}
	do(RoleOrder{"ada", "bell"}, buy)
	do(RoleOrder{"", "bell"}, buy)
	// Output:
	// {brass bell 1900}
	// failed: who are you?
}

// Nobody waits for the effects but the scope.
func ExampleAlso() {
	page := flow.New("page", func(id flow.Node[string]) flow.Node[Item] {
		item := flow.Step(FetchItem, id)
		return flow.Also(item, flow.Step(Print, flow.Map(item, func(item Item) string { return item.Name })))
	})
	ctx, scope := future.WithScope(context.Background())
	item, err := page.Do(ctx, "bell")
	scope.Wait()
	fmt.Println(item, err)
	scope.Close()
	// Output:
	// printed: brass bell
	// {brass bell 1900} <nil>
}

// After and Also take nodes of any types.
func ExampleDependency() {
	do(RoleOrder{"ada", "bell"}, func(in flow.Node[RoleOrder]) flow.Node[string] {
		before := []flow.Dependency{
			flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID)),           // an item
			flow.Require(flow.Const(true), errors.New("closed on sunday")), // a check
		}
		return flow.After(flow.Step(FetchCity, flow.Map(in, RoleOrder.UserID)), before...)
	})
	// Output: Ghent
}

// Only the chosen branch runs.
func ExampleEither() {
	page := func(in flow.Node[RoleOrder]) flow.Node[string] {
		known := flow.Map(in, func(o RoleOrder) bool { return o.User != "" })
		return flow.Either(known, flow.Step(FetchCity, flow.Map(in, RoleOrder.UserID)), flow.Const("nowhere"))
	}
	do(RoleOrder{"ada", "bell"}, page)
	do(RoleOrder{"", "bell"}, page)
	// Output:
	// Ghent
	// nowhere
}

func ExampleEach() {
	items := func(ids flow.Node[[]string]) flow.Node[[]Item] { return flow.Each(FetchItem, ids, 2) }
	do([]string{"bell", "book"}, items)
	do([]string{"bell", "anvil"}, items)
	// Output:
	// [{brass bell 1900} {note book 400}]
	// failed: item[1]: item anvil: no such item
}

// A list page has 400 ms. After half of that it takes the items that are there, and says how many are not.
func ExampleSettleEach() {
	fetch := task.New("item", func(ctx context.Context, id string) (Item, error) {
		if id == "mill" { // nobody answers
			<-ctx.Done()
			return Item{}, ctx.Err()
		}
		return fetchItem(ctx, id)
	})
	page := flow.New("list", func(ids flow.Node[[]string]) flow.Node[string] {
		return flow.Map(flow.SettleEach(fetch, ids, 3), func(items []future.Result[Item]) (shown string) {
			for _, item := range items {
				if item.Err == nil {
					shown += item.Value.Name + ", "
				}
			}
			return shown
		})
	}).Timeout(400 * time.Millisecond).Reserve(200 * time.Millisecond).Degraded(func(shown string, lost []flow.Loss) string {
		return fmt.Sprint(shown, "and ", lost[0].Count, " that are not to be had now")
	})
	fmt.Println(page.Do(context.Background(), []string{"bell", "anvil", "mill", "book"}))
	// Output: brass bell, note book, and 2 that are not to be had now <nil>
}

// The first success wins.
func ExampleAny() {
	do("bell", func(id flow.Node[string]) flow.Node[Item] {
		return flow.Any(flow.Step(FetchItem, flow.Const("anvil")), flow.Step(FetchItem, id))
	})
	// Output: {brass bell 1900}
}

func ExampleRecover() {
	do("anvil", func(id flow.Node[string]) flow.Node[Item] {
		return flow.Recover(flow.Step(FetchItem, id), func(_ context.Context, err error) (Item, error) {
			if errors.Is(err, errNoItem) {
				return Item{"something else", 0}, nil
			}
			return Item{}, err
		})
	})
	// Output: {something else 0}
}

// With Try a page can say what is missing.
func ExampleTry() {
	do("anvil", func(id flow.Node[string]) flow.Node[string] {
		return flow.Map(flow.Try(flow.Step(FetchItem, id)), func(r future.Result[Item]) string {
			if r.Err != nil {
				return "(we are looking for it)"
			}
			return r.Value.Name
		})
	})
	// Output: (we are looking for it)
}

func ExampleError() {
	_, err := itemPage.Do(context.Background(), "anvil")
	if failure, ok := errors.AsType[*flow.Error](err); ok {
		fmt.Println("flow:", failure.Flow)
		fmt.Println("node:", failure.Node)
		fmt.Println("task:", failure.Task)
		fmt.Println("made in:", failure.Place.File)
	}
	// Output:
	// flow: item-page
	// node: item
	// task: item
	// made in: flow/example_shop_test.go
}

func ExampleError_Error() {
	err := &flow.Error{Flow: "item-page", Node: "item", Err: errNoItem}
	fmt.Println(err)
	// Output: item-page: item: no such item
}

func ExampleError_Unwrap() {
	_, err := itemPage.Do(context.Background(), "anvil")
	fmt.Println(errors.Unwrap(err))
	// Output: item anvil: no such item
}

// The failure of a run has the class of what failed.
func ExampleError_Class() {
	soldOut := recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))
	item := task.New("item", func(context.Context, string) (string, error) { return "", soldOut })
	page := flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(item, id) })
	_, err := page.Do(context.Background(), "tin")
	failure, _ := errors.AsType[*flow.Error](err)
	fmt.Println(failure.Node, failure.Class())
	// Output: item business
}

func ExampleNamed() {
	page := flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		shown := flow.Map(in, strings.ToUpper) // is called ToUpper
		return flow.Named(flow.Map(shown, func(s string) string { return s + "!" }), "shout")
	})
	for _, n := range page.Graph().Nodes {
		fmt.Println(n.Name)
	}
	// Output:
	// in
	// ToUpper
	// shout
}

// The page goes without a coupon if there is none.
func ExampleFallback() {
	coupon := flow.New("coupon", func(in flow.Node[RoleOrder]) flow.Node[int] {
		item := flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID))
		return flow.Fallback(flow.Step2(FetchCoupon, item, flow.Map(in, RoleOrder.UserID)), 0)
	})
	fmt.Println(coupon.Do(context.Background(), RoleOrder{"ada", "bell"}))
	fmt.Println(coupon.Do(context.Background(), RoleOrder{"bob", "bell"}))
	// Output:
	// 190 <nil>
	// 0 <nil>
}

func ExampleMapErr() {
	itemOf := func(o RoleOrder) (string, error) {
		if o.Item == "" {
			return "", recovery.Mark(recovery.ClassBusiness, errors.New("which item?"))
		}
		return o.Item, nil
	}
	item := flow.New("order", func(in flow.Node[RoleOrder]) flow.Node[Item] {
		return flow.Step(FetchItem, flow.MapErr(in, itemOf))
	})
	_, err := item.Do(context.Background(), RoleOrder{User: "ada"})
	fmt.Println(errors.Unwrap(err), recovery.Classify(err))
	// Output: which item? business
}
