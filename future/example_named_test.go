package future_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/jade-go/jade/future"
)

// Reports call work by its name. Without one they give file and line.
func ExampleNamed() {
	ctx, scope := future.WithScope(context.Background())
	future.Call(future.Named(ctx, "item"), fetchItem, "anvil")
	scope.Wait()
	fmt.Println(scope.Close())
	// Output: unobserved failure of item: item anvil: no such item
}

func ExampleName() {
	ctx := context.Background()
	fmt.Println(future.Name(future.Named(ctx, "item"), fetchItem))
	fmt.Println(strings.Contains(future.Name(ctx, fetchItem), "example_shop_test.go:"))
	// Output:
	// item
	// true
}

// A future has its name for as long as it is pending.
func ExampleFuture_Name() {
	ctx := context.Background()
	promise := future.NewPromise[Item](future.Named(ctx, "item"))
	fmt.Printf("%q\n", promise.Future().Name())
	promise.Complete(Item{"brass bell", 1900}, nil)
	fmt.Printf("%q\n", promise.Future().Name())
	// Output:
	// "item"
	// ""
}
