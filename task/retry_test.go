package task_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestRetry_makesAsManyAttempts(t *testing.T) {
	for attempts := 1; attempts <= 5; attempts++ {
		for good := 1; good <= 6; good++ {
			made := 0
			v, err := does(func(context.Context, int) (int, error) {
				if made++; made == good {
					return made, nil
				}
				return -made, errDown
			}).Retry(task.Retry{Attempts: attempts}).Do(bg(), 1)
			require.Equal(t, min(attempts, good), made)
			if good <= attempts {
				require.NoError(t, err)
				require.Equal(t, good, v)
			} else {
				require.Same(t, errDown, err, "the last failure")
				require.Equal(t, -attempts, v, "as the function returned it")
			}
		}
	}
}

// starts are the times at which attempts that fail at once are made.
func starts(ctx context.Context, p task.Retry) (at []time.Duration) {
	begun := time.Now()
	does(func(context.Context, int) (int, error) {
		at = append(at, time.Since(begun))
		return 0, errDown
	}).Retry(p).Do(ctx, 1)
	return at
}

func TestRetry_waitsTwiceAsLongEachTime(t *testing.T) {
	for name, c := range map[string]struct {
		p    task.Retry
		want []time.Duration
	}{
		"exponential":    {task.Retry{Attempts: 5, Delay: 10 * ms}, []time.Duration{0, 10 * ms, 30 * ms, 70 * ms, 150 * ms}},
		"up to a limit":  {task.Retry{Attempts: 5, Delay: 10 * ms, MaxDelay: 25 * ms}, []time.Duration{0, 10 * ms, 30 * ms, 55 * ms, 80 * ms}},
		"limit is delay": {task.Retry{Attempts: 3, Delay: 10 * ms, MaxDelay: 10 * ms}, []time.Duration{0, 10 * ms, 20 * ms}},
		"no delay":       {task.Retry{Attempts: 3}, []time.Duration{0, 0, 0}},
		"only a limit":   {task.Retry{Attempts: 3, MaxDelay: 3 * ms}, []time.Duration{0, 0, 0}},
		"waits that are longer than any duration": {
			task.Retry{Attempts: 4, Delay: 1 << 60, MaxDelay: 1 << 60},
			[]time.Duration{0, 1 << 60, 2 << 60, 3 << 60},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { require.Equal(t, c.want, starts(bg(), c.p)) })
		})
	}
}

func TestRetry_jitterIsRandomWithinItsShare(t *testing.T) {
	for _, jitter := range []float64{0.25, 0.5, 1} {
		synctest.Test(t, func(t *testing.T) {
			const delay = 100 * ms
			least, most := time.Duration(math.MaxInt64), time.Duration(0)
			different := map[time.Duration]bool{}
			for range 200 {
				at := starts(bg(), task.Retry{Attempts: 3, Delay: delay, MaxDelay: delay, Jitter: jitter})
				for i := 1; i < len(at); i++ {
					wait := at[i] - at[i-1]
					least, most = min(least, wait), max(most, wait)
					different[wait] = true
				}
			}
			floor := time.Duration((1 - jitter) * float64(delay))
			require.GreaterOrEqual(t, least, floor)
			require.LessOrEqual(t, most, delay)
			require.Greater(t, len(different), 100, "drawn anew each time")
			width := time.Duration(jitter * float64(delay))
			require.Less(t, least, floor+width/4, "all of the share is used")
			require.Greater(t, most, delay-width/4)
		})
	}
}

func TestRetry_byClass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			fn    func(context.Context, int) (int, error)
			again bool
		}{
			"business":                   {func(context.Context, int) (int, error) { return 0, errSoldOut }, false},
			"unknown":                    {func(context.Context, int) (int, error) { return 0, errBoom }, true},
			"canceled":                   {func(context.Context, int) (int, error) { return 0, errGivenUp }, false},
			"canceled by the other side": {func(context.Context, int) (int, error) { return 0, context.Canceled }, true},
			"no rows":                    {func(context.Context, int) (int, error) { return 0, fmt.Errorf("x: %w", sql.ErrNoRows) }, false},
			"404":                        {func(context.Context, int) (int, error) { return 0, answered(404) }, false},
			"429":                        {func(context.Context, int) (int, error) { return 0, answered(429) }, true},
			"goexit":                     {func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }, false},
			"code":                       {func(context.Context, int) (int, error) { panic("oh") }, false},
			"dependency":                 {func(context.Context, int) (int, error) { return 0, errDown }, true},
			"system":                     {func(context.Context, int) (int, error) { return 0, syscall.EMFILE }, true},
			"timeout":                    {func(context.Context, int) (int, error) { return 0, context.DeadlineExceeded }, true},
			"a joined dependency": {func(context.Context, int) (int, error) {
				return 0, errors.Join(errBoom, errDown)
			}, true},
		} {
			want := 1
			if c.again {
				want = 3
			}
			d := newDiary()
			_, err := d.attempts(c.fn).Retry(task.Retry{Attempts: 3}).Do(bg(), 1)
			require.Error(t, err)
			require.Len(t, d.Read(), want, name)
		}
		d := newDiary()
		_, err := d.attempts(hang).Timeout(ms).Retry(task.Retry{Attempts: 3}).Do(bg(), 1)
		futuretest.Late(t, err)
		require.Len(t, d.Read(), 3, "a timeout inside of it")
	})
}

