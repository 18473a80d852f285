package guard_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
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
