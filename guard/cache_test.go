package guard_test

import (
	"context"
	"errors"
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
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/jadetest"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// numbered is a task whose value is how often it was called, after a second.
func numbered(calls *atomic.Int32) task.Task[int, int] {
	return does(func(context.Context, int) (int, error) { time.Sleep(time.Second); return int(calls.Add(1)), nil })
}

func asks(t *testing.T, item task.Task[int, int], key, want int) {
	t.Helper()
	v, err := item.Do(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, want, v)
}

// A value is used for its ttl, and then made anew.
func TestCache_forItsTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Cache(numbered(&calls), guard.NewLRU[int, int](10), time.Minute)
		asks(t, item, 7, 1)
		begun := time.Now()
		time.Sleep(time.Minute - 1)
		asks(t, item, 7, 1)
		require.Equal(t, time.Minute-1, time.Since(begun), "at once")
		time.Sleep(1)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { asks(t, item, 7, 2) })
		}
		all.Wait()
		asks(t, item, 8, 3)
	})
}

// An old value is used at once while a new one is made, in the scope of who has asked. If that fails, the old one stays.
func TestCache_staleWhileRevalidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		var down atomic.Bool
		item := guard.Cache(does(func(ctx context.Context, _ int) (int, error) {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return 0, context.Cause(ctx)
			}
			if down.Load() {
				return 0, errDown
			}
			return int(calls.Add(1)), nil
		}), guard.NewLRU[int, int](10), time.Minute, guard.Stale(time.Hour))
		asks(t, item, 7, 1)
		time.Sleep(2 * time.Minute)
		for range 10 {
			asks(t, item, 7, 1) // and one of them begins the call
		}
		time.Sleep(2 * time.Second)
		asks(t, item, 7, 2)

		down.Store(true)
		time.Sleep(2 * time.Minute)
		asks(t, item, 7, 2)
		time.Sleep(2 * time.Second)
		asks(t, item, 7, 2)
		time.Sleep(2 * time.Second)
		down.Store(false)

		// The call ends with the scope of the asker.
		ctx, scope := future.WithScope(t.Context())
		v, err := item.Do(ctx, 7)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		begun := time.Now()
		require.NoError(t, scope.Close())
		require.Zero(t, time.Since(begun), "it was cancelled")
		require.EqualValues(t, 2, calls.Load())

		// Or it is waited for.
		ctx, scope = future.WithScope(t.Context())
		_, err = item.Do(ctx, 7)
		require.NoError(t, err)
		scope.Wait()
		require.NoError(t, scope.Close())
		asks(t, item, 7, 3)

		time.Sleep(2 * time.Hour) // at its end
		asks(t, item, 7, 4)
	})
}

// With Refresh the call belongs to another scope, and has the values of the asker.
func TestCache_refreshInAnotherScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, shutdown := future.WithScope(t.Context())
		var calls atomic.Int32
		var of []any
		item := guard.Cache(does(func(ctx context.Context, _ int) (int, error) {
			time.Sleep(time.Second)
			of = append(of, ctx.Value(tenant{}))
			return int(calls.Add(1)), ctx.Err()
		}), guard.NewLRU[int, int](10), time.Minute, guard.Stale(time.Hour), guard.Refresh(server))
		asks(t, item, 7, 1)
		time.Sleep(2 * time.Minute)
		ctx, scope := future.WithScope(context.WithValue(t.Context(), tenant{}, "mei"))
		v, err := item.Do(ctx, 7)
		require.NoError(t, err)
		require.Equal(t, 1, v)
		begun := time.Now()
		scope.Wait()
		require.NoError(t, scope.Close())
		require.Zero(t, time.Since(begun))
		time.Sleep(2 * time.Second)
		asks(t, item, 7, 2)
		require.Equal(t, []any{nil, "mei"}, of)
		time.Sleep(2 * time.Minute)
		asks(t, item, 7, 2)
		_ = shutdown.Close() // joins what it has begun
		require.EqualValues(t, 3, calls.Load())
	})
}

// Failures of some classes are kept for a while, others not.
func TestCache_negative(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Cache(does(func(_ context.Context, n int) (int, error) {
			calls.Add(1)
			return 0, map[int]error{1: errWrong, 2: errDown, 3: context.Canceled}[n]
		}), guard.NewLRU[int, int](10), time.Minute, guard.Negative(time.Second, recovery.ClassBusiness, recovery.ClassUnknown))
		for range 3 {
			_, err := item.Do(t.Context(), 1)
			require.ErrorIs(t, err, errWrong)
		}
		require.EqualValues(t, 1, calls.Load())
		time.Sleep(time.Second)
		for range 2 {
			for n := 1; n <= 3; n++ {
				_, err := item.Do(t.Context(), n)
				require.Error(t, err)
			}
		}
		require.EqualValues(t, 1+1+2+2, calls.Load())
	})
}

// Times without an end are times, and do not turn into the past.
func TestCache_forEver(t *testing.T) {
	const forEver = time.Duration(math.MaxInt64)
	var calls atomic.Int32
	item := guard.Cache(does(func(context.Context, int) (int, error) { return int(calls.Add(1)), nil }), guard.NewLRU[int, int](10), forEver, guard.Stale(forEver))
	for range 3 {
		asks(t, item, 7, 1)
	}
}

// What has stood in for a failure is not kept.
func TestCache_keepsNoFallback(t *testing.T) {
	var calls atomic.Int32
	item := guard.Cache(does(func(context.Context, int) (int, error) { calls.Add(1); return 0, errDown }).Fallback(9), guard.NewLRU[int, int](10), time.Minute)
	for range 2 {
		asks(t, item, 1, 9)
	}
	require.EqualValues(t, 2, calls.Load())
}

