package future_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/future"
)

// Nothing that body has started is running once Run returns.
func ExampleRun() {
	ctx := context.Background()
	page, err := future.Run(ctx, func(ctx context.Context) (string, error) {
		item := future.Call(ctx, fetchItem, "bell")
		coupons := future.Call(ctx, fetchCoupons, "ada")
		coupons.OnDone(func(r future.Result[Coupons]) { fmt.Println("coupons:", r.Err) })

		i, err := item.Await(ctx)
		return i.Name + ", without coupons", err // the coupons are given up
	})
	fmt.Println(page, err)
	// Output:
	// coupons: canceled: scope closed
	// brass bell, without coupons <nil>
}

// The same without a function around it.
func ExampleWithScope() {
	handler := func(ctx context.Context) (Item, error) {
		ctx, scope := future.WithScope(ctx)
		defer scope.Close()

		item := future.Call(ctx, fetchItem, "bell")
		future.Call(ctx, fetchCoupons, "ada") // joined by Close
		return item.Await(ctx)
	}
	item, err := handler(context.Background())
	fmt.Println(item.Name, err)
	// Output: brass bell <nil>
}

// A scope within a scope ends on its own, and with the outer one.
func ExampleScope() {
	ctx, page := future.WithScope(context.Background())
	ctx, extras := future.WithScope(ctx)
	coupons := future.Call(ctx, fetchCoupons, "ada")

	fmt.Println("page:", page.Close())
	_, err := coupons.Await(context.Background())
	fmt.Println("coupons:", err)
	fmt.Println("extras:", extras.Close())
	// Output:
	// page: <nil>
	// coupons: canceled: scope closed
	// extras: <nil>
}

// Close cancels and joins, and tells which failures nobody has looked at.
func ExampleScope_Close() {
	ctx, scope := future.WithScope(context.Background())
	future.Call(future.Named(ctx, "item"), fetchItem, "anvil")
	scope.Wait()

	fmt.Println(scope.Close())
	fmt.Println(scope.Close(), "(told once)")

	late := future.Call(ctx, fetchItem, "bell")
	_, err := late.Await(context.Background())
	fmt.Println(errors.Is(err, future.ErrScopeClosed))
	// Output:
	// unobserved failure of item: item anvil: no such item
	// <nil> (told once)
	// true
}

// Wait joins and cancels nothing: for work that is to be finished.
func ExampleScope_Wait() {
	ctx, scope := future.WithScope(context.Background())
	var stock [3]int
	for i := range stock {
		future.Go(ctx, func(context.Context) (struct{}, error) {
			stock[i] = 10 * (i + 1)
			return struct{}{}, nil
		})
	}
	scope.Wait()
	fmt.Println(stock, scope.Close())
	// Output: [10 20 30] <nil>
}

// Options say how a scope closes.
func ExampleScopeOption() {
	logged := []future.ScopeOption{
		future.Unobserved(func(err error) { fmt.Println("log:", err) }),
	}
	_, err := future.Run(context.Background(), func(ctx context.Context) (string, error) {
		future.Go(future.Named(ctx, "audit"), func(context.Context) (struct{}, error) {
			return struct{}{}, errors.New("disk full")
		})
		future.Call(ctx, fetchCoupons, "ada")
		return "page", nil
	}, logged...)
	fmt.Println("page:", err)
	// Output:
	// log: unobserved failure of audit: disk full
	// page: <nil>
}

// An audit that nobody waits for must still not fail in silence.
func ExampleUnobserved() {
	ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(err error) {
		fmt.Println("log:", err)
	}))
	future.Go(future.Named(ctx, "audit"), func(context.Context) (struct{}, error) {
		return struct{}{}, errors.New("disk full")
	})
	scope.Wait()
	fmt.Println("closed:", scope.Close())
	// Output:
	// log: unobserved failure of audit: disk full
	// closed: <nil>
}

func ExampleUnobservedError() {
	ctx, scope := future.WithScope(context.Background())
	future.Call(future.Named(ctx, "item"), fetchItem, "anvil")
	scope.Wait()

	if unobserved, ok := errors.AsType[*future.UnobservedError](scope.Close()); ok {
		fmt.Println("nobody looked at:", unobserved.Name)
		fmt.Println("it failed with:", unobserved.Err)
	}
	// Output:
	// nobody looked at: item
	// it failed with: item anvil: no such item
}

func ExampleUnobservedError_Error() {
	err := &future.UnobservedError{Name: "item", Err: errNoItem}
	fmt.Println(err)
	// Output: unobserved failure of item: no such item
}

func ExampleUnobservedError_Unwrap() {
	err := &future.UnobservedError{Name: "item", Err: errNoItem}
	fmt.Println(errors.Is(err, errNoItem))
	// Output: true
}

// A call that ignores its ctx cannot keep the scope from closing for ever.
func ExampleGrace() {
	ctx, scope := future.WithScope(context.Background(), future.Grace(5*time.Millisecond))
	answer := make(chan struct{})
	future.Go(future.Named(ctx, "inspection"), func(context.Context) (string, error) {
		<-answer // not watching ctx
		return "passed", nil
	})

	fmt.Println(scope.Close())
	close(answer)
	scope.Wait()
	fmt.Println(scope.Close())
	// Output:
	// future.Scope.Close: still running after 5ms: inspection
	// <nil>
}

func ExampleStragglerError() {
	ctx, scope := future.WithScope(context.Background(), future.Grace(5*time.Millisecond))
	answer := make(chan struct{})
	future.Go(future.Named(ctx, "inspection"), func(context.Context) (string, error) {
		<-answer
		return "passed", nil
	})

	if late, ok := errors.AsType[*future.StragglerError](scope.Close()); ok {
		fmt.Println("still running:", late.Names)
	}
	close(answer)
	scope.Wait()
	// Output: still running: [inspection]
}

func ExampleStragglerError_Error() {
	err := &future.StragglerError{Grace: 2 * time.Second, Names: []string{"inspection", "freight"}}
	fmt.Println(err)
	// Output: future.Scope.Close: still running after 2s: inspection, freight
}

// What was started and not awaited gets a moment; then it is cancelled.
func ExampleScope_WaitFor() {
	ctx, scope := future.WithScope(context.Background())
	future.Go(ctx, func(context.Context) (int, error) { return 1, nil })
	fmt.Println(scope.WaitFor(time.Second))
	future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil })
	fmt.Println(scope.WaitFor(time.Millisecond))
	fmt.Println(scope.Close())
	// Output:
	// true
	// false
	// <nil>
}
