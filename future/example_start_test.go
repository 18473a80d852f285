package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
)

// Two calls that do not need each other run at the same time.
func ExampleFuture() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")

	i, err := item.Await(ctx)
	if err != nil {
		fmt.Println("no page:", err)
		return
	}
	a, err := address.Await(ctx)
	if err != nil {
		fmt.Println("no page:", err)
		return
	}
	fmt.Printf("%s, to %s\n", i.Name, a.City)
	// Output: brass bell, to Ghent
}

// The zero Future fails; it never hangs.
func ExampleFuture_zero() {
	var item future.Future[Item]
	_, err := item.Await(context.Background())
	fmt.Println(err)
	fmt.Println(errors.Is(err, future.ErrZero))
	// Output:
	// zero Future: it was never started
	// true
}

func ExampleGo() {
	ctx := context.Background()
	total := future.Go(ctx, func(ctx context.Context) (int, error) {
		item, err := fetchItem(ctx, "bell")
		return 3 * item.Price, err
	})
	fmt.Println(total.Await(ctx))
	// Output: 5700 <nil>
}

// What has ended does not start again: the function is not called.
func ExampleGo_ended() {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("the customer left"))

	item := future.Go(ctx, func(context.Context) (Item, error) {
		fmt.Println("never printed")
		return Item{}, nil
	})
	_, err := item.Await(context.Background())
	fmt.Println(err)
	// Output: canceled: the customer left
}

func ExampleCall() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "anvil")
	_, err := item.Await(ctx)
	fmt.Println(err)
	fmt.Println(errors.Is(err, errNoItem))
	// Output:
	// item anvil: no such item
	// true
}

// A cache hit is a future too, so what follows does not care.
func ExampleOf() {
	ctx := context.Background()
	cache := map[string]Item{"bell": {"brass bell", 1900}}
	find := func(id string) future.Future[Item] {
		if item, ok := cache[id]; ok {
			return future.Of(item, nil)
		}
		return future.Call(ctx, fetchItem, id)
	}
	item, err := find("bell").Await(ctx)
	fmt.Println(item.Name, err)
	// Output: brass bell <nil>
}

// A ctx that ends stops the wait, not the work.
func ExampleFuture_Await() {
	ctx := context.Background()
	answer := make(chan struct{})
	item := future.Go(ctx, func(context.Context) (Item, error) {
		<-answer
		return Item{"brass bell", 1900}, nil
	})

	impatient, leave := context.WithCancel(ctx)
	leave()
	_, err := item.Await(impatient)
	fmt.Println(err)

	close(answer)
	i, err := item.Await(ctx)
	fmt.Println(i.Name, err)
	// Output:
	// canceled
	// brass bell <nil>
}

// Done lets a select wait for a future among other things.
func ExampleFuture_Done() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	hangUp := make(chan struct{}) // closed when the customer hangs up

	select {
	case <-item.Done():
		i, err := item.Await(ctx)
		fmt.Println(i.Name, err)
	case <-hangUp:
		fmt.Println("nobody is listening")
	}
	// Output: brass bell <nil>
}

func ExampleFuture_Peek() {
	promise := future.NewPromise[Item](context.Background())
	item := promise.Future()

	_, complete := item.Peek()
	fmt.Println("complete:", complete)

	promise.Complete(Item{"brass bell", 1900}, nil)
	result, complete := item.Peek()
	fmt.Println("complete:", complete, result.Value.Name)
	// Output:
	// complete: false
	// complete: true brass bell
}

// OnDone tells a callback. In a scope, closing the scope waits for it.
func ExampleFuture_OnDone() {
	ctx, scope := future.WithScope(context.Background())
	item := future.Call(ctx, fetchItem, "bell")
	item.OnDone(func(r future.Result[Item]) {
		fmt.Println("in the log:", r.Value.Name, r.Err)
	})
	scope.Wait()
	fmt.Println("closed:", scope.Close())
	// Output:
	// in the log: brass bell <nil>
	// closed: <nil>
}

// stop takes the callback back, unless it is too late for that.
func ExampleFuture_OnDone_stop() {
	promise := future.NewPromise[Item](context.Background())
	stop := promise.Future().OnDone(func(future.Result[Item]) {
		fmt.Println("never printed")
	})
	fmt.Println(stop())
	promise.Complete(Item{}, nil)
	fmt.Println(stop())
	// Output:
	// true
	// false
}

func ExampleResult() {
	found := future.Result[Item]{Value: Item{"brass bell", 1900}}
	missing := future.Result[Item]{Err: errNoItem}
	for _, r := range []future.Result[Item]{found, missing} {
		if r.Err != nil {
			fmt.Println("left out:", r.Err)
			continue
		}
		fmt.Println("shown:", r.Value.Name)
	}
	// Output:
	// shown: brass bell
	// left out: no such item
}

func ExampleResult_Get() {
	result, _ := future.Of(Item{"brass bell", 1900}, nil).Peek()
	item, err := result.Get()
	fmt.Println(item.Name, err)
	// Output: brass bell <nil>
}
