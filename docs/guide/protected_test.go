package guide_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

func protectedSlots() {
	ctx := context.Background()
	// snippet: protected-slots
	backend := guard.Slots(2, guard.Queue(1), guard.Name("backend"))
	item := FetchItem.Gate(backend)
	timed(func() {
		var items []future.Future[Item]
		for range 4 {
			items = append(items, item.Go(ctx, "bell"))
			time.Sleep(time.Millisecond)
		}
		for _, one := range items {
			fmt.Println(one.Await(ctx))
		}
	})
	// end
}

func protectedRate() {
	ctx := context.Background()
	// snippet: protected-rate
	perUser := guard.Rate(2, time.Second, guard.Burst(2), guard.Name("user"))
	coins := FetchCoins.GateBy(perUser, func(user string) string { return user })
	for _, user := range []string{"ada", "ada", "ada", "bob"} {
		_, err := coins.Do(ctx, user)
		fmt.Println(user, err)
	}
	// end
}

func protectedBreaker() {
	ctx := context.Background()
	// snippet: protected-breaker
	breaker := guard.Breaker(0.5, guard.Min(3), guard.OpenFor(time.Second))
	coins := task.New("coins", busyCoins(3)).Gate(breaker)
	for range 4 {
		timed(func() {
			_, err := coins.Do(ctx, "ada")
			fmt.Println(err)
		})
	}
	time.Sleep(time.Second)
	fmt.Println(coins.Do(ctx, "ada"))
	// end
}

func protectedBudget() {
	ctx := context.Background()
	// snippet: protected-budget
	retries := guard.Budget(0.1, guard.Min(2))
	three := task.Retry{Attempts: 3, Delay: 10 * time.Millisecond, Budget: retries}
	called := 0
	down := func(context.Context, string) (int, error) { called++; return 0, statusError(503) }
	coins := task.New("coins", down).Retry(three)
	for range 3 {
		_, _ = coins.Do(ctx, "ada")
		fmt.Println(called, "calls")
	}
	// end
}

func protectedHedge() {
	ctx := context.Background()
	// snippet: protected-hedge
	coins := task.New("coins", stuckCoins()).Hedge(80*time.Millisecond, guard.Budget(0.05))
	timed(func() { fmt.Println(coins.Do(ctx, "ada")) })
	// end
}

func protectedShare() {
	ctx := context.Background()
	// snippet: protected-share
	item := guard.Share(task.New("item", told("the service", fetchItem)))
	timed(func() {
		fmt.Println(combinators.All(item.Go(ctx, "bell"), item.Go(ctx, "bell"), item.Go(ctx, "bell")).Await(ctx))
	})
	// end
}

func protectedMemo() {
	ctx := context.Background()
	// snippet: protected-memo
	coins := guard.Memo(task.New("coins", told("the service", fetchCoins)))
	ctx = guard.WithMemory(ctx) // package faas and flows do this
	timed(func() { fmt.Println(coins.Do(ctx, "ada")) })
	timed(func() { fmt.Println(coins.Do(ctx, "ada")) })
	// end
}

func protectedBatch() {
	ctx := context.Background()
	// snippet: protected-batch
	fetchPrices := func(ctx context.Context, ids []string) (map[string]int, error) {
		fmt.Println("one query for", ids)
		return answer(ctx, 50*time.Millisecond, map[string]int{"bell": 1900, "lamp": 4500})
	}
	price := guard.Batch(task.New("prices", fetchPrices), 100, time.Millisecond)
	ctx = guard.WithMemory(ctx)
	timed(func() {
		bell := price.Go(ctx, "bell")
		time.Sleep(time.Microsecond)
		fmt.Println(price.Do(ctx, "lamp"))
		fmt.Println(bell.Await(ctx))
	})
	// end
}

func protectedCache() {
	ctx := context.Background()
	// snippet: protected-cache
	item := guard.Cache(FetchItem, guard.NewLRU[string, Item](10_000), time.Minute,
		guard.Stale(time.Hour), guard.Negative(10*time.Second, recovery.ClassBusiness))
	for range 2 {
		timed(func() { fmt.Println(item.Do(ctx, "bell")) })
	}
	time.Sleep(10 * time.Minute)
	timed(func() { fmt.Println(item.Do(ctx, "bell")) }) // and a new one is on its way
	// end
}

func protectedHot() {
	ctx := context.Background()
	// snippet: protected-hot
	var hot guard.HotKeys
	calls := 0
	item := guard.Hot(task.New("item", func(_ context.Context, id string) (string, error) {
		calls++
		return "brass " + id, nil
	}), 100, time.Second, guard.Report(&hot))
	for range 10_000 {
		_, _ = item.Do(ctx, "bell")
	}
	_, _ = item.Do(ctx, "lamp")
	fmt.Println(calls, "calls, hot:", hot.Keys()[0].Key)
	// end
}

func protectedSeen() {
	ctx := context.Background()
	// snippet: protected-seen
	promo := guard.Breaker(0.5, guard.Min(1), guard.Name("promo"))
	coins := task.New("coins", busyCoins(1)).Gate(promo).Fallback(0)
	_, _ = coins.Do(ctx, "ada") // opens the breaker

	runs := trace.NewHistory(20)
	_, _ = coins.Do(observe.With(ctx, trace.NewRecorder(runs.Add)), "ada")
	_ = diagram.Run(runs.Recent()[0]).WriteText(os.Stdout)
	// end
}
