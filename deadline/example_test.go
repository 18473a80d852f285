package deadline_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// hang waits until nobody wants its answer any more.
func hang(ctx context.Context) (string, error) {
	<-ctx.Done()
	return "", context.Cause(ctx)
}

func fetchItem(context.Context) (string, error) { return "brass bell", nil }

// The page has a deadline, and keeps some of it for itself: when the coupons
// do not come, there is time to do without them.
func Example_pageInTime() {
	handle := func(ctx context.Context) (string, error) {
		ctx, scope := future.WithScope(ctx)
		defer scope.Close()
		calls, release := deadline.Reserve(ctx, 30*time.Second)
		defer release()

		item := future.Go(calls, fetchItem)
		coupons := recovery.Fallback(deadline.Within(future.Go(calls, hang), 5*time.Millisecond), "no coupons")
		i, c, err := combinators.Await2(ctx, item, coupons)
		return i + ", " + c, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(handle(ctx))
	// Output: brass bell, no coupons <nil>
}

// The coupons get a limit of their own. The rest of the page does not wait for them.
func ExampleWithin() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	coupons := deadline.Within(future.Go(future.Named(ctx, "coupons"), hang), 5*time.Millisecond)

	_, err := coupons.Await(ctx)
	if late, ok := errors.AsType[*deadline.Error](err); ok {
		fmt.Println(late.Name, "did not answer within", late.Limit)
	}
	// Output: coupons did not answer within 5ms
}

func ExampleWithin_inTime() {
	ctx := context.Background()
	item := deadline.Within(future.Go(ctx, fetchItem), time.Minute)
	fmt.Println(item.Await(ctx))
	// Output: brass bell <nil>
}

// Work that others use too is not cancelled through a shield.
func ExampleWithin_shield() {
	ctx := context.Background()
	answer := future.NewPromise[string](ctx)
	item := answer.Future()

	_, err := deadline.Within(future.Shield(item), time.Millisecond).Await(ctx)
	fmt.Println("one page gives up:", errors.Is(err, context.DeadlineExceeded))

	answer.Complete("brass bell", nil)
	i, err := item.Await(ctx)
	fmt.Println("another shows it:", i, err)
	// Output:
	// one page gives up: true
	// another shows it: brass bell <nil>
}

// The shop closes at eight.
func ExampleAt() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	eight := time.Now().Add(-time.Second) // it is a little later

	_, err := deadline.At(future.Go(ctx, hang), eight).Await(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// The page answers in time even if a call ignores its ctx.
func ExampleRun() {
	ctx, scope := future.WithScope(context.Background())
	answer := make(chan struct{})
	page, err := deadline.Run(future.Named(ctx, "page"), 5*time.Millisecond, func(context.Context) (string, error) {
		<-answer // not watching ctx
		return "page", nil
	})
	late, _ := errors.AsType[*deadline.Error](err)
	fmt.Printf("%q: %s was late, limit %v\n", page, late.Name, late.Limit)

	close(answer) // else Close would wait for it
	fmt.Println("closed:", scope.Close())
	// Output:
	// "": page was late, limit 5ms
	// closed: <nil>
}

// The deadline of the ctx around may come first; the error says so.
func ExampleRun_inherited() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()

	_, err := deadline.Run(ctx, time.Minute, hang)
	late, _ := errors.AsType[*deadline.Error](err)
	fmt.Println(late.Inherited)
	// Output: true
}

// Half a minute is kept for rendering what was found and replying.
func ExampleReserve() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	calls, release := deadline.Reserve(ctx, 30*time.Second)
	defer release()

	until, _ := ctx.Deadline()
	early, _ := calls.Deadline()
	fmt.Println(until.Sub(early).Round(time.Second))
	// Output: 30s
}

// What is there by then is shown, and a stand-in for the rest.
func ExamplePartial() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	tips, err := deadline.Partial(5*time.Millisecond, "(see the catalogue)",
		future.Of("oil for the lamp", nil),
		future.Go(ctx, hang),
		future.Of("", errors.New("tips are sold out")),
	).Await(ctx)
	for _, tip := range tips {
		fmt.Println(tip)
	}
	fmt.Println(err)
	// Output:
	// oil for the lamp
	// (see the catalogue)
	// (see the catalogue)
	// <nil>
}
