package recovery_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// The optional parts of an order page come from calls that may fail.

type Coupons []string

var errNoCoupons = errors.New("no coupons today")

// statusError is what an HTTP client makes of an answer.
type statusError int

func (e statusError) Error() string   { return fmt.Sprintf("status %d", int(e)) }
func (e statusError) StatusCode() int { return int(e) }

func fetchCoupons(_ context.Context, user string) (Coupons, error) {
	if user == "" {
		return nil, errNoCoupons
	}
	return nil, statusError(503)
}

// The page does without its coupons, and says so.
func Example_degradedPage() {
	handle := func(ctx context.Context, user string) (string, error) {
		ctx, scope := future.WithScope(ctx)
		defer scope.Close()

		item := future.Go(ctx, func(context.Context) (string, error) { return "brass bell", nil })
		coupons := future.Call(ctx, fetchCoupons, user)
		shown := recovery.Fallback(coupons, Coupons{"welcome"})

		i, c, err := combinators.Await2(ctx, item, shown)
		if err != nil {
			return "", err
		}
		page := fmt.Sprint(i, " ", c)
		if r, _ := coupons.Peek(); r.Err != nil { // coupons is what it was, shown is what is shown
			page += fmt.Sprintf(", degraded: %s: %v", recovery.Classify(r.Err), r.Err)
		}
		return page, nil
	}
	fmt.Println(handle(context.Background(), "ada"))
	// Output: brass bell [welcome], degraded: dependency: status 503 <nil>
}

// The handler sees the failure and decides.
func ExampleRecover() {
	ctx := context.Background()
	coupons := future.Call(ctx, fetchCoupons, "ada")
	coupons = recovery.Recover(ctx, coupons, func(_ context.Context, err error) (Coupons, error) {
		fmt.Println("without coupons:", err)
		return Coupons{}, nil
	})
	fmt.Println(coupons.Await(ctx))
	// Output:
	// without coupons: status 503
	// [] <nil>
}

// A bug in one part is a failure of that part.
func ExampleRecover_panic() {
	ctx := context.Background()
	shelf := future.Go(ctx, func(context.Context) (string, error) {
		var shelves []string
		return shelves[3], nil
	})
	shelf = recovery.Recover(ctx, shelf, func(_ context.Context, err error) (string, error) {
		fmt.Println(recovery.Classify(err), "-", err)
		return "ask at the counter", nil
	})
	fmt.Println(shelf.Await(ctx))
	// Output:
	// code - panic: runtime error: index out of range [3] with length 0
	// ask at the counter <nil>
}

// A cancellation is not a failure to recover: nobody wants the coupons any more.
func ExampleRecover_canceled() {
	ctx := context.Background()
	coupons := future.NewPromise[Coupons](ctx).Future()
	recovered := recovery.Recover(ctx, coupons, func(context.Context, error) (Coupons, error) {
		fmt.Println("never printed")
		return Coupons{}, nil
	})
	coupons.Cancel(errors.New("the page is out"))
	fmt.Println(recovered.Await(ctx))
	// Output: [] canceled: the page is out
}

// Only the failure that is meant is recovered.
func ExampleRecoverIs() {
	ctx := context.Background()
	for _, user := range []string{"", "ada"} {
		coupons := future.Call(ctx, fetchCoupons, user)
		coupons = recovery.RecoverIs(ctx, coupons, errNoCoupons, func(context.Context, error) (Coupons, error) {
			return Coupons{"welcome"}, nil
		})
		fmt.Println(coupons.Await(ctx))
	}
	// Output:
	// [welcome] <nil>
	// [] status 503
}

// Who asks for a cancellation by name gets it.
func ExampleRecoverIs_canceled() {
	ctx := context.Background()
	coupons := future.NewPromise[Coupons](ctx).Future()
	recovered := recovery.RecoverIs(ctx, coupons, context.Canceled, func(_ context.Context, err error) (Coupons, error) {
		fmt.Println("given up:", err)
		return Coupons{}, nil
	})
	coupons.Cancel(errors.New("the page is out"))
	fmt.Println(recovered.Await(ctx))
	// Output:
	// given up: canceled: the page is out
	// [] <nil>
}

// The handler gets the error in its own type.
func ExampleRecoverAs() {
	ctx := context.Background()
	coupons := future.Call(ctx, fetchCoupons, "ada")
	coupons = recovery.RecoverAs(ctx, coupons, func(_ context.Context, err statusError) (Coupons, error) {
		return Coupons{fmt.Sprintf("sorry for the %d", err.StatusCode())}, nil
	})
	fmt.Println(coupons.Await(ctx))
	// Output: [sorry for the 503] <nil>
}

// A value that is known beforehand.
func ExampleFallback() {
	ctx := context.Background()
	coupons := recovery.Fallback(future.Call(ctx, fetchCoupons, "ada"), Coupons{"welcome"})
	fmt.Println(coupons.Await(ctx))
	// Output: [welcome] <nil>
}

// OnError is told before the fallback hides the failure.
func ExampleOnError() {
	ctx := context.Background()
	coupons := future.Call(ctx, fetchCoupons, "ada")
	coupons = recovery.OnError(coupons, func(err error) {
		fmt.Println("log:", recovery.Classify(err), err)
	})
	coupons = recovery.Fallback(coupons, Coupons{})
	fmt.Println(coupons.Await(ctx))
	// Output:
	// log: dependency status 503
	// [] <nil>
}
