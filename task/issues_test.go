package task_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// A goroutine that had lost its turn to a timer still started an attempt: the
// counters were raced (the race detector sees it). With limits as short as a turn takes, it happens often.
func TestIssue_anAttemptStartedAfterItsTurnHadPassed(t *testing.T) {
	three := task.Retry{Attempts: 3, If: always}
	for _, tk := range []number{
		fails(errBoom).Timeout(1).Retry(three),
		fails(errBoom).Timeout(1).Retry(three).Timeout(2 * time.Microsecond).Retry(three),
		fails(errBoom).Retry(three).Timeout(time.Microsecond).Retry(three),
	} {
		for range 3000 {
			_, err := tk.Do(bg(), 1)
			require.Error(t, err)
		}
	}
}

// … and it was called with the ctx around the limit, which nothing ended.
func TestIssue_aLateAttemptGotACtxWithoutItsLimit(t *testing.T) {
	for range 20_000 {
		ctx, scope := future.WithScope(bg())
		unlimited := false
		does(func(ctx context.Context, _ int) (int, error) {
			_, limited := ctx.Deadline()
			unlimited = !limited
			return 0, nil
		}).Timeout(1).Do(ctx, 1)
		scope.Close()
		require.False(t, unlimited)
	}
}

func TestIssue_aFailureWhoseUnwrapPanicsCrashedUnderATimeout(t *testing.T) {
	_, err := fails(rudeError{}).Timeout(time.Hour).Do(bg(), 1)
	require.True(t, err == rudeError{})
}

// Without a wait nothing looked at the ctx once If had been asked.
func TestIssue_anAttemptStartedAfterIfHadSeenTheCtxEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(bg())
	made := 0
	f := does(func(context.Context, int) (int, error) { made++; return 0, errDown }).
		Retry(task.Retry{Attempts: 3, If: func(error) bool { cancel(); return true }}).Go(ctx, 1)
	futuretest.AwaitVirtual(t, f)
	require.Equal(t, 1, made)
}

func TestIssue_aDeadlineOfJadeAroundWasNamedBySomeOnly(t *testing.T) {
	for range 1000 {
		synctest.Test(t, func(t *testing.T) {
			outer, cancel := context.WithTimeout(bg(), time.Minute)
			defer cancel()
			ctx, stop := deadline.Reserve(outer, time.Second)
			defer stop()
			_, err := hangs().Timeout(time.Hour).Do(ctx, 1)
			e := futuretest.Late(t, err)
			require.Equal(t, "item", e.Name)
			require.True(t, e.Inherited)
		})
	}
}

func TestIssue_aDeadlineAroundAWrappedTimeoutWasNamedBySomeOnly(t *testing.T) {
	for range 1000 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(bg(), time.Minute)
			defer cancel()
			_, err := hangs().Timeout(time.Hour).Wrap(same).Do(ctx, 1)
			require.True(t, futuretest.Late(t, err).Inherited)
		})
	}
}

func TestIssue_aLimitThatFiredAfterTheDeadlineAroundDidNotSaySo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(bg(), time.Second)
		defer cancel()
		hold := make(chan struct{})
		r := futuretest.AwaitVirtual(t, holds(hold).Timeout(time.Hour).Go(ctx, 1))
		close(hold)
		require.True(t, futuretest.Late(t, r.Err).Inherited, "the deadline of ctx came first: %v", r.Err)
	})
}

func TestIssue_aDescriptionCouldBeWrittenTo(t *testing.T) {
	tk := plus().Retry(task.Retry{Attempts: 3})
	tk.Policies()[0].Retry.Attempts = 99
	require.Equal(t, 3, tk.Policies()[0].Retry.Attempts)
}

// "Of the ctx that it returns only the values are used": those that it lacks are the caller's.
func TestIssue_anObserverThatReturnsBackgroundTookTheCallersValues(t *testing.T) {
	type key struct{}
	ctx := observe.With(context.WithValue(bg(), key{}, "v"), watcher(func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
		return context.Background(), nil
	}))
	does(func(ctx context.Context, _ int) (int, error) {
		require.Equal(t, "v", ctx.Value(key{}))
		return 0, nil
	}).Do(ctx, 1)
}

// What tells an observer of a skipped call is a goroutine of the scope's like any other.
func TestIssue_aScopeDidNotJoinTheObserverOfASkippedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		hold := make(chan struct{})
		over := false
		ctx = observe.With(ctx, watcher(func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
			<-hold
			over = true
			return nil, nil
		}))
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err := plus().Do(ended, 1)
		require.True(t, future.IsCanceled(err))
		time.AfterFunc(time.Second, func() { close(hold) })
		require.NoError(t, scope.Close())
		require.True(t, over)
		time.Sleep(time.Hour)
	})
}

