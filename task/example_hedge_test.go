package task_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// One call in a thousand hangs. The second try answers for it, and at most one call in ten has one.
func ExampleTask_Hedge() {
	var made atomic.Int32
	fetch := task.New("price", func(ctx context.Context, item string) (int, error) {
		if made.Add(1) == 1 {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		return 42, nil
	}).Hedge(time.Millisecond, guard.Budget(0.1))
	fmt.Println(fetch.Do(context.Background(), "shoe"))
	// Output: 42 <nil>
}

func ExampleTask_HedgeAt() {
	fetch := task.New("price", func(context.Context, string) (int, error) { return 42, nil }).HedgeAt(95, guard.Budget(0.1))
	fmt.Println(fetch.Policies()[0])
	fmt.Println(fetch.Do(context.Background(), "shoe"))
	// Output:
	// hedge at p95, budget 10% of 10 in 10s
	// 42 <nil>
}

func ExampleHedging() {
	fmt.Println(task.Hedging{After: 50 * time.Millisecond})
	// Output: hedge after 50ms
}

func ExampleHedging_String() {
	fmt.Println(task.Hedging{Percentile: 95}.String())
	// Output: hedge at p95
}
