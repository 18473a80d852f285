package task_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/task"
)

// Policies apply in the order in which they are written, inner to outer.

func TestOrder_aTimeoutInsideARetryIsForEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		_, elapsed, err := took(bg(), d.attempts(hang).Timeout(50*ms).Retry(task.Retry{Attempts: 3, Delay: 10 * ms}))
		require.Equal(t, []string{"0s attempt 1", "60ms attempt 2", "130ms attempt 3"}, d.Read())
		require.Equal(t, 180*ms, elapsed)
		e := futuretest.Late(t, err)
		require.Equal(t, 50*ms, e.Limit)
		require.Equal(t, 50*ms, e.Elapsed, "of the attempt")
	})
}

func TestOrder_aTimeoutAroundARetryIsForAllAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		fn := func(context.Context, int) (int, error) { time.Sleep(20 * ms); return 0, errDown }
		_, elapsed, err := took(bg(), d.attempts(fn).Retry(task.Retry{Attempts: 3, Delay: 10 * ms}).Timeout(45*ms))
		require.Equal(t, []string{"0s attempt 1", "30ms attempt 2"}, d.Read())
		require.Equal(t, 45*ms, elapsed)
		require.Equal(t, 45*ms, futuretest.Late(t, err).Limit)
		time.Sleep(time.Hour)
		require.Len(t, d.Read(), 2, "what comes back late is not tried again")
	})
}

func TestOrder_nestedTimeouts(t *testing.T) {
	for name, c := range map[string]struct{ inner, outer, want time.Duration }{
		"the inner is shorter": {10 * ms, 20 * ms, 10 * ms},
		"the outer is shorter": {20 * ms, 10 * ms, 10 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hold := make(chan struct{})
				_, elapsed, err := took(bg(), holds(hold).Timeout(c.inner).Timeout(c.outer))
				require.Equal(t, c.want, elapsed)
				require.Equal(t, c.want, futuretest.Late(t, err).Limit)
				require.False(t, futuretest.Late(t, err).Inherited, "both are the task's own")
				close(hold)
			})
		})
	}
}

func TestOrder_nestedRetriesMultiply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		tk := d.attempts(func(context.Context, int) (int, error) { return 0, errDown }).
			Retry(task.Retry{Attempts: 2, Delay: ms}).Retry(task.Retry{Attempts: 3, Delay: 100 * ms})
		_, err := tk.Do(bg(), 1)
		require.Same(t, errDown, err)
		require.Equal(t, []string{
			"0s attempt 1", "1ms attempt 2", "101ms attempt 3", "102ms attempt 4", "302ms attempt 5", "303ms attempt 6",
		}, d.Read(), "each round of the outer gives the inner all its attempts")
	})
}

func TestOrder_aTimeoutBetweenRetriesIsForEachRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		tk := d.attempts(func(context.Context, int) (int, error) { return 0, errDown }).
			Retry(task.Retry{Attempts: 10, Delay: 10 * ms}).Timeout(35 * ms).Retry(task.Retry{Attempts: 2})
		_, err := tk.Do(bg(), 1)
		require.Same(t, errDown, err, "the next wait would have been too long")
		require.Equal(t, []string{
			"0s attempt 1", "10ms attempt 2", "30ms attempt 3", "30ms attempt 4", "40ms attempt 5", "60ms attempt 6",
		}, d.Read())
	})
}

func TestOrder_fallbackAndTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, elapsed, err := took(bg(), hangs().Timeout(50*ms).Fallback(7))
		require.NoError(t, err)
		require.Equal(t, 7, v, "around the timeout it replaces the deadline")
		require.Equal(t, 50*ms, elapsed)

		_, _, err = took(bg(), hangs().Fallback(7).Timeout(50*ms))
		require.Equal(t, 50*ms, futuretest.Late(t, err).Limit, "inside of it there is no time for it")

		v, _, err = took(bg(), fails(errBoom).Fallback(7).Timeout(50*ms))
		require.NoError(t, err)
		require.Equal(t, 7, v, "other failures it replaces there too")
	})
}

func TestOrder_fallbackAndRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for inside, want := range map[bool]int{true: 1, false: 3} {
			d := newDiary()
			tk := d.attempts(func(context.Context, int) (int, error) { return 0, errDown })
			three := task.Retry{Attempts: 3}
			if inside {
				tk = tk.Fallback(7).Retry(three)
			} else {
				tk = tk.Retry(three).Fallback(7)
			}
			v, err := tk.Do(bg(), 1)
			require.NoError(t, err)
			require.Equal(t, 7, v)
			require.Len(t, d.Read(), want)
		}
	})
}

