package future_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jade-go/jade/future"
)

// priceOf has the usual bug.
func priceOf(item *Item) int { return item.Price }

// A panic is an error of the call that panicked, and of nothing else.
func ExamplePanicError() {
	ctx := context.Background()
	price := future.Go(ctx, func(context.Context) (int, error) {
		return priceOf(nil), nil
	})
	_, err := price.Await(ctx)
	if p, ok := errors.AsType[*future.PanicError](err); ok {
		_, isRuntime := p.Value.(runtime.Error)
		fmt.Println("a bug:", isRuntime)
	}
	fmt.Println(err)
	// Output:
	// a bug: true
	// panic: runtime error: invalid memory address or nil pointer dereference
}

func ExamplePanicError_Error() {
	fmt.Println(&future.PanicError{Value: "the drawer\nis open"})
	// Output: panic: the drawer\nis open
}

// What the panicked error matches, the PanicError matches too.
func ExamplePanicError_Unwrap() {
	ctx := context.Background()
	item := future.Go(ctx, func(context.Context) (Item, error) { panic(errNoItem) })
	_, err := item.Await(ctx)
	fmt.Println(errors.Is(err, errNoItem))
	// Output: true
}

// Stack has the frames of the goroutine that panicked, not of the one that asks.
func ExamplePanicError_Stack() {
	ctx := context.Background()
	price := future.Go(ctx, func(context.Context) (int, error) {
		return priceOf(nil), nil
	})
	_, err := price.Await(ctx)
	if p, ok := errors.AsType[*future.PanicError](err); ok {
		fmt.Println(strings.Contains(p.Stack(), "priceOf"))
	}
	// Output: true
}

func ExamplePanicError_Frames() {
	ctx := context.Background()
	_, err := future.Go(ctx, func(context.Context) (int, error) { return priceOf(nil), nil }).Await(ctx)
	if p, ok := errors.AsType[*future.PanicError](err); ok {
		for frame := range p.Frames() {
			if strings.HasSuffix(frame.Function, "priceOf") {
				fmt.Println(filepath.Base(frame.File), frame.Line > 0)
				break
			}
		}
	}
	// Output: example_panic_test.go true
}

// runtime.Goexit, which t.FailNow calls, is an error as well: nobody waits for ever.
func ExampleGo_goexit() {
	ctx := context.Background()
	item := future.Go(ctx, func(context.Context) (Item, error) {
		runtime.Goexit()
		return Item{}, nil
	})
	_, err := item.Await(ctx)
	fmt.Println(err)
	fmt.Println(errors.Is(err, future.ErrGoexit))
	// Output:
	// function called runtime.Goexit
	// true
}