// What is inside of a Wrap is observed by nobody, but that it stood in is to be seen.
func TestIssue_aDegradedResultInsideAWrapWasOK(t *testing.T) {
	r := new(recorder)
	_, err := fails(errDown).Fallback(7).Wrap(same).Do(observe.With(bg(), r), 1)
	require.NoError(t, err)
	require.Equal(t, observe.StatusDegraded, r.ended()[0].Status)
}

// The wait ended, and the work at that very moment too: so Do took the end of the wait for its result.
func TestIssue_aResultThatCameJustAfterTheWaitHidTheDeadlinesName(t *testing.T) {
	tk := does(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, ctx.Err() }).Timeout(time.Hour)
	for range 5000 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(bg(), time.Minute)
			defer cancel()
			_, err := tk.Do(ctx, 1)
			require.True(t, futuretest.Late(t, err).Inherited)
		})
	}
}

// A limit that ended with the one around it said that it was inherited, if it was the first to notice.
func TestIssue_aLimitOfTheTasksOwnWasTakenForInherited(t *testing.T) {
	for _, tk := range []number{
		hangs().Timeout(time.Hour).Timeout(time.Minute),
		hangs().Timeout(time.Hour).Retry(task.Retry{Attempts: 3}).Timeout(time.Minute),
		hangs().Timeout(time.Hour).Wrap(same).Timeout(time.Minute),
	} {
		for range 1000 {
			synctest.Test(t, func(t *testing.T) {
				_, err := tk.Do(bg(), 1)
				require.Equal(t, deadline.Error{Name: "item", Limit: time.Minute, Elapsed: time.Minute}, *futuretest.Late(t, err))
			})
		}
	}
}

// The limit answered when the deadline was due, before the ctx could say why it had one.
func TestIssue_anInheritedDeadlineLostTheCauseOfTheCtx(t *testing.T) {
	for range 1000 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeoutCause(bg(), time.Second, errBoom)
			defer cancel()
			_, err := takesAnyway(time.Minute).Timeout(time.Hour).Do(ctx, 1)
			require.True(t, futuretest.Late(t, err).Inherited)
			require.ErrorIs(t, err, errBoom)
			r := futuretest.AwaitVirtual(t, hangs().Timeout(time.Hour).Go(ctx, 1))
			require.ErrorIs(t, r.Err, errBoom)
			time.Sleep(time.Hour)
		})
	}
}

// The goroutine of an attempt that had panicked told the observer that it had returned.
func TestIssue_anAttemptThatPanickedWasOK(t *testing.T) {
	r := new(recorder)
	_, err := does(explode).Retry(task.Retry{Attempts: 1}).Do(observe.With(bg(), r), 1)
	require.ErrorIs(t, err, errBoom)
	require.Equal(t, []string{"item node begins", "item attempt 1 begins", "item attempt 1 failed", "item node failed"}, r.told())
}

// The ctx had a deadline, but was cancelled long before that was due: the
// failure is one or the other, and no inherited deadline that is a cancellation.
func TestIssue_aCancelledCtxGaveADeadlineThatWasACancellationToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(bg(), time.Minute)
		defer cancel()
		time.AfterFunc(time.Second, cancel)
		hold := make(chan struct{})
		defer close(hold)
		r := futuretest.AwaitVirtual(t, holds(hold).Timeout(time.Hour).Go(ctx, 1))
		require.Error(t, r.Err)
		require.NotEqual(t, errors.Is(r.Err, context.Canceled), errors.Is(r.Err, context.DeadlineExceeded), "%v", r.Err)
		if e, ok := errors.AsType[*deadline.Error](r.Err); ok {
			require.False(t, e.Inherited)
		}
	})
}

// The caller of Do has left because ctx had ended. That the function then says the
// same is no news, and no failure that the scope reports; anything else is.
func TestIssue_doThatWasLeftRepeatsItself(t *testing.T) {
	errBroken := errors.New("broken")
	for name, c := range map[string]struct {
		fails    func(ctx context.Context) error
		reported bool
	}{
		"the cause":      {fails: context.Cause},
		"ctx.Err":        {fails: func(ctx context.Context) error { return fmt.Errorf("call: %w", ctx.Err()) }},
		"something else": {fails: func(context.Context) error { return errBroken }, reported: true},
		"a panic":        {fails: func(context.Context) error { panic(errBroken) }, reported: true},
	} {
		for _, late := range []time.Duration{0, time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				call := task.New("call", func(ctx context.Context, _ int) (int, error) {
					<-ctx.Done()
					time.Sleep(late)
					return 0, c.fails(ctx)
				})
				_, err := future.Run(t.Context(), func(scope context.Context) (int, error) {
					ctx, cancel := context.WithTimeout(scope, time.Second)
					defer cancel()
					_, err := call.Do(ctx, 1)
					if late > 0 {
						require.ErrorIs(t, err, context.DeadlineExceeded)
					}
					return 1, nil
				})
				if c.reported && late > 0 {
					require.ErrorIs(t, err, errBroken, name)
				} else if !c.reported {
					require.NoError(t, err, name)
				}
			})
		}
	}
}
