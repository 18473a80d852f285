package future_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/future"
)

// sum adds what its inputs have.
type sum []future.Future[int]

func (s sum) Input(i int) future.Input { return s[i] }

func (s sum) Run(context.Context) (total int, err error) {
	for _, f := range s {
		r, _ := future.Inspect(f)
		total += r.Value
	}
	return total, nil
}

// sum, above this example, is a body behind several inputs.
func ExampleFollowAll() {
	ctx := context.Background()
	prices := sum{future.Of(1900, nil), future.Of(250, nil)}
	total := future.FollowAll[int](ctx, len(prices), prices)
	fmt.Println(total.Await(ctx))
	// Output: 2150 <nil>
}

// A body knows its inputs and makes the result: see sum for both methods.
func ExampleAllBody() {
	var body future.AllBody[int] = sum{future.Of(1900, nil), future.Of(250, nil)}
	fmt.Println(body.Run(context.Background()))
	// Output: 2150 <nil>
}

// To inspect a failure is not to see it: the scope still reports it.
func ExampleInspect() {
	ctx, scope := future.WithScope(context.Background())
	f := future.Go(future.Named(ctx, "item"), func(context.Context) (int, error) { return 0, errNoItem })
	<-f.Done()

	r, done := future.Inspect(f)
	fmt.Println(r.Err, done)
	fmt.Println(scope.Close())
	// Output:
	// no such item true
	// unobserved failure of item: no such item
}

// The slow mirror answers too late: its connection is closed all the same.
func ExampleDiscard() {
	ctx := context.Background()
	slow := future.NewPromise[string](ctx)
	closed := make(chan string)
	mirror := future.Discard(slow.Future(), func(conn string) { closed <- conn })

	mirror.Cancel(nil) // another was faster
	_, err := mirror.Await(ctx)
	fmt.Println(err)
	slow2 := future.Discard(future.Of("in time", nil), func(string) { fmt.Println("never") })
	fmt.Println(slow2.Await(ctx))
	// Output:
	// canceled
	// in time <nil>
}
