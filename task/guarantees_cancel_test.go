package task_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/task"
)

// cancellations are the ways to cancel a call that is started by Go, one second after its start.
var cancellations = map[string]func(t *testing.T, start func(context.Context) future.Future[int]) future.Future[int]{
	"ctx": func(t *testing.T, start func(context.Context) future.Future[int]) future.Future[int] {
		ctx, cancel := context.WithCancelCause(bg())
		time.AfterFunc(time.Second, func() { cancel(errBoom) })
		return start(ctx)
	},
	"ctx of work": func(t *testing.T, start func(context.Context) future.Future[int]) future.Future[int] {
		inner := make(chan future.Future[int], 1)
		outer := future.Go(bg(), func(ctx context.Context) (int, error) {
			inner <- start(ctx)
			<-ctx.Done()
			synctest.Wait() // before this future is complete
			return 0, nil
		})
		time.AfterFunc(time.Second, func() { outer.Cancel(errBoom) })
		return <-inner
	},
	"future": func(t *testing.T, start func(context.Context) future.Future[int]) future.Future[int] {
		f := start(bg())
		time.AfterFunc(time.Second, func() { f.Cancel(errBoom) })
		return f
	},
	"scope": func(t *testing.T, start func(context.Context) future.Future[int]) future.Future[int] {
		ctx, scope := future.WithScope(bg())
		f := start(ctx)
		time.AfterFunc(time.Second, func() { scope.Close() })
		return f
	},
}

func TestG17_aCancellationIsSwallowedByNothing(t *testing.T) {
	for how, cancel := range cancellations {
		for what, tk := range map[string]number{
			"Fallback":         hangs().Fallback(7),
			"Fallback, twice":  hangs().Fallback(7).Fallback(8),
			"Recover":          hangs().Recover(func(context.Context, int, error) (int, error) { t.Error("called"); return 7, nil }),
			"Retry":            hangs().Retry(task.Retry{Attempts: 3, If: always}),
			"Timeout":          hangs().Timeout(time.Hour).Fallback(7),
			"Retry, Timeout":   hangs().Retry(task.Retry{Attempts: 3, If: always}).Timeout(time.Hour).Fallback(7),
			"Fallback, inside": hangs().Fallback(7).Timeout(time.Hour),
			"Wrap":             hangs().Fallback(7).Wrap(same).Fallback(7),
		} {
			t.Run(how+"/"+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					r := futuretest.AwaitVirtual(t, cancel(t, func(ctx context.Context) future.Future[int] { return tk.Go(ctx, 1) }))
					require.Equal(t, time.Second, time.Since(begun))
					require.True(t, future.IsCanceled(r.Err), "%v", r)
					require.Zero(t, r.Value)
					if how == "scope" {
						require.ErrorIs(t, r.Err, future.ErrScopeClosed)
					} else {
						require.ErrorIs(t, r.Err, errBoom)
					}
				})
			})
		}
	}
	t.Run("that the function made itself", func(t *testing.T) {
		own := &future.CanceledError{Cause: errBoom}
		_, err := fails(own).Retry(task.Retry{Attempts: 3}).Fallback(7).Do(bg(), 1)
		require.Same(t, own, err)
	})
}

