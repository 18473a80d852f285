package guard_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// queries is a backend that answers for many keys at once, and notes what it was asked.
type queries struct {
	mu    sync.Mutex
	asked [][]int
}

func (q *queries) load(ctx context.Context, keys []int) (map[int]int, error) {
	q.mu.Lock()
	q.asked = append(q.asked, slices.Clone(keys))
	q.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	values := map[int]int{}
	for _, k := range keys {
		if k < 0 {
			return nil, errDown
		}
		if k%10 != 9 {
			values[k] = 10 * k
		}
	}
	return values, nil
}

// The elements of an Each and other nodes make one call. A key that it has no value for fails alone.
func TestBatch_ofARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queries
		price := guard.Batch(task.New("prices", q.load), 100, ms)
		page := flow.New("page", func(in flow.Node[[]int]) flow.Node[string] {
			all := flow.SettleEach(price, in, 50)
			one := flow.Step(price, flow.Map(in, func(ns []int) int { return ns[1] }))
			return flow.Map2(all, one, func(rs []future.Result[int], one int) string { return fmt.Sprint(rs, one) })
		})
		for range 2 {
			begun := time.Now()
			got, err := page.Do(t.Context(), []int{3, 1, 3, 9, 2})
			require.NoError(t, err)
			require.Equal(t, time.Second+ms, time.Since(begun))
			require.Contains(t, got, "{30 <nil>} {10 <nil>} {30 <nil>}")
			require.Contains(t, got, "prices: 9: the batch has no value for the key")
		}
		require.Len(t, q.asked, 2, "a call for each run")
		for _, keys := range q.asked {
			slices.Sort(keys)
			require.Equal(t, []int{1, 2, 3, 9}, keys)
		}
	})
}

// A batch that is full does not wait. Without a memory each call is made alone.
func TestBatch_fullOrAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queries
		price := guard.Batch(task.New("prices", q.load), 3, time.Hour)
		ctx := guard.WithMemory(t.Context())
		begun := time.Now()
		var all sync.WaitGroup
		for k := range 6 {
			all.Go(func() {
				v, err := price.Do(ctx, k)
				require.NoError(t, err)
				require.Equal(t, 10*k, v)
			})
		}
		all.Wait()
		require.Equal(t, time.Second, time.Since(begun))
		require.Len(t, q.asked, 2)
		require.Len(t, q.asked[0], 3)

		v, err := price.Do(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, 70, v)
		require.Equal(t, []int{7}, q.asked[2])
	})
}

// Askers that leave take nothing from others. When all have left, the call is cancelled and joined, or not made at all.
func TestBatch_askersThatLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queries
		price := guard.Batch(task.New("prices", q.load), 100, 10*ms)
		for _, limit := range []time.Duration{5 * ms, 100 * ms} {
			memory := guard.WithMemory(t.Context())
			ctx, cancel := context.WithTimeout(memory, limit)
			defer cancel()
			var all sync.WaitGroup
			for k := range 3 {
				all.Go(func() {
					_, err := price.Do(ctx, k)
					require.ErrorIs(t, err, context.DeadlineExceeded)
				})
			}
			all.Wait()
			synctest.Wait()
		}
		require.Len(t, q.asked, 1)

		memory := guard.WithMemory(t.Context())
		ctx, cancel := context.WithTimeout(memory, 5*ms)
		defer cancel()
		first := price.Go(ctx, 1)
		second := price.Go(memory, 2)
		_, err := first.Await(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		v, err := second.Await(t.Context())
		require.NoError(t, err)
		require.Equal(t, 20, v)
	})
}

// A failure of the call is that of all askers, and so is a panic.
func TestBatch_failures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queries
		for class, item := range map[recovery.Class]task.Task[int, int]{
			recovery.ClassDependency: guard.Batch(task.New("prices", q.load), 10, ms),
			recovery.ClassCode:       guard.Batch(task.New("prices", func(context.Context, []int) (map[int]int, error) { panic("oh") }), 10, ms),
		} {
			ctx := guard.WithMemory(t.Context())
			var all sync.WaitGroup
			for k := -2; k < 3; k++ {
				all.Go(func() {
					_, err := item.Do(ctx, k)
					require.Equal(t, class, recovery.Classify(err))
				})
			}
			all.Wait()
		}
	})
}

