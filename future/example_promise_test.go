package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
)

// subscribe is a client library of the callback kind.
func subscribe(id string, done func(Item, error)) { done(fetchItem(context.Background(), id)) }

// A promise turns a callback into a future.
func ExampleNewPromise() {
	ctx := context.Background()
	promise := future.NewPromise[Item](ctx)
	subscribe("bell", func(item Item, err error) { promise.Complete(item, err) })

	item, err := promise.Future().Await(ctx)
	fmt.Println(item.Name, err)
	// Output: brass bell <nil>
}

// A promise whose ctx ends fails with the cause, so nobody waits for ever.
func ExampleNewPromise_ended() {
	ctx, cancel := context.WithCancelCause(context.Background())
	promise := future.NewPromise[Item](ctx)
	cancel(errors.New("the courier is on strike"))

	_, err := promise.Future().Await(context.Background())
	fmt.Println(err)
	// Output: canceled: the courier is on strike
}

// The zero Promise can be a field.
func ExamplePromise() {
	var order struct {
		Item future.Promise[Item]
	}
	order.Item.Complete(fetchItem(context.Background(), "bell"))
	item, err := order.Item.Future().Await(context.Background())
	fmt.Println(item.Name, err)
	// Output: brass bell <nil>
}

// The first of two answers counts.
func ExamplePromise_Complete() {
	promise := future.NewPromise[Item](context.Background())
	fmt.Println(promise.Complete(Item{"brass bell", 1900}, nil))
	fmt.Println(promise.Complete(Item{}, errors.New("answered twice")))

	item, err := promise.Future().Await(context.Background())
	fmt.Println(item.Name, err)
	// Output:
	// true
	// false
	// brass bell <nil>
}

// Whoever is to answer gets the promise, whoever is to wait gets the future.
func ExamplePromise_Future() {
	ctx := context.Background()
	promise := future.NewPromise[Address](ctx)
	go func() { promise.Complete(Address{"Ghent"}, nil) }()

	address := promise.Future()
	a, err := address.Await(ctx)
	fmt.Println(a.City, err)
	// Output: Ghent <nil>
}

// Context tells the work behind a promise that nobody wants its result.
func ExamplePromise_Context() {
	promise := future.NewPromise[Coupons](context.Background())
	ctx := promise.Context()
	stopped := make(chan error)
	go func() {
		coupons, err := fetchCoupons(ctx, "ada")
		promise.Complete(coupons, err)
		stopped <- err
	}()

	promise.Future().Cancel(errors.New("the page is out"))
	fmt.Println("the work stopped:", <-stopped)
	// Output: the work stopped: canceled: the page is out
}
