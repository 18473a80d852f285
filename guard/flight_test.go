package guard_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
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

// stubborn takes an hour, whatever its ctx says.
func stubborn(_ context.Context, n int) (int, error) { time.Sleep(time.Hour); return n, nil }

// A Timeout inside of a shared call answers on time, even if the function does not stop. The scope of the last asker joins that.
func TestShare_aLimitInsideIsOnTime(t *testing.T) {
	late := does(stubborn).Timeout(50 * ms)
	for name, item := range map[string]task.Task[int, int]{
		"share": guard.Share(late.Fallback(9)),
		"memo":  guard.Memo(late.Fallback(9)),
		"cache": guard.Cache(late.Fallback(9), guard.NewLRU[int, int](9), time.Minute),
		"hot":   guard.Hot(late.Fallback(9), 1, time.Minute),
		"hedge": guard.Share(does(func(ctx context.Context, n int) (int, error) {
			time.Sleep(time.Duration(1+n) * time.Hour)
			return 9, nil
		}).Hedge(ms, nil).Timeout(50 * ms).Fallback(9)),
		"batch": guard.Batch(task.New("items", func(context.Context, []int) (map[int]int, error) {
			time.Sleep(time.Hour)
			return nil, nil
		}).Timeout(49*ms).Fallback(map[int]int{7: 9}), 10, ms),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				ctx, scope := future.WithScope(guard.WithMemory(t.Context()))
				var all sync.WaitGroup
				for range 3 {
					all.Go(func() {
						v, err := item.Do(ctx, 7)
						require.NoError(t, err)
						require.Equal(t, 9, v)
						require.Equal(t, 50*ms, time.Since(begun))
					})
				}
				all.Wait()
				require.NoError(t, scope.Close())
				require.GreaterOrEqual(t, time.Since(begun), time.Hour)
				time.Sleep(24 * time.Hour)
			})
		})
	}
}

// Two shared calls that wait for each other fail, and do not hang.
func TestShare_callsThatWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b task.Task[int, int]
		a = guard.Share(task.New("a", func(ctx context.Context, n int) (int, error) { time.Sleep(time.Second); return b.Do(ctx, n) }))
		b = guard.Share(task.New("b", func(ctx context.Context, n int) (int, error) { time.Sleep(time.Second); return a.Do(ctx, n) }))
		var all sync.WaitGroup
		for _, item := range []task.Task[int, int]{a, b} {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := item.Do(ctx, 7)
				require.ErrorContains(t, err, "waits for itself")
				require.Equal(t, recovery.ClassCode, recovery.Classify(err))
			})
		}
		all.Wait()
	})
}

// A stale value is made anew once, however many ask.
func TestCache_oneRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Cache(does(func(context.Context, int) (int, error) { return int(calls.Add(1)), nil }), guard.NewLRU[int, int](10), time.Minute, guard.Stale(time.Hour))
		for round := range 5 {
			var all sync.WaitGroup
			for range 2000 {
				all.Go(func() {
					_, err := item.Do(t.Context(), 7)
					require.NoError(t, err)
				})
			}
			all.Wait()
			synctest.Wait()
			require.EqualValues(t, round+1, calls.Load())
			time.Sleep(2 * time.Minute)
		}
	})
}

// However the askers come, the function is called once for what is remembered.
func TestMemo_once(t *testing.T) {
	for range 200 {
		var calls atomic.Int32
		item := guard.Memo(does(func(context.Context, int) (int, error) { return int(calls.Add(1)), nil }))
		ctx := guard.WithMemory(t.Context())
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				v, err := item.Do(ctx, 7)
				require.NoError(t, err)
				require.Equal(t, 1, v)
			})
		}
		all.Wait()
	}
}

// A refresh that fails is made once and logged once, however many ask meanwhile.
func TestCache_aRefreshThatFailsIsOne(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Cache(does(func(_ context.Context, n int) (int, error) {
			if calls.Add(1) > 1 {
				time.Sleep(ms)
				return 0, errDown
			}
			return n, nil
		}), guard.NewLRU[int, int](10), time.Minute, guard.Stale(time.Hour))
		for range 2 {
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() {
					v, err := item.Do(t.Context(), 7)
					require.NoError(t, err)
					require.Equal(t, 7, v)
				})
			}
			all.Wait()
			time.Sleep(2 * time.Minute)
		}
		require.EqualValues(t, 2, calls.Load())
	})
	require.Equal(t, 1, strings.Count(log.String(), guard.MessageStale))
}

