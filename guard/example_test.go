package guard_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/guard"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// stock is what the examples protect: a backend.
func stock(_ context.Context, item string) (int, error) {
	if item == "" {
		return 0, errors.New("no answer")
	}
	return len(item), nil
}

// Eight calls at a time, and a hundred that wait. What comes then gets a value that stands in.
func ExampleSlots() {
	slots := guard.Slots(8, guard.Queue(100))
	fetchStock := task.New("stock", stock).Gate(slots).Fallback(0)
	fmt.Println(fetchStock.Do(context.Background(), "shoe"))
	fmt.Println(fetchStock.Policies()[0], "·", slots.InUse(), "in use,", slots.Waiting(), "waiting")
	// Output:
	// 4 <nil>
	// 8 slots, 100 waiting · 0 in use, 0 waiting
}

// A limit for each user: one call a minute, and two at once after a pause.
func ExampleRate() {
	type request struct{ user, item string }
	perUser := guard.Rate(1, time.Minute, guard.Burst(2), guard.Name("user"))
	fetchStock := task.New("stock", func(ctx context.Context, r request) (int, error) { return stock(ctx, r.item) }).
		GateBy(perUser, func(r request) string { return r.user })
	for _, user := range []string{"ann", "ann", "ann", "bob"} {
		_, err := fetchStock.Do(context.Background(), request{user, "shoe"})
		fmt.Println(user, errors.Is(err, guard.ErrRate))
	}
	// Output:
	// ann false
	// ann false
	// ann true
	// bob false
}

func ExampleBreaker() {
	breaker := guard.Breaker(0.5, guard.Min(2), guard.OpenFor(time.Minute))
	fetchStock := task.New("stock", stock).Gate(breaker)
	for _, item := range []string{"", "", "shoe"} {
		_, err := fetchStock.Do(context.Background(), item)
		fmt.Println(errors.Is(err, guard.ErrOpen), breaker.Open())
	}
	// Output:
	// false false
	// false true
	// true true
}

// Failures says which classes count, here only what is late.
func ExampleFailures() {
	breaker := guard.Breaker(1, guard.Min(1), guard.Failures(recovery.ClassTimeout))
	task.New("stock", stock).Gate(breaker).Do(context.Background(), "")
	fmt.Println(breaker.Open())
	// Output: false
}

// Retries are at most a tenth of the calls of both tasks, but two in each window anyway.
func ExampleBudget() {
	retries := guard.Budget(0.1, guard.Min(2))
	three := task.Retry{Attempts: 3, Budget: retries}
	called := 0
	down := func(context.Context, string) (int, error) { called++; return 0, errors.New("no answer") }
	for _, t := range []task.Task[string, int]{task.New("stock", down).Retry(three), task.New("price", down).Retry(three)} {
		t.Do(context.Background(), "shoe")
		fmt.Println(called)
	}
	// Output:
	// 3
	// 4
}

// All gates may have a name. It is in rejections and pictures.
func ExampleName() {
	closed := guard.Slots(1, guard.Name("backend"))
	ticket, _ := closed.Enter(context.Background(), "")
	_, err := task.New("stock", stock).Gate(closed).Do(context.Background(), "shoe")
	fmt.Println(err)
	closed.Left(ticket)
	// Output: stock: rejected by backend: all slots are in use
}

func ExampleQueue() {
	fmt.Println(guard.Slots(8, guard.Queue(100)).Describe())
	fmt.Println(guard.Rate(10, time.Second, guard.Queue(3)).Describe())
	// Output:
	// 8 slots, 100 waiting
	// rate 10 per 1s, 3 waiting
}

func ExampleBurst() {
	fmt.Println(guard.Rate(10, time.Second, guard.Burst(5)).Describe())
	// Output: rate 10 per 1s, burst 5
}

// Keys bounds the memory of a limit by key. A megabyte is enough for 65,536 keys.
func ExampleKeys() {
	perUser := guard.Rate(10, time.Second, guard.Keys(65_536))
	_, err := perUser.Enter(context.Background(), "ann")
	fmt.Println(err)
	// Output: <nil>
}

func ExampleMin() {
	fmt.Println(guard.Breaker(0.5, guard.Min(50)).Describe())
	fmt.Println(guard.Budget(0.1, guard.Min(3)).Describe())
	// Output:
	// breaker 50% of 50 in 10s, open 5s
	// budget 10% of 3 in 10s
}

func ExampleWindow() {
	fmt.Println(guard.Breaker(0.5, guard.Window(time.Minute)).Describe())
	// Output: breaker 50% of 20 in 1m0s, open 5s
}

func ExampleOpenFor() {
	fmt.Println(guard.Breaker(0.5, guard.OpenFor(time.Second)).Describe())
	// Output: breaker 50% of 20 in 10s, open 1s
}

// After its pause the breaker lets three calls in, and closes if all of them succeed.
func ExampleProbes() {
	breaker := guard.Breaker(0.5, guard.Probes(3))
	fmt.Println(breaker.Open())
	// Output: false
}
