package guide_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	recovery "github.com/jade-go/jade/recover"
)

// The services behind the order page. Each answers after its own time, and
// stops when its ctx is done.

type Item struct {
	Name  string
	Price int
}

type Address struct{ City string }

type Coupons []string

// snippet: page
type Page struct {
	Item    Item
	Address Address
	Coins   int
	Coupons Coupons
}

// end

var errNoItem = recovery.Mark(recovery.ClassBusiness, errors.New("no such item"))

func fetchItem(ctx context.Context, id string) (Item, error) {
	if id == "anvil" {
		return fail[Item](ctx, 20*time.Millisecond, fmt.Errorf("item %s: %w", id, errNoItem))
	}
	return answer(ctx, 100*time.Millisecond, Item{"brass " + id, 1900})
}

func fetchAddress(ctx context.Context, user string) (Address, error) {
	return answer(ctx, 80*time.Millisecond, Address{"Ghent"})
}

func fetchCoins(ctx context.Context, user string) (int, error) {
	if user == "eve" {
		return answer(ctx, 60*time.Millisecond, 0)
	}
	return answer(ctx, 60*time.Millisecond, 300)
}

func fetchCoupons(ctx context.Context, item Item, to Address) (Coupons, error) {
	return answer(ctx, 70*time.Millisecond, Coupons{"polish"})
}

// statusError is what an HTTP client makes of an answer.
type statusError int

func (e statusError) Error() string   { return fmt.Sprintf("status %d", int(e)) }
func (e statusError) StatusCode() int { return int(e) }

// failCoupons is fetchCoupons on a bad day.
func failCoupons(ctx context.Context, item Item, to Address) (Coupons, error) {
	return fail[Coupons](ctx, 10*time.Millisecond, statusError(503))
}

// answer returns v after d, or the cause of ctx if that ends first.
func answer[T any](ctx context.Context, d time.Duration, v T) (T, error) {
	select {
	case <-time.After(d):
		return v, nil
	case <-ctx.Done():
		var zero T
		return zero, context.Cause(ctx)
	}
}

// fail is answer for a failure.
func fail[T any](ctx context.Context, d time.Duration, failure error) (none T, err error) {
	if _, err := answer(ctx, d, none); err != nil {
		return none, err
	}
	return none, failure
}

// told is fn that prints how it ended.
func told[In, Out any](name string, fn func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		out, err := fn(ctx, in)
		if err != nil {
			fmt.Println(name, "stopped:", err)
		} else {
			fmt.Println(name, "answered")
		}
		return out, err
	}
}

// timed runs part and prints how long that took.
func timed(part func()) {
	start := time.Now()
	part()
	fmt.Println("took", time.Since(start))
}
