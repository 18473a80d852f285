package guide_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// snippet: tasks
var (
	FetchItem    = task.New("item", fetchItem)
	FetchAddress = task.New("address", fetchAddress)
	FetchCoins   = task.New("coins", fetchCoins)
	FetchCoupons = task.New2("coupons", fetchCoupons) // a function of two arguments
)

// end

func calledByName() {
	ctx := context.Background()
	// snippet: task
	timed(func() {
		item, err := FetchItem.Do(ctx, "bell")
		fmt.Println(item, err)
		coupons, err := FetchCoupons.Do(ctx, lo.T2(item, Address{"Ghent"}))
		fmt.Println(coupons, err)
	})
	// end
}

func taskTimeout() {
	ctx := context.Background()
	// snippet: task-timeout
	timed(func() {
		coins, err := FetchCoins.Timeout(50*time.Millisecond).Do(ctx, "ada") // they take 60ms
		fmt.Println(coins, err)
	})
	// end
}

func taskDiscard() {
	ctx := context.Background()
	// snippet: task-discard
	photo := task.New("photo", openPhoto).Timeout(50 * time.Millisecond).Discard(func(f *Photo) { f.Close() })
	timed(func() {
		_, err := future.Run(ctx, func(ctx context.Context) (*Photo, error) {
			return photo.Do(ctx, "bell") // it is open after 60ms
		})
		fmt.Println(err)
	})
	// end
}

// Photo is an open file.
type Photo struct{ name string }

func (r *Photo) Close() { fmt.Println("the photo of", r.name, "is closed") }

func openPhoto(_ context.Context, id string) (*Photo, error) {
	time.Sleep(60 * time.Millisecond)
	return &Photo{id}, nil
}

func taskLate() {
	ctx := context.Background()
	// snippet: task-late
	timed(func() {
		coins := FetchCoins.Timeout(50 * time.Millisecond).Fallback(0)
		fmt.Println(coins.Do(ctx, "ada"))
	})
	// end
}

func taskLateReversed() {
	ctx := context.Background()
	// snippet: task-late-reversed
	timed(func() {
		coins := FetchCoins.Fallback(0).Timeout(50 * time.Millisecond)
		fmt.Println(coins.Do(ctx, "ada"))
	})
	// end
}

// busyCoins is fetchCoins on a busy day: so many calls are refused, after 10ms.
func busyCoins(refused int32) func(context.Context, string) (int, error) {
	var calls atomic.Int32
	return func(ctx context.Context, user string) (int, error) {
		if calls.Add(1) <= refused {
			return fail[int](ctx, 10*time.Millisecond, statusError(503))
		}
		return fetchCoins(ctx, user)
	}
}

// stuckCoins is fetchCoins, but the first call hangs until its ctx is done.
func stuckCoins() func(context.Context, string) (int, error) {
	var calls atomic.Int32
	return func(ctx context.Context, user string) (int, error) {
		if calls.Add(1) == 1 {
			return answer(ctx, time.Minute, 0)
		}
		return fetchCoins(ctx, user)
	}
}

func taskRetry() {
	ctx := context.Background()
	// snippet: task-retry
	timed(func() {
		coins := task.New("coins", busyCoins(2)).Retry(task.Retry{Attempts: 3, Delay: 20 * time.Millisecond})
		fmt.Println(coins.Do(ctx, "ada"))
	})
	// end
}

func taskRetryBusiness() {
	ctx := context.Background()
	// snippet: task-retry-business
	timed(func() {
		item := FetchItem.Retry(task.Retry{Attempts: 3, Delay: 20 * time.Millisecond})
		_, err := item.Do(ctx, "anvil") // fails after 20ms
		fmt.Println(recovery.Classify(err), "-", err)
	})
	// end
}

func taskRetryEach() {
	ctx := context.Background()
	// snippet: task-retry-each
	three := task.Retry{Attempts: 3}
	timed(func() {
		coins := task.New("coins", stuckCoins()).Timeout(80 * time.Millisecond).Retry(three)
		fmt.Println(coins.Do(ctx, "ada"))
	})
	// end
}

func taskRetryAll() {
	ctx := context.Background()
	three := task.Retry{Attempts: 3}
	// snippet: task-retry-all
	timed(func() {
		coins := task.New("coins", stuckCoins()).Retry(three).Timeout(80 * time.Millisecond)
		fmt.Println(coins.Do(ctx, "ada"))
	})
	// end
}

