package task_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
	"github.com/jade-go/jade/task"
)

func TestG15_aTimeoutAnswersOnTimeEvenIfTheFunctionDoesNotStop(t *testing.T) {
	for name, run := range map[string]func(context.Context, number) (int, error){
		"Do": func(ctx context.Context, tk number) (int, error) { return tk.Do(ctx, 1) },
		"Go": func(ctx context.Context, tk number) (int, error) { return tk.Go(ctx, 1).Await(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				hold := make(chan struct{})
				var work context.Context
				begun := time.Now()
				v, err := run(ctx, does(func(ctx context.Context, _ int) (int, error) { work = ctx; <-hold; return 7, nil }).Timeout(time.Second))
				require.Equal(t, time.Second, time.Since(begun))
				require.Zero(t, v)
				futuretest.Late(t, err)
				synctest.Wait()
				require.Equal(t, context.DeadlineExceeded, work.Err(), "the function is told")
				cause := futuretest.Late(t, context.Cause(work))
				require.Same(t, futuretest.Late(t, err), cause, "of the very deadline")
				close(hold)
				require.NoError(t, scope.Close(), "what comes back late goes nowhere")
			})
		})
	}
	t.Run("also while a handler of the failure hangs", func(t *testing.T) {
		for name, handle := range map[string]func(number, func()) number{
			"Recover": func(tk number, hang func()) number {
				return tk.Recover(func(context.Context, int, error) (int, error) { hang(); return 1, nil })
			},
			"OnError": func(tk number, hang func()) number {
				return tk.OnError(func(context.Context, int, error) { hang() })
			},
			"If": func(tk number, hang func()) number {
				return tk.Retry(task.Retry{Attempts: 2, If: func(error) bool { hang(); return true }})
			},
		} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					hold := make(chan struct{})
					v, elapsed, err := took(bg(), handle(fails(errBoom), func() { <-hold }).Timeout(time.Second).Fallback(7))
					require.NoError(t, err)
					require.Equal(t, 7, v)
					require.Equal(t, time.Second, elapsed)
					close(hold)
				})
			})
		}
	})
	t.Run("in time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for _, want := range []error{nil, errBoom} {
				var work context.Context
				v, elapsed, err := took(bg(), does(func(ctx context.Context, n int) (int, error) {
					work = ctx
					time.Sleep(time.Second - 1)
					require.NoError(t, ctx.Err())
					return n + 1, want
				}).Timeout(time.Second))
				require.Equal(t, time.Second-1, elapsed)
				require.Equal(t, 2, v)
				require.Equal(t, want, err)
				time.Sleep(time.Hour)
				require.Equal(t, context.Canceled, work.Err(), "the limit is off once it is kept")
			}
		})
	})
}

func TestG15_whatComesBackLateGoesNowhere(t *testing.T) {
	for name, comesBack := range map[string]func() (int, error){
		"value":  func() (int, error) { return 99, nil },
		"error":  func() (int, error) { return 99, errBoom },
		"panic":  func() (int, error) { panic(errBoom) },
		"Goexit": func() (int, error) { odd["Goexit"].leave(); return 0, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				d := newDiary()
				var made atomic.Int32
				tk := does(func(context.Context, int) (int, error) {
					if made.Add(1) == 1 {
						time.Sleep(100 * ms)
						d.Note("back")
						return comesBack()
					}
					time.Sleep(200 * ms)
					return 5, nil
				}).Timeout(50 * ms).
					OnError(func(_ context.Context, _ int, err error) { d.Note("told of %s", futuretest.Late(t, err).Limit) }).
					Retry(task.Retry{Attempts: 2, Delay: 10 * ms}).
					Timeout(time.Hour)
				f := tk.Go(ctx, 1)
				futuretest.Late(t, futuretest.AwaitVirtual(t, f).Err)
				require.NoError(t, scope.Close())
				require.Equal(t, []string{"50ms told of 50ms", "100ms back", "110ms told of 50ms"}, d.Read())
			})
		})
	}
}

