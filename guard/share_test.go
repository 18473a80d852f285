package guard_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
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

// A hundred askers for one thing make one call. The next one makes another.
func TestShare_oneCallForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		shared := guard.Share(does(func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Second)
			return n*10 + int(calls.Add(1)), nil
		}))
		for round := 1; round <= 2; round++ {
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					v, err := shared.Do(t.Context(), 7)
					require.NoError(t, err)
					require.Equal(t, 70+round, v)
				})
			}
			all.Wait()
			require.EqualValues(t, round, calls.Load())
		}
	})
}

// The call outlives its first asker, and ends with its last, whose scope joins it.
func TestShare_endsWithTheLastAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int64 // nanoseconds
		shared := guard.Share(does(func(ctx context.Context, n int) (int, error) {
			<-ctx.Done()
			time.Sleep(time.Second) // it takes its time
			ended.Store(time.Now().UnixNano())
			return 0, context.Cause(ctx)
		}))
		begun := time.Now()
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*time.Minute)
				defer cancel()
				ctx, scope := future.WithScope(ctx)
				_, err := shared.Do(ctx, 7)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, time.Duration(i+1)*time.Minute, time.Since(begun), "each has its own deadline")
				require.Zero(t, ended.Load())
				_ = scope.Close()
				require.Equal(t, i == 2, ended.Load() != 0, "the last one joins it")
			})
		}
		all.Wait()
		require.Equal(t, 3*time.Minute+time.Second, time.Duration(ended.Load()-begun.UnixNano()))
	})
}

// Nobody joins a call that is being cancelled.
func TestShare_nobodyJoinsACancelledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		shared := guard.Share(does(func(ctx context.Context, n int) (int, error) {
			if calls.Add(1) == 1 {
				<-ctx.Done()
				time.Sleep(time.Second)
				return 0, context.Cause(ctx)
			}
			return n, nil
		}))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		_, err := shared.Do(ctx, 7)
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait() // it is being cancelled
		v, err := shared.Do(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		time.Sleep(time.Minute)
	})
}

type tenant struct{}

// The call has the values of the first asker, and neither its deadline nor its scope.
func TestShare_ctxOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{})
		shared := guard.Share(task.New("item", func(ctx context.Context, _ int) (any, error) {
			close(begun)
			_, limited := ctx.Deadline()
			require.False(t, limited)
			time.Sleep(time.Minute)
			require.NoError(t, ctx.Err())
			return ctx.Value(tenant{}), nil
		}))
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), tenant{}, "first"), time.Second)
		defer cancel()
		ctx, scope := future.WithScope(ctx)
		first := shared.Go(ctx, 1)
		<-begun
		second := shared.Go(context.WithValue(t.Context(), tenant{}, "second"), 1)
		_, err := first.Await(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_ = scope.Close()
		v, err := second.Await(t.Context())
		require.NoError(t, err)
		require.Equal(t, "first", v)
	})
}

// Whatever the function does is the failure of all.
func TestShare_failures(t *testing.T) {
	for name, c := range map[string]struct {
		fn    func(context.Context, int) (int, error)
		class recovery.Class
	}{
		"an error": {func(context.Context, int) (int, error) { return 0, errDown }, recovery.ClassDependency},
		"a panic":  {func(context.Context, int) (int, error) { panic("oh") }, recovery.ClassCode},
		"a Goexit": {func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }, recovery.ClassCode},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := guard.Share(does(func(ctx context.Context, n int) (int, error) { time.Sleep(time.Second); return c.fn(ctx, n) }))
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						_, err := shared.Do(t.Context(), 7)
						require.Equal(t, c.class, recovery.Classify(err))
					})
				}
				all.Wait()
			})
		})
	}
}