func TestG17_nothingActsOnceTheCtxHasEnded(t *testing.T) {
	no := func(context.Context, int, error) (int, error) { t.Error("called"); return 0, nil }
	for what, wrap := range map[string]func(number) number{
		"Fallback": func(tk number) number { return tk.Fallback(7) },
		"Recover":  func(tk number) number { return tk.Recover(no) },
		"Retry": func(tk number) number {
			return tk.Retry(task.Retry{Attempts: 3, If: func(error) bool { t.Error("asked"); return true }})
		},
		"Timeout, Fallback": func(tk number) number { return tk.Timeout(time.Hour).Fallback(7) },
	} {
		afterDeadline := future.Result[int]{Value: 3, Err: errDown}
		if strings.HasSuffix(what, "Fallback") { // a deadline is a limit: the value stands in
			afterDeadline = future.Result[int]{Value: 7}
		}
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(bg())
				made := 0
				tk := wrap(does(func(context.Context, int) (int, error) { made++; cancel(); return 3, errDown }))
				r := futuretest.AwaitVirtual(t, tk.Go(ctx, 1))
				require.Equal(t, future.Result[int]{Value: 3, Err: errDown}, r, "what the function returned")
				require.Equal(t, 1, made)

				limited, stop := context.WithTimeout(bg(), time.Second)
				defer stop()
				tk = wrap(does(func(context.Context, int) (int, error) { time.Sleep(time.Second + 1); return 3, errDown }))
				r = futuretest.AwaitVirtual(t, tk.Go(limited, 1))
				if _, answered := errors.AsType[*deadline.Error](r.Err); !answered { // a limit answers when it passes
					require.Equal(t, afterDeadline, r, "after a deadline")
				}
				time.Sleep(time.Hour)
			})
		})
	}
	t.Run("inside a limit that has passed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			tk := does(func(context.Context, int) (int, error) { time.Sleep(2 * time.Second); return 3, errDown }).Recover(no).Timeout(time.Second)
			_, err := tk.Do(bg(), 1)
			require.False(t, futuretest.Late(t, err).Inherited)
			time.Sleep(time.Hour)
		})
	})
	t.Run("OnError is told all the same", func(t *testing.T) {
		ctx, cancel := context.WithCancel(bg())
		told := 0
		f := does(func(context.Context, int) (int, error) { cancel(); return 0, errDown }).
			OnError(func(ctx context.Context, _ int, err error) {
				told++
				require.Same(t, errDown, err)
				require.Equal(t, context.Canceled, ctx.Err())
			}).Go(ctx, 1)
		futuretest.AwaitVirtual(t, f)
		require.Equal(t, 1, told)
	})
}

func TestG26_aCancellationEndsTheWaitBeforeAnAttempt(t *testing.T) {
	for how, cancel := range cancellations {
		for what, tk := range map[string]number{
			"Retry":                   fails(errDown).Retry(task.Retry{Attempts: 3, Delay: time.Minute}),
			"Retry in a Timeout":      fails(errDown).Retry(task.Retry{Attempts: 3, Delay: time.Minute}).Timeout(time.Hour),
			"Retry around a Timeout":  fails(errDown).Timeout(time.Hour).Retry(task.Retry{Attempts: 3, Delay: time.Minute}),
			"Retry, then a Fallback":  fails(errDown).Retry(task.Retry{Attempts: 3, Delay: time.Minute}).Fallback(7),
			"the middle of two":       fails(errDown).Retry(task.Retry{Attempts: 3, Delay: time.Minute}).Retry(task.Retry{Attempts: 9, If: always}),
			"inside a Wrap":           fails(errDown).Retry(task.Retry{Attempts: 3, Delay: time.Minute}).Wrap(same),
			"with OnError around":     fails(errDown).Retry(task.Retry{Attempts: 3, Delay: time.Minute}).OnError(func(context.Context, int, error) {}),
			"with all time of jitter": fails(errDown).Retry(task.Retry{Attempts: 3, Delay: 24 * time.Hour, Jitter: 0.001}),
		} {
			t.Run(how+"/"+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					r := futuretest.AwaitVirtual(t, cancel(t, func(ctx context.Context) future.Future[int] { return tk.Go(ctx, 1) }))
					require.Equal(t, time.Second, time.Since(begun))
					require.True(t, future.IsCanceled(r.Err), "%v", r.Err)
					if how != "scope" {
						require.ErrorIs(t, r.Err, errBoom, "with the cause")
					}
				})
			})
		}
	}
	t.Run("Do returns it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(bg())
			time.AfterFunc(time.Second, func() { cancel(errBoom) })
			_, elapsed, err := took(ctx, fails(errDown).Retry(task.Retry{Attempts: 3, Delay: time.Minute}))
			require.Equal(t, time.Second, elapsed)
			require.True(t, future.IsCanceled(err))
			require.ErrorIs(t, err, errBoom)
		})
	})
}

