package failsafe_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"
	"github.com/failsafe-go/failsafe-go/adaptivethrottler"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/guard/failsafe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errDown  = recovery.Mark(recovery.ClassDependency, errors.New("down"))
	errWrong = recovery.Mark(recovery.ClassBusiness, errors.New("wrong"))
)

func gives(err func() error) task.Task[int, int] {
	return task.New("item", func(context.Context, int) (int, error) { return 1, err() })
}

func rejected(err error) bool {
	var r *task.RejectedError
	return errors.As(err, &r)
}

// No permit is lost, whatever the calls do, and there are never more calls than the limit.
func TestLimiter_losesNoPermit(t *testing.T) {
	const most = 4
	var of adaptivelimiter.AdaptiveLimiter[any]
	gate := failsafe.Limiter(func() adaptivelimiter.AdaptiveLimiter[any] {
		of = adaptivelimiter.NewBuilder[any]().WithLimits(most, most, most).Build()
		return of
	})
	var running, refused atomic.Int32
	item := task.New("item", func(ctx context.Context, n int) (int, error) {
		defer running.Add(-1)
		if running.Add(1) > most {
			t.Error("more calls than the limit")
		}
		switch n % 4 {
		case 0:
			panic("oh")
		case 1:
			<-ctx.Done()
			return 0, ctx.Err()
		case 2:
			return 0, errDown
		}
		return n, nil
	}).Gate(gate).Timeout(2 * time.Millisecond)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 200 {
				if _, err := item.Do(context.Background(), g+i); rejected(err) {
					refused.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.NotZero(t, refused.Load())
	require.Eventually(t, func() bool { return of.Inflight() == 0 }, 10*time.Second, time.Millisecond)
}

// While most calls fail, a part of them is rejected. Failures of class business are none.
func TestThrottler_rejectsWhileCallsFail(t *testing.T) {
	for class, c := range map[string]struct {
		err  error
		some bool
	}{"dependency": {errDown, true}, "business": {errWrong, false}} {
		gate := failsafe.Throttler(func() adaptivethrottler.AdaptiveThrottler[any] {
			return adaptivethrottler.NewBuilder[any]().WithFailureRateThreshold(0.1, 10, time.Minute).Build()
		})
		item := gives(func() error { return c.err }).Gate(gate)
		refused := 0
		for range 500 {
			if _, err := item.Do(context.Background(), 1); rejected(err) {
				refused++
				require.Equal(t, recovery.ClassSystem, recovery.Classify(err))
			}
		}
		require.Equal(t, c.some, refused > 0, class)
	}
}

// A breaker opens when calls fail, also by a panic. A fresh one is closed.
func TestBreaker_opens(t *testing.T) {
	gate := failsafe.Breaker(func() circuitbreaker.CircuitBreaker[any] {
		return circuitbreaker.NewBuilder[any]().WithFailureThreshold(3).WithDelay(time.Hour).Build()
	})
	item := gives(func() error { panic("oh") }).Gate(gate)
	for range 3 {
		_, err := item.Do(context.Background(), 1)
		require.Equal(t, recovery.ClassCode, recovery.Classify(err))
	}
	_, err := item.Do(context.Background(), 1)
	require.EqualError(t, err, "item: rejected by breaker: circuit breaker open")
	_, err = gives(func() error { return nil }).Gate(gate.Fresh()).Do(context.Background(), 1)
	require.NoError(t, err)
}

func TestGates_misuse(t *testing.T) {
	require.PanicsWithValue(t, "failsafe.Limiter: nil function", func() { failsafe.Limiter[any](nil) })
	require.PanicsWithValue(t, "failsafe.Throttler: nil function", func() { failsafe.Throttler[any](nil) })
	require.PanicsWithValue(t, "failsafe.Breaker: the function has returned nil", func() {
		failsafe.Breaker(func() circuitbreaker.CircuitBreaker[any] { return nil })
	})
}

func ExampleBreaker() {
	gate := failsafe.Breaker(func() circuitbreaker.CircuitBreaker[any] {
		return circuitbreaker.NewBuilder[any]().WithFailureThreshold(1).WithDelay(time.Minute).Build()
	})
	item := task.New("item", func(context.Context, string) (string, error) { return "", errDown }).Gate(gate)
	for range 2 {
		_, err := item.Do(context.Background(), "bell")
		fmt.Println(err)
	}
	// Output:
	// down
	// item: rejected by breaker: circuit breaker open
}

func ExampleLimiter() {
	gate := failsafe.Limiter(func() adaptivelimiter.AdaptiveLimiter[any] {
		return adaptivelimiter.NewBuilder[any]().WithLimits(1, 200, 20).Build()
	})
	item := task.New("item", func(_ context.Context, id string) (string, error) { return "brass " + id, nil }).Gate(gate)
	fmt.Println(item.Do(context.Background(), "bell"))
	fmt.Println(item.Policies()[0])
	// Output:
	// brass bell <nil>
	// adaptive limiter
}

func ExampleThrottler() {
	gate := failsafe.Throttler(func() adaptivethrottler.AdaptiveThrottler[any] {
		return adaptivethrottler.NewBuilder[any]().WithFailureRateThreshold(0.1, 100, time.Minute).Build()
	})
	item := task.New("item", func(_ context.Context, id string) (string, error) { return "brass " + id, nil }).Gate(gate)
	fmt.Println(item.Do(context.Background(), "bell"))
	// Output: brass bell <nil>
}