func TestRetry_ifDecides(t *testing.T) {
	failures := []error{errBoom, context.Canceled, errDown}
	made := 0
	var asked []error
	_, err := does(func(context.Context, int) (int, error) { made++; return 0, failures[made-1] }).Retry(task.Retry{
		Attempts: 3,
		If:       func(err error) bool { asked = append(asked, err); return true },
	}).Do(bg(), 1)
	require.Same(t, errDown, err)
	require.Equal(t, failures[:2], asked, "not after the last attempt")

	made = 0
	_, err = does(func(context.Context, int) (int, error) { made++; return 0, errDown }).
		Retry(task.Retry{Attempts: 3, If: func(error) bool { return false }}).Do(bg(), 1)
	require.Same(t, errDown, err)
	require.Equal(t, 1, made)
}

func TestRetry_aCodeFailureIsTriedAgainIfAskedFor(t *testing.T) {
	for name, c := range odd {
		t.Run(name, func(t *testing.T) {
			made := 0
			v, err := does(func(context.Context, int) (int, error) {
				if made++; made < 3 {
					c.leave()
				}
				return made, nil
			}).Retry(task.Retry{Attempts: 3, If: always}).Do(bg(), 1)
			require.NoError(t, err)
			require.Equal(t, 3, v)
		})
	}
}

func TestRetry_lateAttemptsOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		d := newDiary()
		v, elapsed, err := took(ctx, d.attempts(func(ctx context.Context, n int) (int, error) {
			time.Sleep(250 * ms)
			d.Note("one is back")
			return n, nil
		}).Timeout(100*ms).Retry(task.Retry{Attempts: 2}).Fallback(7))
		require.NoError(t, err)
		require.Equal(t, 7, v, "what comes back late is not the result")
		require.Equal(t, 200*ms, elapsed)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{"0s attempt 1", "100ms attempt 2", "250ms one is back", "350ms one is back"}, d.Read())
	})
}

func TestG26_noAttemptStartsWhoseWaitEndsAtOrAfterTheDeadline(t *testing.T) {
	ten := task.Retry{Attempts: 10, Delay: 10 * ms} // attempts at 0, 10, 30 and 70 ms
	for _, c := range []struct {
		until time.Duration
		want  int
	}{{5 * ms, 1}, {10 * ms, 1}, {10*ms + 1, 2}, {30 * ms, 2}, {30*ms + 1, 3}, {70 * ms, 3}, {time.Hour / 100, 10}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(bg(), c.until)
			defer cancel()
			require.Len(t, starts(ctx, ten), c.want, "deadline of ctx after %s", c.until)
		})
		synctest.Test(t, func(t *testing.T) {
			d := newDiary()
			tk := d.attempts(func(context.Context, int) (int, error) { return 0, errDown }).Retry(ten).Timeout(c.until)
			_, elapsed, err := took(bg(), tk)
			require.Same(t, errDown, err, "the failure, at once, and not the deadline")
			require.Less(t, elapsed, c.until)
			require.Len(t, d.Read(), c.want, "Timeout around of %s", c.until)
		})
	}
	t.Run("no wait is no reason to start at the deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDiary()
			tk := d.attempts(func(context.Context, int) (int, error) { time.Sleep(10 * ms); return 0, errDown })
			ctx, cancel := context.WithTimeout(bg(), 10*ms)
			defer cancel()
			r := futuretest.AwaitVirtual(t, tk.Retry(task.Retry{Attempts: 3}).Go(ctx, 1))
			require.Same(t, errDown, r.Err)
			require.Len(t, d.Read(), 1)
		})
	})
}

func TestG26_anAttemptWithLessLeftThanItsTimeoutStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(bg(), 70*ms)
		defer cancel()
		d := newDiary()
		r := futuretest.AwaitVirtual(t, d.attempts(hang).Timeout(50*ms).Retry(task.Retry{Attempts: 5, Delay: 10 * ms}).Go(ctx, 1))
		require.Equal(t, []string{"0s attempt 1", "60ms attempt 2"}, d.Read())
		e := futuretest.Late(t, r.Err)
		require.True(t, e.Inherited)
		require.Equal(t, 10*ms, e.Limit, "that was left of it")
	})
}

// answered is the status of an answer.
type answered int

func (e answered) Error() string   { return fmt.Sprint("status ", int(e)) }
func (e answered) StatusCode() int { return int(e) }

// busy says when to come again.
type busy time.Duration

