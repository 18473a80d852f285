package deadline_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

// The error says what was late, and how much time it had.
func ExampleError() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	_, err := deadline.Within(future.Go(future.Named(ctx, "freight"), hang), time.Millisecond).Await(ctx)

	if late, ok := errors.AsType[*deadline.Error](err); ok {
		fmt.Println(late.Name, late.Limit, late.Elapsed >= late.Limit, late.Inherited)
	}
	// Output: freight 1ms true false
}

func ExampleError_Error() {
	late := &deadline.Error{Name: "freight", Limit: 50 * time.Millisecond, Elapsed: 51 * time.Millisecond}
	fmt.Println(late)
	late.Inherited = true
	fmt.Println(late)
	// Output:
	// freight: deadline exceeded: limit 50ms, elapsed 51ms
	// freight: deadline exceeded: limit 50ms, elapsed 51ms, inherited from the caller's ctx
}

// Code that knows only the standard library understands it.
func ExampleError_Is() {
	late := &deadline.Error{Name: "freight", Limit: time.Second}
	fmt.Println(errors.Is(late, context.DeadlineExceeded))
	fmt.Println(errors.Is(late, context.Canceled))
	// Output:
	// true
	// false
}

func ExampleError_Timeout() {
	var err error = &deadline.Error{Name: "freight", Limit: time.Second}
	late, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	fmt.Println(ok && late.Timeout())
	// Output: true
}

// Of an inherited deadline it wraps what ended the work.
func ExampleError_Unwrap() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()

	_, err := deadline.Run(ctx, time.Minute, hang)
	late, _ := errors.AsType[*deadline.Error](err)
	fmt.Println(late.Inherited, errors.Unwrap(late))
	// Output: true context deadline exceeded
}
