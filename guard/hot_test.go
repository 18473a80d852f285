package guard_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// A hot key costs a call each time that its value is over, and cold keys are called as without Hot.
func TestHot_oneCallATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := map[int]int{}
		var mu sync.Mutex
		var spots guard.HotKeys
		item := guard.Hot(does(func(_ context.Context, n int) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			calls[n]++
			return 10 * n, nil
		}), 50, time.Second, guard.Report(&spots))
		for i := range 10_000 { // ten seconds
			for _, key := range []int{7, 100 + i%500} {
				v, err := item.Do(t.Context(), key)
				require.NoError(t, err)
				require.Equal(t, 10*key, v)
			}
			time.Sleep(ms)
		}
		keys := spots.Keys()
		require.Len(t, keys, 1)
		require.Equal(t, "item", keys[0].Task)
		require.Equal(t, "7", keys[0].Key)
		require.InDelta(t, 1000, keys[0].PerSecond, 1)
		require.Less(t, calls[7], 49+12, "those before it was hot, and one a second")
		for i := range 500 {
			require.Equal(t, 20, calls[100+i])
		}
		time.Sleep(3 * time.Second)
		require.Empty(t, spots.Keys())
		before := calls[7]
		_, err := item.Do(t.Context(), 7) // it is cold again
		require.NoError(t, err)
		require.Equal(t, before+1, calls[7])
	})
}

// A slow backend gets one call for a hot key at a time, and the next one when the value is over.
func TestHot_aSlowBackend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls, running, most atomic.Int32
		item := guard.Hot(does(func(context.Context, int) (int, error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			time.Sleep(500 * ms)
			return int(calls.Add(1)), nil
		}), 10, time.Second)
		var all sync.WaitGroup
		for range 5000 { // five seconds
			all.Go(func() {
				_, err := item.Do(t.Context(), 7)
				require.NoError(t, err)
			})
			time.Sleep(ms)
		}
		all.Wait()
		require.LessOrEqual(t, most.Load(), int32(10), "those before it was hot, and one")
		require.LessOrEqual(t, calls.Load(), int32(9+5))
	})
}

// Failures of a hot key are shared and not kept.
func TestHot_keepsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		down := does(func(context.Context, int) (int, error) { calls.Add(1); return 0, errDown })
		for _, item := range []task.Task[int, int]{guard.Hot(down, 1, time.Minute), guard.Hot(down.Fallback(9), 1, time.Minute)} {
			calls.Store(0)
			for range 20 {
				_, _ = item.Do(t.Context(), 7)
			}
			require.EqualValues(t, 20, calls.Load())
		}
	})
}

// Two hundred thousand keys take the place of a thousand. The hot one among them stays.
func TestHot_boundedMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		var spots guard.HotKeys
		item := guard.Hot(does(func(_ context.Context, n int) (int, error) {
			if n == 0 {
				calls.Add(1)
			}
			return n, nil
		}), 100, time.Second, guard.Report(&spots))
		const n = 200_000
		for i := range n {
			key := i + 1
			if i%10 == 0 {
				key = 0
			}
			_, err := item.Do(t.Context(), key)
			require.NoError(t, err)
			if i%10_000 == 0 {
				time.Sleep(time.Second)
			}
		}
		seconds := n / 10_000
		require.Less(t, int(calls.Load()), 150*(seconds+1), "of %d a second, all but the first", 1000)
		for _, spot := range spots.Keys() {
			require.Equal(t, "0", spot.Key)
		}
	})
}

// Rates that are told are never too large, whatever else is asked for.
func TestHot_neverTooHot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dice := rand.New(rand.NewPCG(1, 2))
		var spots guard.HotKeys
		item := guard.Hot(does(func(_ context.Context, n int) (int, error) { return n, nil }), 20, time.Second, guard.Report(&spots))
		zipf := rand.NewZipf(dice, 1.2, 1, 100_000)
		for range 20 {
			asked := map[string]int{}
			for range 20_000 {
				key := int(zipf.Uint64())
				asked[fmt.Sprint(key)]++
				_, err := item.Do(t.Context(), key)
				require.NoError(t, err)
			}
			seen := map[string]bool{}
			for _, spot := range spots.Keys() {
				seen[spot.Key] = true
			}
			for key, n := range asked {
				if n > 400 { // two in a hundred: none of them is missed
					require.True(t, seen[key], "%s was asked for %d times", key, n)
				}
			}
			for _, spot := range spots.Keys() {
				require.LessOrEqual(t, spot.PerSecond, asked[spot.Key], spot.Key)
			}
			time.Sleep(2 * time.Second)
		}
	})
}

// A fake is not covered by the values of the real task, and does not report.
func TestHot_ofAFake(t *testing.T) {
	var spots guard.HotKeys
	item := guard.Hot(does(func(context.Context, int) (int, error) { return 1, nil }), 1, time.Hour, guard.Report(&spots))
	page := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(item, in) })
	for range 3 {
		v, err := page.Do(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, 1, v)
	}
	faked := jadetest.Replace(page, item, func(context.Context, int) (int, error) { return 2, nil })
	v, err := faked.Do(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	require.Len(t, spots.Keys(), 1)
}

func TestHot_strangeKeys(t *testing.T) {
	var calls atomic.Int32
	item := guard.Hot(task.New("item", func(context.Context, float64) (int, error) { return int(calls.Add(1)), nil }), 1, time.Hour)
	for want := 1; want < 4; want++ {
		v, err := item.Do(t.Context(), math.NaN())
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
}

func TestHot_misuse(t *testing.T) {
	item := does(nothing)
	for want, fn := range map[string]func(){
		"guard.Hot: zero Task": func() { guard.Hot(task.Task[int, int]{}, 1, 1) },
		"guard.Hot: the number of calls a second is 0, and must be at least 1": func() { guard.Hot(item, 0, 1) },
		"guard.Hot: the time to keep is 0s, and must be positive":              func() { guard.Hot(item, 1, 0) },
		"guard.HotBy: nil function":                                            func() { guard.HotBy(item, 1, 1, nil) },
		"guard.Hot: Report has a nil HotKeys":                                  func() { guard.Hot(item, 1, 1, guard.Report(nil)) },
	} {
		require.PanicsWithValue(t, want, fn)
	}
	require.Equal(t, "hot 1s", guard.Hot(item, 1, time.Second).Policies()[0].String())
}

func ExampleHot() {
	var spots guard.HotKeys
	item := guard.Hot(task.New("item", func(_ context.Context, id string) (string, error) {
		fmt.Println("SELECT … WHERE id =", id)
		return "brass " + id, nil
	}), 3, time.Minute, guard.Report(&spots))
	for range 1000 {
		_, _ = item.Do(context.Background(), "bell")
	}
	fmt.Println(spots.Keys()[0].Key)
	// Output:
	// SELECT … WHERE id = bell
	// SELECT … WHERE id = bell
	// SELECT … WHERE id = bell
	// bell
}

func BenchmarkHot(b *testing.B) {
	item := does(func(_ context.Context, n int) (int, error) { return n, nil })
	for name, t := range map[string]task.Task[int, int]{"bare": item, "cold": guard.Hot(item, 1<<30, time.Hour), "hot": guard.Hot(item, 1, time.Hour)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = t.Do(bg(), 7)
			}
		})
	}
}
