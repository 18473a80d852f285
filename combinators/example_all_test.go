package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

// The values come in the order of the futures, whichever was first.
func ExampleAll() {
	ctx := context.Background()
	items, err := combinators.All(
		future.Call(ctx, fetchItem, "lamp"),
		future.Call(ctx, fetchItem, "bell"),
	).Await(ctx)
	fmt.Println(items, err)
	// Output: [{oil lamp 4500} {brass bell 1900}] <nil>
}

// The first failure is the answer. Nobody waits for the rest.
func ExampleAll_failure() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	_, err := combinators.All(
		future.Go(ctx, hang),
		future.Call(ctx, fetchItem, "anvil"),
	).Await(ctx)
	fmt.Println(err)
	// Output: item anvil: no such item
}

func ExampleAllMap() {
	ctx := context.Background()
	basket := map[string]future.Future[Item]{
		"bell": future.Call(ctx, fetchItem, "bell"),
		"lamp": future.Call(ctx, fetchItem, "lamp"),
	}
	items, err := combinators.AllMap(basket).Await(ctx)
	fmt.Println(items["lamp"].Price, items["bell"].Price, err)
	// Output: 4500 1900 <nil>
}

// A page that shows what it has keeps the failures as values.
func ExampleSettle() {
	ctx := context.Background()
	results, err := combinators.Settle(
		future.Call(ctx, fetchItem, "bell"),
		future.Call(ctx, fetchItem, "anvil"),
	).Await(ctx)
	for _, r := range results {
		fmt.Printf("%q %v\n", r.Value.Name, r.Err)
	}
	fmt.Println(err)
	// Output:
	// "brass bell" <nil>
	// "" item anvil: no such item
	// <nil>
}

// Two at a time, so that the item service is not overrun.
func ExampleEach() {
	ctx := context.Background()
	basket := []string{"lamp", "bell", "bell"}
	items, err := combinators.Each(ctx, 2, basket, fetchItem).Await(ctx)

	total := 0
	for _, item := range items {
		total += item.Price
	}
	fmt.Println(total, err)
	// Output: 8300 <nil>
}

// After a failure no further call is started.
func ExampleEach_failure() {
	ctx := context.Background()
	basket := []string{"lamp", "anvil", "bell"}
	items, err := combinators.Each(ctx, 1, basket, func(ctx context.Context, id string) (Item, error) {
		fmt.Println("ask for", id)
		return fetchItem(ctx, id)
	}).Await(ctx)
	fmt.Println(items, err)
	// Output:
	// ask for lamp
	// ask for anvil
	// [] element[1]: item anvil: no such item
}

// A list page has 400 ms. After half of that it shows the items that are there, and says which are not.
func ExampleSettleEach() {
	ctx, cancel := context.WithTimeout(context.Background(), 400*time.Millisecond)
	defer cancel()
	calls, stop := deadline.Reserve(ctx, 200*time.Millisecond)
	defer stop()
	slowly := func(ctx context.Context, id string) (Item, error) {
		if id == "mill" {
			return hang(ctx)
		}
		return fetchItem(ctx, id)
	}
	list := []string{"lamp", "anvil", "mill", "bell"}
	results, err := combinators.SettleEach(calls, 2, list, slowly).Await(ctx)
	for i, r := range results {
		switch {
		case r.Err == nil:
			fmt.Println(r.Value.Name)
		case errors.Is(r.Err, context.DeadlineExceeded):
			fmt.Println(list[i], "is late")
		default:
			fmt.Println(r.Err)
		}
	}
	fmt.Println(err, ctx.Err())
	// Output:
	// oil lamp
	// element[1]: item anvil: no such item
	// mill is late
	// brass bell
	// <nil> <nil>
}

func ExampleElementError() {
	ctx := context.Background()
	_, err := combinators.Each(ctx, 1, []string{"lamp", "anvil"}, fetchItem).Await(ctx)
	if failed, ok := errors.AsType[*combinators.ElementError](err); ok {
		fmt.Println(failed.Index, failed.Err)
	}
	// Output: 1 item anvil: no such item
}

func ExampleElementError_Error() {
	err := &combinators.ElementError{Name: "price", Index: 17, Err: errors.New("connection refused")}
	fmt.Println(err)
	// Output: price[17]: connection refused
}

func ExampleElementError_Unwrap() {
	err := &combinators.ElementError{Index: 17, Err: io.EOF}
	fmt.Println(errors.Is(err, io.EOF))
	// Output: true
}

// Whoever answers first is shown first.
func ExampleAsCompleted() {
	ctx := context.Background()
	slow, quick := future.NewPromise[string](ctx), future.NewPromise[string](ctx)
	quick.Complete("the bell", nil)

	for i, r := range combinators.AsCompleted(ctx, slow.Future(), quick.Future()) {
		fmt.Println(i, r.Value, r.Err)
		slow.Complete("the lamp", nil)
	}
	// Output:
	// 1 the bell <nil>
	// 0 the lamp <nil>
}

// When ctx ends, the missing ones are named with its cause.
func ExampleAsCompleted_ended() {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	never := future.NewPromise[string](context.Background())

	for i, r := range combinators.AsCompleted(ctx, never.Future(), future.Of("the bell", nil)) {
		fmt.Println(i, r.Value, r.Err)
		cancel(fmt.Errorf("the customer left"))
	}
	// Output:
	// 1 the bell <nil>
	// 0  canceled: the customer left
}