// Under random askers, batches give what single calls give.
func TestBatch_equalsSingleCalls(t *testing.T) {
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 3))
			var q queries
			price := guard.Batch(task.New("prices", q.load), 1+dice.IntN(8), time.Duration(1+dice.IntN(20))*ms)
			single := task.New("price", func(ctx context.Context, k int) (int, error) {
				values, err := q.load(ctx, []int{k})
				if err == nil && values[k] == 0 && k%10 == 9 {
					return 0, guard.ErrMissing
				}
				return values[k], err
			})
			memories := []context.Context{guard.WithMemory(t.Context()), guard.WithMemory(t.Context()), t.Context()}
			var all sync.WaitGroup
			for range 50 {
				k, wait, leaves, memory := dice.IntN(30), time.Duration(dice.IntN(60))*ms, dice.IntN(5) == 0, memories[dice.IntN(3)]
				all.Go(func() {
					time.Sleep(wait)
					if leaves {
						ctx, cancel := context.WithTimeout(memory, time.Duration(k+1)*ms)
						defer cancel()
						_, err := price.Do(ctx, k)
						require.Error(t, err)
						return
					}
					got, err := price.Do(memory, k)
					want, wantErr := single.Do(t.Context(), k)
					require.Equal(t, want, got)
					if wantErr != nil {
						require.ErrorIs(t, err, guard.ErrMissing)
					} else {
						require.NoError(t, err)
					}
				})
			}
			all.Wait()
		})
	}
}

func TestBatch_misuse(t *testing.T) {
	prices := task.New("prices", new(queries).load)
	require.PanicsWithValue(t, "guard.Batch: zero Task", func() { guard.Batch(task.Task[[]int, map[int]int]{}, 1, 1) })
	require.PanicsWithValue(t, "guard.Batch: the number of keys is 0, and must be at least 1", func() { guard.Batch(prices, 0, 1) })
	require.PanicsWithValue(t, "guard.Batch: the window is 0s, and must be positive", func() { guard.Batch(prices, 1, 0) })
	b := guard.Batch(prices.Timeout(time.Second), 10, ms)
	require.Equal(t, "prices", b.Name())
	require.Equal(t, prices.Place(), b.Place())
	require.Equal(t, "[timeout 1s batch 1ms]", fmt.Sprint(b.Policies()))
}

func ExampleBatch() {
	prices := guard.Batch(task.New("prices", func(_ context.Context, ids []string) (map[string]int, error) {
		slices.Sort(ids)
		fmt.Println("SELECT … WHERE id IN", ids)
		return map[string]int{"bell": 1900, "lamp": 4500}, nil
	}), 100, time.Millisecond)
	page := flow.New("page", func(ids flow.Node[[]string]) flow.Node[[]int] { return flow.Each(prices, ids, 10) })
	fmt.Println(page.Do(context.Background(), []string{"lamp", "bell", "lamp"}))
	// Output:
	// SELECT … WHERE id IN [bell lamp]
	// [4500 1900 4500] <nil>
}

// If something has stood in for the failure of the call, the page of each asker is degraded, with an observer and without.
func TestBatch_degradesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items := task.New("items", func(context.Context, []int) (map[int]int, error) { time.Sleep(ms); return nil, errDown }).Fallback(map[int]int{7: 9})
		item := guard.Batch(items, 10, ms)
		for name, page := range map[string]*flow.Flow[int, int]{
			"together": flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(item, in) }),
			"shared":   flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(guard.Share(item), in) }),
		} {
			var degraded atomic.Int32
			page = page.Degraded(func(out int, lost []flow.Loss) int { degraded.Add(int32(len(lost))); return out })
			for _, ctx := range []context.Context{t.Context(), guard.WithMemory(t.Context()), observe.With(t.Context(), new(nobody))} {
				var all sync.WaitGroup
				for range 3 {
					all.Go(func() {
						v, err := page.Do(ctx, 7)
						require.NoError(t, err)
						require.Equal(t, 9, v)
					})
				}
				all.Wait()
			}
			require.EqualValues(t, 9, degraded.Load(), name)
		}
	})
}

type nobody struct{}

func (nobody) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(observe.Outcome) {}
}