func taskRetryDeadline() {
	ctx := context.Background()
	// snippet: task-retry-deadline
	timed(func() {
		patient := task.Retry{Attempts: 3, Delay: 100 * time.Millisecond}
		coins := task.New("coins", busyCoins(2)).Retry(patient).Timeout(90 * time.Millisecond)
		fmt.Println(coins.Do(ctx, "ada"))
	})
	// end
}

func taskRecover() {
	ctx := context.Background()
	// snippet: task-recover
	coins := task.New("coins", busyCoins(1)).Recover(func(ctx context.Context, user string, err error) (int, error) {
		fmt.Println("from the cache, for", user, "because of", err)
		return 280, nil
	})
	fmt.Println(coins.Do(ctx, "ada"))
	// end
}

func taskOnError() {
	ctx := context.Background()
	// snippet: task-on-error
	log := func(_ context.Context, user string, err error) { fmt.Println("log:", user, err) }
	heard := task.New("coins", busyCoins(1)).OnError(log).Fallback(0)
	fmt.Println(heard.Do(ctx, "ada"))

	unheard := task.New("coins", busyCoins(1)).Fallback(0).OnError(log)
	fmt.Println(unheard.Do(ctx, "ada"))
	// end
}

// snippet: task-at-most
func atMost[In, Out any](n int) func(task.Func[In, Out]) task.Func[In, Out] {
	return func(call task.Func[In, Out]) task.Func[In, Out] {
		places := make(chan struct{}, n)
		return func(ctx context.Context, in In) (out Out, err error) {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return out, context.Cause(ctx)
			}
			defer func() { <-places }()
			return call(ctx, in)
		}
	}
}

// end

func taskWrap() {
	ctx := context.Background()
	// snippet: task-wrap
	item := FetchItem.Wrap(atMost[string, Item](2))
	timed(func() {
		bell, lamp, hinge := item.Go(ctx, "bell"), item.Go(ctx, "lamp"), item.Go(ctx, "hinge")
		fmt.Println(combinators.All(bell, lamp, hinge).Await(ctx))
	})
	// end
}

func taskVariants() {
	// snippet: task-variants
	optional := FetchCoins.Timeout(50 * time.Millisecond).Fallback(0)
	balance := optional.Named("balance")
	for _, coins := range []task.Task[string, int]{FetchCoins, optional, balance} {
		fmt.Println(coins.Name(), coins.Policies())
	}
	// end
}

func taskShape() {
	ctx := context.Background()
	// snippet: task-shape
	ids := []string{"bell", "anvil", "lamp"}
	shown := FetchItem.Fallback(Item{Name: "(sold out)"})
	fmt.Println(combinators.Each(ctx, 2, ids, shown.Do).Await(ctx))
	// end
}

// snippet: task-diary
type diary struct{}

func (diary) Begin(ctx context.Context, call observe.Call) (context.Context, func(observe.Outcome)) {
	what := fmt.Sprint(call.Kind, " ", call.Task)
	if call.Kind == observe.KindAttempt {
		what = fmt.Sprint(call.Kind, " ", call.Attempt)
	}
	fmt.Println("begin", what)
	return ctx, func(o observe.Outcome) {
		fmt.Println("end  ", what, "-", o.Status, o.Class, o.Elapsed)
	}
}

// end

func taskObserve() {
	ctx := context.Background()
	// snippet: task-observe
	ctx = observe.With(ctx, diary{})
	coins := task.New("coins", busyCoins(3)).Retry(task.Retry{Attempts: 2}).Fallback(0)
	fmt.Println(coins.Do(ctx, "ada"))
	// end
}

func taskStubborn() {
	ctx := context.Background()
	// snippet: task-stubborn
	inspection := task.New("inspection", examine).Timeout(50 * time.Millisecond)
	timed(func() {
		_, err := future.Run(ctx, func(ctx context.Context) (string, error) {
			grade, err := inspection.Do(ctx, "bell") // examine takes 400ms, whatever its ctx says
			fmt.Println("late:", errors.Is(err, context.DeadlineExceeded))
			return grade, err
		})
		fmt.Println(err)
	})
	// end
}