func TestG15_insideATimeout(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		around := context.WithValue(bg(), key{}, "v")
		look := func(want time.Duration) number {
			return does(func(ctx context.Context, n int) (int, error) {
				until, ok := ctx.Deadline()
				require.True(t, ok)
				require.Equal(t, want, time.Until(until))
				require.Equal(t, "v", ctx.Value(key{}))
				return n, nil
			})
		}
		for _, tk := range []number{
			look(time.Second).Timeout(time.Second),
			look(time.Second).Timeout(time.Second).Timeout(time.Hour),
			look(time.Second).Timeout(time.Hour).Timeout(time.Second),
			look(time.Second).Timeout(time.Second).Wrap(same).Timeout(time.Hour),
		} {
			_, err := tk.Do(around, 1)
			require.NoError(t, err)
		}
		shorter, cancel := context.WithTimeout(around, ms)
		defer cancel()
		_, err := look(ms).Timeout(time.Second).Do(shorter, 1)
		require.NoError(t, err)
		plain := does(func(ctx context.Context, n int) (int, error) {
			_, limited := ctx.Deadline()
			require.False(t, limited)
			return n, nil
		})
		_, err = plain.Do(around, 1)
		require.NoError(t, err)
		_, err = fails(errBoom).Timeout(time.Second).Recover(func(ctx context.Context, n int, _ error) (int, error) {
			_, limited := ctx.Deadline()
			require.False(t, limited, "a policy gets the ctx around what it is around")
			return n, ctx.Err()
		}).Do(around, 1)
		require.NoError(t, err)
	})
}

// What an attempt has started ends with the attempt that has a limit.
func TestG15_whatAnAttemptHasStartedEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		d := newDiary()
		_, err := does(func(ctx context.Context, _ int) (int, error) {
			future.Go(ctx, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				d.Note("ended by %v", errors.Is(context.Cause(ctx), context.DeadlineExceeded))
				return 0, nil
			})
			time.Sleep(20 * ms)
			return 0, errDown
		}).Timeout(10*ms).Retry(task.Retry{Attempts: 2, Delay: 100 * ms}).Do(ctx, 1)
		futuretest.Late(t, err)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{"10ms ended by true", "120ms ended by true"}, d.Read())
	})
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		_, err := does(func(ctx context.Context, _ int) (int, error) {
			future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); d.Note("ended"); return 0, nil })
			return 0, errDown
		}).Timeout(time.Second).Retry(task.Retry{Attempts: 2, Delay: 100 * ms}).OnError(func(context.Context, int, error) {
			time.Sleep(time.Minute)
		}).Do(bg(), 1)
		require.Same(t, errDown, err)
		require.Equal(t, []string{"0s ended", "100ms ended"}, d.Read(), "also one in time")
	})
}

func TestG16_aDeadlineNamesTheTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, tk := range map[string]number{
			"stops":    hangs(),
			"hangs on": takesAnyway(time.Minute),
			"wraps": does(func(ctx context.Context, _ int) (int, error) {
				<-ctx.Done()
				return 0, fmt.Errorf("call: %w", ctx.Err())
			}),
			"hides":       does(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, errBoom }),
			"no error":    does(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 7, nil }),
			"other names": hangs().Named("renamed").Named("item"),
		} {
			_, err := tk.Timeout(3*time.Second).Do(bg(), 1)
			require.Equal(t, deadline.Error{Name: "item", Limit: 3 * time.Second, Elapsed: 3 * time.Second}, *futuretest.Late(t, err), name)
			require.Contains(t, err.Error(), "item")
			require.Contains(t, err.Error(), "3s")
			time.Sleep(time.Hour)
		}
	})
}

// takesAnyway takes d, whatever its ctx says.
func takesAnyway(d time.Duration) number {
	return does(func(_ context.Context, n int) (int, error) { time.Sleep(d); return n, nil })
}