// A function that asks for what it is called for would wait for itself.
func TestShare_waitsForItself(t *testing.T) {
	var shared, other task.Task[int, int]
	shared = guard.Share(does(func(ctx context.Context, n int) (int, error) { return other.Do(ctx, n) }))
	other = guard.Share(task.New("other", func(ctx context.Context, n int) (int, error) {
		if n < 0 {
			return shared.Do(ctx, n+1) // another key is no circle
		}
		if n == 0 {
			return 1, nil
		}
		return shared.Do(ctx, n)
	}))
	_, err := shared.Do(t.Context(), 7)
	require.ErrorContains(t, err, "guard: item waits for itself: its function asks for 7, which it is called for")
	require.Equal(t, recovery.ClassCode, recovery.Classify(err))
	v, err := shared.Do(t.Context(), -3)
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

// Keys that equal nothing, or cannot be compared, hang nobody.
func TestShare_strangeKeys(t *testing.T) {
	shared := guard.Share(task.New("item", func(_ context.Context, n any) (any, error) { return n, nil }))
	for range 3 {
		v, err := shared.Do(t.Context(), math.NaN())
		require.NoError(t, err)
		require.True(t, math.IsNaN(v.(float64)))
		_, err = shared.Do(t.Context(), []int{1})
		require.Equal(t, recovery.ClassCode, recovery.Classify(err))
		require.ErrorContains(t, err, "uncomparable")
	}
	by := guard.ShareBy(does(func(_ context.Context, n int) (int, error) { return n, nil }), func(n int) string {
		if n < 0 {
			panic("oh")
		}
		return fmt.Sprint(n % 2)
	})
	_, err := by.Do(t.Context(), -1)
	require.Equal(t, recovery.ClassCode, recovery.Classify(err))
	v, err := by.Do(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

// If something has stood in inside of the shared call, the page of each asker is degraded.
func TestShare_degradesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := does(func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, errDown })
		for name, item := range map[string]task.Task[int, int]{"by a value": down.Fallback(9), "by a function": down.Recover(func(context.Context, int, error) (int, error) { return 9, nil })} {
			var degraded atomic.Int32
			page := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(guard.Share(item), in) }).
				Degraded(func(out int, lost []flow.Loss) int { degraded.Add(int32(len(lost))); return out })
			var all sync.WaitGroup
			for i := range 10 {
				all.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					if i == 0 {
						ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond) // the first leaves
					}
					defer cancel()
					v, err := page.Do(ctx, 1)
					if i > 0 {
						require.NoError(t, err)
						require.Equal(t, 9, v)
					}
				})
				if i == 0 {
					synctest.Wait()
				}
			}
			all.Wait()
			require.EqualValues(t, 9, degraded.Load(), name)
		}
	})
}

// Random askers that come, give up and ask again: never two calls for one key that could be one, each gets the result of a call that ran while it
// asked, and in the end nothing runs.
func TestShare_randomAskers(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			running := map[int]context.Context{} // of the latest call for each key; nil once it has returned
			shared := guard.ShareBy(does(func(ctx context.Context, n int) (int, error) {
				key := n % 4
				mu.Lock()
				other := running[key]
				running[key] = ctx
				mu.Unlock()
				begun := time.Now()
				time.Sleep(1) // the last asker of the other may be about to cancel it
				if other != nil && other.Err() == nil {
					t.Error("two calls at a time")
				}
				defer func() {
					mu.Lock()
					defer mu.Unlock()
					if running[key] == ctx {
						running[key] = nil
					}
				}()
				select {
				case <-time.After(time.Duration(n/4%7) * ms):
				case <-ctx.Done():
					time.Sleep(ms)
				}
				if n%11 == 0 {
					panic(begun)
				}
				return int(begun.UnixNano()), nil
			}), func(n int) string { return fmt.Sprint(n % 4) })
			var all sync.WaitGroup
			for range 60 {
				n, wait, limit := dice.IntN(100), time.Duration(dice.IntN(30))*ms, time.Duration(1+dice.IntN(9))*ms
				all.Go(func() {
					time.Sleep(wait)
					asked := time.Now()
					ctx, cancel := context.WithTimeout(t.Context(), limit)
					defer cancel()
					v, err := shared.Do(ctx, n)
					if err != nil {
						_, panicked := errors.AsType[*future.PanicError](err)
						require.True(t, panicked || errors.Is(err, context.DeadlineExceeded), "%v", err)
						return
					}
					require.LessOrEqual(t, asked.Sub(time.Unix(0, int64(v))), 8*ms)
				})
			}
			all.Wait()
			time.Sleep(time.Minute)
			mu.Lock()
			defer mu.Unlock()
			for key, ctx := range running {
				require.Nil(t, ctx, key)
			}
		})
	}
}

func TestShare_misuse(t *testing.T) {
	require.PanicsWithValue(t, "guard.Share: zero Task", func() { guard.Share(task.Task[int, int]{}) })
	require.PanicsWithValue(t, "guard.ShareBy: zero Task", func() { guard.ShareBy(task.Task[int, int]{}, func(int) string { return "" }) })
	require.PanicsWithValue(t, "guard.ShareBy: nil function", func() { guard.ShareBy(does(nothing), nil) })
	require.Equal(t, "share", guard.Share(does(nothing)).Policies()[0].String())
}

func nothing(context.Context, int) (int, error) { return 0, nil }

func BenchmarkShare(b *testing.B) {
	item := does(func(_ context.Context, n int) (int, error) { return n, nil })
	for name, t := range map[string]task.Task[int, int]{"bare": item, "shared": guard.Share(item)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = t.Do(bg(), 7)
			}
		})
	}
}