func TestG03_doAnswersWhenItsCtxEndsEvenIfTheFunctionDoesNotStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		for what, tk := range map[string]number{
			"plain": holds(hold), "limited": holds(hold).Timeout(time.Hour), "with a fallback": holds(hold).Fallback(7), "wrapped": holds(hold).Wrap(same),
		} {
			ctx, cancel := context.WithCancelCause(bg())
			time.AfterFunc(time.Second, func() { cancel(errBoom) })
			v, elapsed, err := took(ctx, tk)
			require.Equal(t, time.Second, elapsed, what)
			require.Zero(t, v)
			require.ErrorIs(t, err, errBoom)
			require.True(t, future.IsCanceled(err))
		}
		close(hold)
	})
}

func TestG21_doneBeforeTheStart(t *testing.T) {
	var called atomic.Int32
	tk := does(func(context.Context, int) (int, error) { called.Add(1); return 1, nil })
	for what, tk := range map[string]number{
		"plain": tk, "fallback": tk.Fallback(7), "limit": tk.Timeout(time.Hour), "retry": tk.Retry(task.Retry{Attempts: 3, If: always}),
		"recover": tk.Recover(func(context.Context, int, error) (int, error) { called.Add(1); return 1, nil }),
		"told":    tk.OnError(func(context.Context, int, error) { called.Add(1) }), "wrap": tk.Wrap(same),
	} {
		canceled, cancel := context.WithCancelCause(bg())
		cancel(errBoom)
		passed, stop := context.WithTimeout(bg(), 0)
		defer stop()
		closed, scope := future.WithScope(bg())
		require.NoError(t, scope.Close())
		for why, c := range map[error]context.Context{errBoom: canceled, context.DeadlineExceeded: passed, future.ErrScopeClosed: closed} {
			f := tk.Go(c, 1)
			require.False(t, futuretest.IsPending(f), "at once")
			for _, err := range []error{futuretest.AwaitVirtual(t, f).Err, errorOf(tk.Do(c, 1))} {
				require.ErrorIs(t, err, why, what)
				require.ErrorIs(t, err, c.Err(), what)
				require.ErrorIs(t, err, context.Cause(c), what)
			}
		}
	}
	require.Zero(t, called.Load())
}

func errorOf(_ int, err error) error { return err }

// What is cancelled between attempts, as a deadline, is a deadline and no cancellation.
func TestG17_aDeadlineIsNoCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := hangs().Fallback(7).Go(bg(), 1)
		f.Cancel(context.DeadlineExceeded)
		r := futuretest.AwaitVirtual(t, f)
		require.True(t, errors.Is(r.Err, context.DeadlineExceeded))
		require.False(t, future.IsCanceled(r.Err))
		_, err := hangs().Timeout(time.Second).Do(bg(), 1)
		require.False(t, future.IsCanceled(err))
		require.NotErrorIs(t, err, context.Canceled)
	})
}

// A ctx that has a deadline may be cancelled all the same, before that.
func TestG17_aCancellationBeforeTheDeadlineIsNoDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(bg(), time.Hour)
		defer cancel()
		time.AfterFunc(time.Second, cancel)
		hold := make(chan struct{})
		stubborn := holds(hold).Timeout(2*time.Hour).Go(ctx, 1)
		r := futuretest.AwaitVirtual(t, hangs().Timeout(2*time.Hour).Fallback(7).Go(ctx, 1))
		require.True(t, future.IsCanceled(r.Err), "%v", r)
		_, elapsed, err := took(ctx, hangs().Timeout(2*time.Hour))
		require.True(t, future.IsCanceled(err))
		require.Zero(t, elapsed)
		synctest.Wait()
		require.True(t, futuretest.IsPending(stubborn), "it is not late")
		close(hold)
		require.Equal(t, future.Result[int]{Value: 1}, futuretest.AwaitVirtual(t, stubborn))
	})
}