// A panic that a cache keeps is the same failure for who comes later.
func TestCache_keepsAPanic(t *testing.T) {
	item := guard.Cache(does(func(context.Context, int) (int, error) { panic("oh") }), guard.NewLRU[int, int](10), time.Minute,
		guard.Negative(time.Minute, recovery.ClassCode))
	for range 2 {
		_, err := item.Do(t.Context(), 7)
		p, ok := errors.AsType[*future.PanicError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, "oh", p.Value)
	}
}

// Tests may replace the function of one task side by side.
func TestCache_fakesSideBySide(t *testing.T) {
	var keys guard.HotKeys
	item := guard.Hot(guard.Cache(returns(nil), guard.NewLRU[int, int](10), time.Minute), 1, time.Minute, guard.Report(&keys))
	page := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(item, in) })
	for i := range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			fake := jadetest.Replace(page, item, func(context.Context, int) (int, error) { return i, nil })
			v, err := fake.Do(t.Context(), 7)
			require.NoError(t, err)
			require.Equal(t, i, v)
		})
	}
}

// Functions that ask for each other at random: what can be had is had, and what needs itself fails. Nobody hangs.
func TestSharing_randomCircles(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			const keys = 7
			dice := rand.New(rand.NewPCG(seed, 7))
			needs := make([][]int, keys)
			for k := range needs {
				for range dice.IntN(3) {
					if n := dice.IntN(keys); n > k || dice.IntN(4) == 0 {
						needs[k] = append(needs[k], n)
					}
				}
			}
			items := make([]task.Task[int, int], keys)
			for k := range items {
				parallel, wait := dice.IntN(2) == 0, time.Duration(dice.IntN(3))*ms
				item := does(func(ctx context.Context, _ int) (int, error) {
					time.Sleep(wait)
					if !parallel {
						for _, n := range needs[k] {
							if _, err := items[n].Do(ctx, n); err != nil {
								return 0, err
							}
						}
						return k, nil
					}
					all, errs := sync.WaitGroup{}, make([]error, len(needs[k]))
					for i, n := range needs[k] {
						all.Go(func() { _, errs[i] = items[n].Do(ctx, n) })
					}
					all.Wait()
					return k, errors.Join(errs...)
				}).Named(fmt.Sprint("item", k))
				switch dice.IntN(4) {
				case 0:
					items[k] = guard.Memo(item)
				case 1:
					items[k] = guard.Cache(item.Retry(task.Retry{Attempts: 2}), guard.NewLRU[int, int](9), ms)
				case 2:
					items[k] = guard.Hot(item, 1, ms)
				default:
					items[k] = guard.Share(item.Timeout(time.Hour))
				}
			}
			var endless func(k, depth int) bool // it needs itself, or something that does
			endless = func(k, depth int) bool {
				return depth > keys || slices.ContainsFunc(needs[k], func(n int) bool { return endless(n, depth+1) })
			}
			memory := guard.WithMemory(t.Context())
			begun := time.Now()
			var all sync.WaitGroup
			for range 20 {
				k, wait := dice.IntN(keys), time.Duration(dice.IntN(5))*ms
				all.Go(func() {
					time.Sleep(wait)
					v, err := items[k].Do(memory, k)
					if endless(k, 0) {
						require.ErrorContains(t, err, "waits for itself")
						return
					}
					require.NoError(t, err)
					require.Equal(t, k, v)
				})
			}
			all.Wait()
			require.Less(t, time.Since(begun), time.Minute)
		})
	}
}

// An Each of many elements of one key makes one call.
func TestMemo_manyElements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Memo(does(func(_ context.Context, n int) (int, error) { calls.Add(1); time.Sleep(time.Second); return n, nil }))
		page := flow.New("page", func(in flow.Node[[]int]) flow.Node[[]int] { return flow.Each(item, in, 10_000) })
		v, err := page.Do(t.Context(), make([]int, 10_000))
		require.NoError(t, err)
		require.Len(t, v, 10_000)
		require.EqualValues(t, 1, calls.Load())
	})
}