func TestG16_theDeadlineOfTheCtxCameFirst(t *testing.T) {
	ways := map[string]number{
		"stops, with the cause": hangs(),
		"stops, with the error": does(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, ctx.Err() }),
		"wraps": does(func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			return 0, fmt.Errorf("call: %w", ctx.Err())
		}),
		"hangs on": takesAnyway(time.Minute),
	}
	for name, tk := range ways {
		for how, limited := range map[string]number{
			"Timeout":                tk.Timeout(time.Hour),
			"Timeout, Retry":         tk.Timeout(time.Hour).Retry(task.Retry{Attempts: 3}),
			"Retry, Timeout":         tk.Retry(task.Retry{Attempts: 3}).Timeout(time.Hour),
			"two Timeouts":           tk.Timeout(time.Hour).Timeout(2 * time.Hour),
			"Wrap, Timeout":          tk.Wrap(same).Timeout(time.Hour),
			"Timeout, then OnError":  tk.Timeout(time.Hour).OnError(func(context.Context, int, error) {}),
			"Timeout around OnError": tk.OnError(func(context.Context, int, error) {}).Timeout(time.Hour),
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(bg(), 2*time.Second)
					defer cancel()
					_, elapsed, err := took(ctx, limited)
					require.Equal(t, 2*time.Second, elapsed)
					e := futuretest.Late(t, err)
					require.Equal(t, "item", e.Name)
					require.True(t, e.Inherited)
					require.Equal(t, 2*time.Second, e.Limit)
					require.Equal(t, 2*time.Second, e.Elapsed)
					synctest.Wait()
					require.ErrorIs(t, err, context.Cause(ctx))
					time.Sleep(time.Hour)
				})
			})
		}
		if name != "hangs on" {
			t.Run(name+"/Go", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(bg(), 2*time.Second)
					defer cancel()
					require.True(t, futuretest.Late(t, futuretest.AwaitVirtual(t, tk.Timeout(time.Hour).Go(ctx, 1)).Err).Inherited)
				})
			})
		}
	}
	t.Run("what a function returns of itself is untouched", func(t *testing.T) {
		own := fmt.Errorf("upstream: %w", context.DeadlineExceeded)
		v, err := does(func(context.Context, int) (int, error) { return 3, own }).Timeout(time.Hour).Do(bg(), 1)
		require.Same(t, own, err)
		require.Equal(t, 3, v)
	})
}

// No timer outlives its call: in a bubble, time that passes would show it.
func TestG18_noTimerOutlivesItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		around := strange.NewCounting(bg())
		var inside []context.Context
		tk := does(func(ctx context.Context, n int) (int, error) {
			inside = append(inside, ctx)
			require.NotNil(t, ctx.Done())
			return n, errDown
		}).Timeout(time.Second).Retry(task.Retry{Attempts: 3, Delay: ms}).Timeout(time.Minute)
		require.Same(t, errDown, futuretest.AwaitVirtual(t, tk.Go(around, 1)).Err)
		synctest.Wait()
		require.Len(t, inside, 3)
		for _, ctx := range inside {
			require.Equal(t, context.Canceled, ctx.Err(), "over, not late")
		}
		require.Zero(t, around.Registered(), "nothing is left with the caller's ctx")
		hold := make(chan struct{})
		futuretest.Late(t, futuretest.AwaitVirtual(t, holds(hold).Timeout(ms).Go(around, 1)).Err)
		synctest.Wait()
		require.Zero(t, around.Registered(), "not even for a function that runs late")
		close(hold)

		made := 0
		f := does(func(ctx context.Context, n int) (int, error) {
			require.NotNil(t, ctx.Done())
			made = max(made, around.Registered())
			return n, nil
		}).Go(around, 1)
		futuretest.AwaitVirtual(t, f)
		require.Equal(t, 1, made, "control: one that waits is registered")
	})
}