// wild is a store that panics.
type wild struct{}

func (wild) Load(int) (guard.Entry[int], bool) { panic("oh") }
func (wild) Save(int, guard.Entry[int])        { panic("oh") }

func TestCache_aStoreThatPanics(t *testing.T) {
	var calls atomic.Int32
	item := guard.Cache(does(func(context.Context, int) (int, error) { return int(calls.Add(1)), nil }), wild{}, time.Minute)
	asks(t, item, 1, 1)
	asks(t, item, 1, 2)
}

// A fake neither fills the store nor is covered by it.
func TestCache_ofAFake(t *testing.T) {
	store := guard.NewLRU[int, int](10)
	item := guard.Cache(does(func(context.Context, int) (int, error) { return 1, nil }), store, time.Minute)
	page := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(item, in) })
	for want := 1; want <= 3; want++ {
		f := page
		if want > 1 {
			f = jadetest.Replace(page, item, func(context.Context, int) (int, error) { return want, nil })
		}
		for range 2 {
			v, err := f.Do(t.Context(), 7)
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
	}
	e, ok := store.Load(7)
	require.True(t, ok)
	require.Equal(t, 1, e.Value)
}

// An LRU beside an obviously right one.
func TestLRU_againstAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dice := rand.New(rand.NewPCG(1, 2))
		lru := guard.NewLRU[int, int](5)
		var keys []int // the latest used first
		has := map[int]guard.Entry[int]{}
		use := func(key int) {
			for i, k := range keys {
				if k == key {
					keys = append(keys[:i], keys[i+1:]...)
					break
				}
			}
			keys = append([]int{key}, keys...)
		}
		for range 5000 {
			key := dice.IntN(9)
			if dice.IntN(3) == 0 {
				e := guard.Entry[int]{Value: dice.Int(), End: time.Now().Add(time.Duration(dice.IntN(30)) * ms)}
				lru.Save(key, e)
				has[key] = e
				if use(key); len(keys) > 5 {
					delete(has, keys[5])
					keys = keys[:5]
				}
			} else {
				got, ok := lru.Load(key)
				want, known := has[key]
				if live := known && time.Now().Before(want.End); live {
					require.True(t, ok)
					require.Equal(t, want, got)
					use(key)
				} else {
					require.False(t, ok)
					if known {
						use(key)
						keys = keys[1:]
						delete(has, key)
					}
				}
			}
			require.Equal(t, len(has), lru.Len())
			time.Sleep(ms)
		}
	})
}

func TestCache_misuse(t *testing.T) {
	item, store := does(nothing), guard.NewLRU[int, int](1)
	for want, fn := range map[string]func(){
		"guard.Cache: zero Task":                                           func() { guard.Cache(task.Task[int, int]{}, store, 1) },
		"guard.Cache: nil Store":                                           func() { guard.Cache(item, nil, 1) },
		"guard.Cache: the ttl is 0s, and must be positive":                 func() { guard.Cache(item, store, 0) },
		"guard.CacheBy: nil function":                                      func() { guard.CacheBy(item, guard.NewLRU[string, int](1), 1, nil) },
		"guard.Cache: Stale is 0s, and must be positive":                   func() { guard.Cache(item, store, 1, guard.Stale(0)) },
		"guard.Cache: Refresh has a nil context":                           func() { guard.Cache(item, store, 1, guard.Refresh(nil)) }, //nolint:staticcheck // that is the mistake
		"guard.Cache: Negative is 0s, and must be positive":                func() { guard.Cache(item, store, 1, guard.Negative(0, recovery.ClassBusiness)) },
		"guard.Cache: Negative has no class":                               func() { guard.Cache(item, store, 1, guard.Negative(1)) },
		"guard.Cache: Negative cannot keep cancellations":                  func() { guard.Cache(item, store, 1, guard.Negative(1, recovery.ClassCanceled)) },
		"guard.NewLRU: the number of entries is 0, and must be at least 1": func() { guard.NewLRU[int, int](0) },
	} {
		require.PanicsWithValue(t, want, fn)
	}
	require.Equal(t, "cache 1m0s", guard.Cache(item, store, time.Minute).Policies()[0].String())
}

func ExampleCache() {
	item := guard.Cache(task.New("item", func(_ context.Context, id string) (string, error) {
		fmt.Println("SELECT … WHERE id =", id)
		if id != "bell" {
			return "", recovery.Mark(recovery.ClassBusiness, errors.New("no such item"))
		}
		return "brass bell", nil
	}), guard.NewLRU[string, string](1000), time.Minute, guard.Stale(time.Hour), guard.Negative(time.Second, recovery.ClassBusiness))
	for _, id := range []string{"bell", "bell", "anvil", "anvil"} {
		fmt.Println(item.Do(context.Background(), id))
	}
	// Output:
	// SELECT … WHERE id = bell
	// brass bell <nil>
	// brass bell <nil>
	// SELECT … WHERE id = anvil
	//  no such item
	//  no such item
}

func BenchmarkCache(b *testing.B) {
	item := does(func(_ context.Context, n int) (int, error) { return n, nil })
	for name, t := range map[string]task.Task[int, int]{"bare": item, "hit": guard.Cache(item, guard.NewLRU[int, int](10), time.Hour)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = t.Do(bg(), 7)
			}
		})
	}
}
