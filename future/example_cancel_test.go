package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
)

// Cancel asks the work to stop, and says why.
func ExampleFuture_Cancel() {
	ctx := context.Background()
	coupons := future.Call(ctx, fetchCoupons, "ada")
	coupons.Cancel(errors.New("the page is out"))

	_, err := coupons.Await(ctx)
	fmt.Println(err)
	// Output: canceled: the page is out
}

// Work that others use too is handed out as a view.
func ExampleShield() {
	ctx := context.Background()
	promise := future.NewPromise[Item](ctx)
	item := promise.Future()

	view := future.Shield(item)
	view.Cancel(errors.New("not interested"))
	_, err := view.Await(ctx)
	fmt.Println("the view:", err)

	promise.Complete(Item{"brass bell", 1900}, nil)
	i, err := item.Await(ctx)
	fmt.Println("the work:", i.Name, err)
	// Output:
	// the view: canceled: not interested
	// the work: brass bell <nil>
}

// A cancellation is told from a failure by its type.
func ExampleCanceledError() {
	ctx := context.Background()
	coupons := future.Call(ctx, fetchCoupons, "ada")
	coupons.Cancel(errors.New("the page is out"))

	_, err := coupons.Await(ctx)
	if canceled, ok := errors.AsType[*future.CanceledError](err); ok {
		fmt.Println("because", canceled.Cause)
	}
	// Output: because the page is out
}

func ExampleCanceledError_Error() {
	fmt.Println(&future.CanceledError{})
	fmt.Println(&future.CanceledError{Cause: errors.New("the page is out")})
	// Output:
	// canceled
	// canceled: the page is out
}

func ExampleCanceledError_Is() {
	err := &future.CanceledError{Cause: errors.New("the page is out")}
	fmt.Println(errors.Is(err, context.Canceled))
	// Output: true
}

func ExampleCanceledError_Unwrap() {
	errPageOut := errors.New("the page is out")
	err := &future.CanceledError{Cause: errPageOut}
	fmt.Println(errors.Is(err, errPageOut))
	// Output: true
}

// One error says both that the ctx was cancelled and why.
func ExampleCause() {
	errLeft := errors.New("the customer left")
	ctx, cancel := context.WithCancelCause(context.Background())
	fmt.Println(future.Cause(ctx))

	cancel(errLeft)
	err := future.Cause(ctx)
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.Canceled), errors.Is(err, errLeft))
	// Output:
	// <nil>
	// canceled: the customer left
	// true true
}

// A deadline is not a cancellation: somebody still wanted the result.
func ExampleIsCanceled() {
	left := &future.CanceledError{Cause: errors.New("the customer left")}
	fmt.Println(future.IsCanceled(fmt.Errorf("coupons: %w", left)))
	fmt.Println(future.IsCanceled(context.DeadlineExceeded))
	fmt.Println(future.IsCanceled(errNoItem))
	fmt.Println(future.IsCanceled(errors.Join(left, errNoItem)))
	// Output:
	// true
	// false
	// false
	// false
}
