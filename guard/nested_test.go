package guard_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// Shared calls inside of shared calls, under random askers that leave: each gets what a plain call gives, and in the end nothing runs.
func TestSharing_nested(t *testing.T) {
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 5))
			var mu sync.Mutex
			random := func(n int) int { mu.Lock(); defer mu.Unlock(); return dice.IntN(n) }
			share := func(item task.Task[int, int]) task.Task[int, int] {
				switch random(7) {
				case 0:
					return guard.Share(item)
				case 1:
					return guard.Memo(item)
				case 2:
					return guard.Cache(item, guard.NewLRU[int, int](3), 20*ms, guard.Stale(20*ms))
				case 3:
					return guard.Hot(item, 2, 10*ms)
				case 4:
					return guard.Batch(task.New("items", func(ctx context.Context, keys []int) (map[int]int, error) {
						values := map[int]int{}
						for _, k := range keys {
							v, err := item.Do(ctx, k)
							if err != nil {
								return nil, err
							}
							values[k] = v
						}
						return values, nil
					}), 1+random(4), time.Duration(1+random(5))*ms)
				case 5:
					return item.Timeout(time.Duration(1+random(100)) * ms)
				default:
					return item.Retry(task.Retry{Attempts: 2})
				}
			}
			var running atomic.Int32
			leaf := does(func(ctx context.Context, n int) (int, error) {
				running.Add(1)
				defer running.Add(-1)
				select {
				case <-time.After(time.Duration(random(20)) * ms):
				case <-ctx.Done():
					time.Sleep(time.Duration(random(3)) * ms)
					return 0, context.Cause(ctx)
				}
				if random(20) == 0 {
					panic("oh")
				}
				return n * 10, nil
			})
			item := leaf
			for range 4 {
				inner := share(item)
				item = share(does(func(ctx context.Context, n int) (int, error) { return inner.Do(ctx, n) }))
			}
			memories := []context.Context{guard.WithMemory(t.Context()), t.Context()}
			var all sync.WaitGroup
			for range 60 {
				n, wait, limit := random(4), time.Duration(random(100))*ms, time.Duration(1+random(60))*ms
				memory, scoped := memories[random(2)], random(2) == 0
				all.Go(func() {
					time.Sleep(wait)
					ctx, cancel := context.WithTimeout(memory, limit)
					defer cancel()
					if scoped {
						var scope *future.Scope
						ctx, scope = future.WithScope(ctx)
						defer scope.Close()
					}
					if v, err := item.Do(ctx, n); err == nil {
						require.Equal(t, 10*n, v)
					}
					require.LessOrEqual(t, time.Since(begunAt(ctx, limit)), limit)
				})
			}
			all.Wait()
			time.Sleep(time.Minute)
			require.Zero(t, running.Load())
		})
	}
}

func begunAt(ctx context.Context, limit time.Duration) time.Time {
	end, _ := ctx.Deadline()
	return end.Add(-limit)
}

// What a shared flow does without is told to each asker, whatever they do with that.
func TestShare_lossesOfAFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := flow.New("inner", func(in flow.Node[int]) flow.Node[int] {
			down := does(func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, errDown })
			return flow.Fallback(flow.Step(down, in), 9)
		})
		shared := guard.Share(inner.Task())
		page := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			return flow.Map2(flow.Step(shared, in), flow.Step(shared, in), func(a, b int) int { return a + b })
		}).Degraded(func(out int, lost []flow.Loss) int {
			for i := range lost {
				lost[i].Node = "mine"
			}
			return out + 100*len(lost)
		})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				v, err := page.Do(t.Context(), 7)
				require.NoError(t, err)
				require.Equal(t, 218, v)
			})
		}
		all.Wait()
	})
}

// A refresh that fails leaves the old value, also if the failure is one to keep.
func TestCache_aRefreshThatFailsKeepsTheOldValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		item := guard.Cache(does(func(_ context.Context, n int) (int, error) {
			if down.Load() {
				return 0, errWrong
			}
			return n, nil
		}), guard.NewLRU[int, int](10), time.Minute, guard.Stale(time.Hour), guard.Negative(time.Minute, recovery.ClassBusiness))
		_, _ = item.Do(t.Context(), 7)
		down.Store(true)
		for range 10 {
			time.Sleep(5 * time.Minute)
			v, err := item.Do(t.Context(), 7)
			require.NoError(t, err)
			require.Equal(t, 7, v)
		}
		time.Sleep(time.Hour)
		_, err := item.Do(t.Context(), 7)
		require.ErrorIs(t, err, errWrong)
	})
}

// A value from outside of a bubble is not used in it.
func TestHot_anotherClock(t *testing.T) {
	var calls atomic.Int32
	item := guard.Hot(does(func(context.Context, int) (int, error) { return int(calls.Add(1)), nil }), 1, time.Minute)
	ask := func(want int) {
		for range 3 {
			v, err := item.Do(bg(), 7)
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
	}
	ask(1)
	synctest.Test(t, func(t *testing.T) { ask(2) })
	ask(3)
}