func (busy) Error() string               { return "busy" }
func (e busy) RetryAfter() time.Duration { return time.Duration(e) }

func TestRetry_waitsAsLongAsTheErrorSays(t *testing.T) {
	for name, c := range map[string]struct {
		err      error
		deadline time.Duration
		want     []string
	}{
		"longer than the backoff":   {busy(2 * time.Second), time.Hour, []string{"0s attempt 1", "2s attempt 2", "4s attempt 3"}},
		"shorter":                   {busy(3 * ms), time.Hour, []string{"0s attempt 1", "3ms attempt 2", "6ms attempt 3"}},
		"wrapped and joined":        {fmt.Errorf("x: %w", errors.Join(errBoom, busy(time.Second))), time.Hour, []string{"0s attempt 1", "1s attempt 2", "2s attempt 3"}},
		"says nothing":              {busy(0), time.Hour, []string{"0s attempt 1", "10ms attempt 2", "30ms attempt 3"}},
		"nonsense":                  {busy(-time.Second), time.Hour, []string{"0s attempt 1", "10ms attempt 2", "30ms attempt 3"}},
		"until after the deadline":  {busy(2 * time.Second), time.Second, []string{"0s attempt 1"}},
		"until the deadline itself": {busy(time.Second), time.Second, []string{"0s attempt 1"}},
		"until before it":           {busy(600 * ms), time.Second, []string{"0s attempt 1", "600ms attempt 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(bg(), c.deadline)
				defer cancel()
				d := newDiary()
				_, err := d.attempts(func(context.Context, int) (int, error) { return 0, c.err }).
					Retry(task.Retry{Attempts: 3, Delay: 10 * ms, MaxDelay: 50 * ms}).Do(ctx, 1)
				require.Equal(t, c.err, err)
				require.Equal(t, c.want, d.Read())
			})
		})
	}
}

// spiteful has methods that do not return.
type spiteful struct{ end func() }

func (spiteful) Error() string               { return "spiteful" }
func (e spiteful) RetryAfter() time.Duration { e.end(); return 0 }
func (e spiteful) Class() recovery.Class     { e.end(); return 0 }

func TestG06_anErrorWhoseMethodsDoNotReturn(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("in a method") }, "goexit": runtime.Goexit} {
		for _, ctx := range []context.Context{bg(), observe.With(bg(), new(recorder))} {
			e := spiteful{end}
			_, err := fails(e).Do(ctx, 1)
			require.IsType(t, e, err, name)
			v, err := fails(e).Fallback(7).Do(ctx, 1)
			require.NoError(t, err, name)
			require.Equal(t, 7, v)
			v, err = fails(e).Retry(task.Retry{Attempts: 2}).Fallback(7).Do(ctx, 1)
			require.NoError(t, err, name)
			require.Equal(t, 7, v)
			_, err = fails(e).Retry(task.Retry{Attempts: 2}).Do(ctx, 1)
			require.ErrorAs(t, err, &e, name)
		}
	}
}

func TestClassifier_isSeenByPoliciesAndObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for class, again := range map[recovery.Class]int{recovery.ClassBusiness: 1, recovery.ClassCanceled: 1, recovery.ClassSystem: 3} {
			ctx := recovery.WithClassifier(bg(), func(err error) (recovery.Class, bool) { return class, err == errBoom })
			d := newDiary()
			r := observed(t, ctx, d.attempts(func(context.Context, int) (int, error) { return 0, fmt.Errorf("x: %w", errBoom) }).Retry(task.Retry{Attempts: 3}))
			require.Len(t, d.Read(), again, class)
			for _, o := range r.ended() {
				require.Equal(t, class, o.Class)
				require.Equal(t, class == recovery.ClassCanceled, o.Status == observe.StatusCanceled)
			}
			v, err := fails(errBoom).Fallback(7).Do(ctx, 1)
			if class == recovery.ClassCanceled {
				require.Equal(t, errBoom, err)
			} else {
				require.Equal(t, 7, v)
			}
		}
	})
}

// A cancellation that comes back while nobody here has cancelled anything is the other side's.
func TestFallback_standsInForACancellationOfTheOtherSide(t *testing.T) {
	gone := fmt.Errorf("call: %w", context.Canceled)
	v, err := fails(gone).Fallback(7).Do(bg(), 1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	v, err = fails(gone).Timeout(time.Hour).Recover(func(context.Context, int, error) (int, error) { return 8, nil }).Do(bg(), 1)
	require.NoError(t, err)
	require.Equal(t, 8, v)
	v, err = fails(gone).Fallback(7).Go(bg(), 1).Await(bg())
	require.NoError(t, err)
	require.Equal(t, 7, v)
	left, cancel := context.WithCancel(bg())
	v, err = does(func(context.Context, int) (int, error) { cancel(); return 0, gone }).Fallback(7).Go(left, 1).Await(bg())
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, v)
}
