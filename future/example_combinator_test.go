package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
)

// inStock is a combinator that the library does not have: it fails when what
// it asks for is not so.
func inStock(f future.Future[Item], stock map[string]int) future.Future[Item] {
	return future.Follow(nil, f, future.ModeQuick|future.ModeDressed, inStockBody(stock))
}

type inStockBody map[string]int

// Pass passes a failure on. A success is Run's.
func (inStockBody) Pass(in future.Result[Item]) (Item, bool) { return in.Value, in.Err != nil }

func (stock inStockBody) Run(_ context.Context, in future.Result[Item]) (item Item, none future.Future[Item], err error) {
	if stock[in.Value.Name] == 0 {
		return item, none, fmt.Errorf("%s: sold out", in.Value.Name)
	}
	return in.Value, none, nil
}

// inStock, above this example, is a combinator of one's own.
func ExampleFollow() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	_, err := inStock(item, map[string]int{"oil lamp": 3}).Await(ctx)
	fmt.Println(err)
	// Output: brass bell: sold out
}

// A func type with the two methods is the cheapest body: see inStock for both of them.
func ExampleBody() {
	ctx := context.Background()
	var body future.Body[Item, Item] = inStockBody{"brass bell": 2}

	_, passes := body.Pass(future.Result[Item]{Err: errNoItem})
	fmt.Println("a failure passes:", passes)

	item, _, err := body.Run(ctx, future.Result[Item]{Value: Item{"brass bell", 1900}})
	fmt.Println("a success is run:", item.Name, err)
	// Output:
	// a failure passes: true
	// a success is run: brass bell <nil>
}

// Dressed says that a future is its input under another name, so a
// cancellation goes on to that.
func ExampleMode() {
	item := future.NewPromise[Item](context.Background()).Future()
	available := future.Follow(nil, item, future.ModeQuick|future.ModeDressed, inStockBody{})
	available.Cancel(errors.New("the page is out"))

	result, complete := item.Peek()
	fmt.Println(complete, result.Err)
	// Output: true canceled: the page is out
}
