package combinators_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// The first to answer wins, be it with a failure.
func ExampleRace() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	_, err := combinators.Race(
		future.Go(ctx, hang),
		future.Call(ctx, fetchItem, "anvil"),
	).Await(ctx)
	fmt.Println(err)
	// Output: item anvil: no such item
}

// Losers see why they were cancelled.
func ExampleRace_losers() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	slow := future.Go(ctx, hang)
	item, err := combinators.Race(slow, future.Call(ctx, fetchItem, "bell")).Await(ctx)
	fmt.Println(item.Name, err)

	_, err = slow.Await(ctx)
	fmt.Println(err)
	fmt.Println(errors.Is(err, combinators.ErrLost), errors.Is(err, context.Canceled))
	// Output:
	// brass bell <nil>
	// canceled: another future was faster
	// true true
}

// Any asks several mirrors and takes the first that has the item.
func ExampleAny() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	item, err := combinators.Any(
		future.Go(ctx, hang),
		future.Of(Item{}, errors.New("mirror 2 is down")),
		future.Call(ctx, fetchItem, "bell"),
	).Await(ctx)
	fmt.Println(item.Name, err)
	// Output: brass bell <nil>
}

func ExampleAny_allFail() {
	_, err := combinators.Any(
		future.Of(Item{}, errors.New("mirror 1 is down")),
		future.Of(Item{}, errors.New("mirror 2 is down")),
	).Await(context.Background())
	fmt.Println(err)
	// Output:
	// mirror 1 is down
	// mirror 2 is down
}

func ExampleAny_empty() {
	_, err := combinators.Any[Item]().Await(context.Background())
	fmt.Println(err)
	fmt.Println(errors.Is(err, combinators.ErrEmpty))
	// Output:
	// combinators.Any: no futures given
	// true
}

// Two of three stock counts are enough.
func ExampleQuorum() {
	ctx := context.Background()
	counts, err := combinators.Quorum(2,
		future.Of(7, nil),
		future.Of(0, errors.New("shelf 2 is locked")),
		future.Of(8, nil),
	).Await(ctx)
	fmt.Println(counts, err)
	// Output: [7 8] <nil>
}

// It fails as soon as a quorum is out of reach.
func ExampleQuorum_outOfReach() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	_, err := combinators.Quorum(2,
		future.Go(ctx, hang),
		future.Of(Item{}, errors.New("shelf 2 is locked")),
		future.Of(Item{}, errors.New("shelf 3 is empty")),
	).Await(ctx)
	fmt.Println(err)
	// Output:
	// shelf 2 is locked
	// shelf 3 is empty
}
