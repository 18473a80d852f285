package future_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
)

// overtake lets losers lose against a future that is complete.
func overtake(cause error, losers ...future.Future[int]) {
	inputs := append([]future.Future[int]{future.Of(1, nil)}, losers...)
	rule := future.Rule{Total: 1, Owns: true, Lost: cause}
	watchAll(inputs, rule, func(future.Tally) (int, error) { return 1, nil })
}

func untilItsEnd(ctx context.Context) (int, error) {
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// Losers of several races may share what they end with, but only with those that lost for the same cause.
func TestWatch_losersEndWithTheCauseOfTheirRace(t *testing.T) {
	other := errors.New("boom")
	causes := []error{errBoom, other, errBoom, nil, context.Canceled, context.DeadlineExceeded, fmt.Errorf("late: %w", context.DeadlineExceeded), errBoom}
	for _, odd := range strange.Errors {
		causes = append(causes, odd, errBoom)
	}
	for range 2 {
		for _, cause := range causes {
			p := future.NewPromise[int](bg())
			ctx := p.Context()
			f, g := future.Go(bg(), untilItsEnd), future.Go(bg(), untilItsEnd)
			failed := future.Go(bg(), func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, other })
			overtake(cause, p.Future(), f, g, failed)
			want := future.NewPromise[int](bg()).Future()
			want.Cancel(cause)
			text := futuretest.Await(t, want).Err.Error()
			for _, loser := range []future.Future[int]{p.Future(), f, g} {
				err := futuretest.Await(t, loser).Err
				require.Equal(t, text, err.Error())
				require.Equal(t, future.IsCanceled(futuretest.Await(t, want).Err), future.IsCanceled(err))
				if cause == errBoom {
					require.ErrorIs(t, err, errBoom)
					require.NotErrorIs(t, err, other)
				}
			}
			require.Equal(t, other, futuretest.Await(t, failed).Err, "a failure of its own")
			require.Equal(t, text, future.Cause(ctx).Error())
		}
	}
}

// What losers share outlives a test bubble.
func TestG24_losersInSeveralBubbles(t *testing.T) {
	lose := func(t *testing.T) {
		entered, lost := make(chan struct{}), make(chan struct{})
		f := future.Go(bg(), func(ctx context.Context) (int, error) {
			close(entered)
			<-lost
			<-ctx.Done() // asked for after the end
			child, stop := context.WithCancel(ctx)
			defer stop()
			return untilItsEnd(child)
		})
		<-entered
		overtake(errBoom, f)
		close(lost)
		require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom)
	}
	for range 3 {
		synctest.Test(t, lose)
		lose(t)
	}
}

// A cancellation that several futures share is no news, and hides none.
func TestG25_aFailureBesideLosers(t *testing.T) {
	for range 3 {
		ctx, scope := future.WithScope(bg())
		f := future.Go(ctx, untilItsEnd)
		overtake(errBoom, f, future.Go(ctx, untilItsEnd))
		futuretest.Await(t, f)
		bad := future.Go(ctx, func(context.Context) (int, error) { return 0, errors.New("news") })
		<-bad.Done()
		err := scope.Close()
		require.ErrorContains(t, err, "news")
		require.NotErrorIs(t, err, errBoom)
	}
}