func TestOrder_recoverInsideARetryIsPartOfAnAttempt(t *testing.T) {
	var told []error
	tk := fails(errBoom).Recover(func(_ context.Context, n int, err error) (int, error) {
		told = append(told, err)
		if len(told) < 3 {
			return 0, errDown
		}
		return n + 1, nil
	}).Retry(task.Retry{Attempts: 5})
	v, err := tk.Do(bg(), 1)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	require.Equal(t, []error{errBoom, errBoom, errBoom}, told, "what it returns is what the retry sees")
}

func TestOrder_recoverPassesItsOwnFailureOn(t *testing.T) {
	v, err := fails(errDown).Recover(func(context.Context, int, error) (int, error) { return 3, errBoom }).Do(bg(), 1)
	require.Same(t, errBoom, err)
	require.Equal(t, 3, v, "with the value, as a function would")
	v, err = fails(errDown).Recover(func(context.Context, int, error) (int, error) { return 3, errBoom }).Fallback(7).Do(bg(), 1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

func TestOrder_nothingActsOnSuccess(t *testing.T) {
	no := func(context.Context, int, error) (int, error) { t.Error("called"); return 0, nil }
	v, err := plus().Retry(task.Retry{Attempts: 3}).Recover(no).Fallback(9).
		OnError(func(context.Context, int, error) { t.Error("told") }).Timeout(time.Hour).Do(bg(), 1)
	require.NoError(t, err)
	require.Equal(t, 2, v)
}

func TestOrder_onErrorIsToldOfWhatIsInsideOfIt(t *testing.T) {
	three := task.Retry{Attempts: 3, If: always}
	for name, c := range map[string]struct {
		make func(tk, told number, on func(context.Context, int, error)) number
		want []string
	}{
		"inside a retry":    {func(tk, _ number, on func(context.Context, int, error)) number { return tk.OnError(on).Retry(three) }, []string{"boom", "boom", "boom"}},
		"around a retry":    {func(tk, _ number, on func(context.Context, int, error)) number { return tk.Retry(three).OnError(on) }, []string{"boom"}},
		"inside a fallback": {func(tk, _ number, on func(context.Context, int, error)) number { return tk.OnError(on).Fallback(7) }, []string{"boom"}},
		"around a fallback": {func(tk, _ number, on func(context.Context, int, error)) number { return tk.Fallback(7).OnError(on) }, nil},
		"inside a timeout": {func(_, slow number, on func(context.Context, int, error)) number {
			return slow.OnError(on).Timeout(time.Second)
		}, nil},
		"around a timeout": {func(_, slow number, on func(context.Context, int, error)) number {
			return slow.Timeout(time.Second).OnError(on)
		}, []string{"item: deadline exceeded: limit 1s, elapsed 1s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []string
				hold := make(chan struct{})
				c.make(fails(errBoom), holds(hold), func(_ context.Context, n int, err error) {
					require.Equal(t, 1, n)
					told = append(told, err.Error())
				}).Do(bg(), 1)
				close(hold)
				synctest.Wait()
				require.Equal(t, c.want, told)
			})
		})
	}
	t.Run("one after another, inner to outer, also of a cancellation", func(t *testing.T) {
		var order []string
		note := func(who string) func(context.Context, int, error) {
			return func(_ context.Context, _ int, err error) { order = append(order, who+" "+err.Error()) }
		}
		ctx, cancel := context.WithCancelCause(bg())
		f := does(func(ctx context.Context, _ int) (int, error) { cancel(errBoom); return 0, future.Cause(ctx) }).
			OnError(note("a")).Fallback(7).OnError(note("b")).Go(ctx, 1)
		require.True(t, future.IsCanceled(futuretest.AwaitVirtual(t, f).Err))
		require.Equal(t, []string{"a canceled: boom", "b canceled: boom"}, order)
	})
	t.Run("and changes nothing", func(t *testing.T) {
		own := errors.New("own")
		v, err := does(func(context.Context, int) (int, error) { return 3, own }).OnError(func(context.Context, int, error) {}).Do(bg(), 1)
		require.Same(t, own, err)
		require.Equal(t, 3, v)
	})
}

// hang waits for the end of its ctx.
func hang(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) }
