package jadedbos_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jade-go/jade/durable/jadedbos"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

type Order struct {
	ID     string
	Amount int
}

var (
	reserve = task.New("reserve", func(_ context.Context, o Order) (string, error) { return "place of " + o.ID, nil })
	charge  = task.New("charge", func(ctx context.Context, o Order) (string, error) {
		key, _ := task.Key(ctx) // the same if a crash makes this a second call
		return fmt.Sprintf("%d paid as %s", o.Amount, key), nil
	})
	checkout = flow.New("checkout", func(in flow.Node[Order]) flow.Node[string] {
		return flow.Map2(flow.Step(reserve, in), flow.Step(charge, in), func(place, paid string) string { return place + ", " + paid })
	})
)

// A run is kept in a file, and a second run of the same id has the answer of the first.
func Example() {
	folder, _ := os.MkdirTemp("", "jade")
	defer os.RemoveAll(folder)
	ctx := context.Background()

	engine, err := jadedbos.Open(ctx, jadedbos.Config{Database: filepath.Join(folder, "runs.db")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close(ctx)
	orders, err := jadedbos.Register(engine, checkout)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := engine.Launch(); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		fmt.Println(orders.Run(ctx, "order-7", Order{ID: "7", Amount: 42}))
	}
	fmt.Println(orders.Run(ctx, "order-7", Order{ID: "7", Amount: 43}))
	// Output:
	// place of 7, 42 paid as order-7/checkout/charge <nil>
	// place of 7, 42 paid as order-7/checkout/charge <nil>
	//  jadedbos.Flow.Start: checkout: run order-7: there is a run with that id and a different input: give each run an id of its own
}
