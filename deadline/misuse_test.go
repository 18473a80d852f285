package deadline_test

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

func TestMisuse_panicsInTheCaller(t *testing.T) {
	var noCtx context.Context
	for want, misuse := range map[string]func(){
		"deadline.Run: nil context":                                       func() { deadline.Run(noCtx, 1, func(context.Context) (int, error) { return 0, nil }) },
		"deadline.Run: nil function":                                      func() { deadline.Run[int](bg(), 1, nil) },
		"deadline.Reserve: nil context":                                   func() { deadline.Reserve(noCtx, 1) },
		"deadline.Reserve: the duration is -1s, and must not be negative": func() { deadline.Reserve(bg(), -time.Second) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() { require.Equal(t, want, recover()) }()
			misuse()
			t.Error("no panic")
		})
	}
}

func TestMisuse_zeroAndNegativeLimits(t *testing.T) {
	for _, d := range []time.Duration{0, -1, -time.Hour, math.MinInt64} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var told atomic.Int32
			slow := func(ctx context.Context) (int, error) {
				<-ctx.Done()
				if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
					told.Add(1)
				}
				return 0, nil
			}
			for name, f := range map[string]future.Future[int]{
				"Within": deadline.Within(future.Go(bg(), slow), d),
				"At":     deadline.At(future.Go(bg(), slow), start.Add(max(d, -time.Hour))),
			} {
				err := futuretest.AwaitVirtual(t, f).Err
				require.ErrorIs(t, err, context.DeadlineExceeded, name)
				require.NotEmpty(t, err.Error())
			}
			synctest.Wait()
			require.EqualValues(t, 2, told.Load())
			require.Equal(t, 1, futuretest.AwaitVirtual(t, deadline.Within(future.Of(1, nil), d)).Value, "what is complete is in time")
			_, err := deadline.Run(bg(), d, slow)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, []int{1, -1}, futuretest.AwaitVirtual(t, deadline.Partial(d, -1, future.Of(1, nil), future.Go(bg(), slow))).Value)
			require.Zero(t, time.Since(start), "late at once")
			synctest.Wait()
		})
	}
	require.Equal(t, 1, futuretest.AwaitVirtual(t, deadline.Within(future.Of(1, nil), math.MaxInt64)).Value)
	p := future.NewPromise[int](bg())
	f := deadline.Within(p.Future(), math.MaxInt64)
	p.Complete(1, nil)
	require.Equal(t, 1, futuretest.AwaitVirtual(t, f).Value)
	require.ErrorIs(t, futuretest.AwaitVirtual(t, deadline.At(future.NewPromise[int](bg()).Future(), time.Time{})).Err, context.DeadlineExceeded, "the zero time is long past")
}

func TestMisuse_zeroFuturesAndEmptyInputs(t *testing.T) {
	var zero future.Future[int]
	require.Same(t, future.ErrZero, futuretest.AwaitVirtual(t, deadline.Within(zero, time.Hour)).Err)
	require.Same(t, future.ErrZero, futuretest.AwaitVirtual(t, deadline.At(zero, time.Now())).Err)
	require.Equal(t, []int{-1, 2}, futuretest.AwaitVirtual(t, deadline.Partial(time.Hour, -1, zero, future.Of(2, nil))).Value)
	require.Equal(t, future.Result[[]int]{Value: []int{}}, futuretest.AwaitVirtual(t, deadline.Partial(time.Hour, -1)))
	deadline.Within(zero, time.Hour).Cancel(nil)

	fs := []future.Future[int]{future.Of(1, nil), future.NewPromise[int](bg()).Future()}
	f := deadline.Partial(time.Hour, -1, fs...)
	fs[0] = zero // the caller's slice is its own
	fs[1].Cancel(nil)
	require.Equal(t, []int{1, -1}, futuretest.AwaitVirtual(t, f).Value)
}

func TestMisuse_values(t *testing.T) {
	require.Equal(t, future.Result[any]{Value: nil}, futuretest.AwaitVirtual(t, deadline.Within(future.Of[any](nil, nil), time.Hour)))
	require.Equal(t, future.Result[any]{Value: errBoom}, futuretest.AwaitVirtual(t, deadline.Within(future.Of[any](errBoom, nil), time.Hour)))
	v, err := deadline.Run(bg(), time.Hour, func(context.Context) (error, error) { return errBoom, nil }) //nolint:revive
	require.NoError(t, err)
	require.Same(t, errBoom, v)
	require.Equal(t, []any{nil, errBoom}, futuretest.AwaitVirtual(t, deadline.Partial[any](time.Hour, errBoom, future.Of[any](nil, nil), future.Of[any](1, errBoom))).Value)
}

type panickyError struct{}

func (*panickyError) Error() string { panic("in Error") }
func (*panickyError) Is(error) bool { panic("in Is") }

func TestMisuse_oddErrors(t *testing.T) {
	for _, odd := range []error{&panickyError{}, (*deadline.Error)(nil), (*future.PanicError)(nil), (*future.CanceledError)(nil)} {
		require.True(t, futuretest.AwaitVirtual(t, deadline.Within(future.Of(1, odd), time.Hour)).Err == odd)
		synctest.Test(t, func(t *testing.T) {
			for _, outer := range []time.Duration{time.Second, time.Hour} {
				ctx, cancel := context.WithTimeoutCause(bg(), outer, odd)
				defer cancel()
				require.NotPanics(t, func() {
					_, err := deadline.Run(ctx, time.Minute, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, odd })
					require.Error(t, err)
					_, err = deadline.Run(ctx, time.Minute, func(ctx context.Context) (int, error) { return 0, odd })
					require.Error(t, err)
				})
				reserved, stop := deadline.Reserve(ctx, time.Second)
				<-reserved.Done()
				stop()
			}
		})
	}
	for _, e := range []*deadline.Error{{}, {Name: "n"}, {Inherited: true}, {Limit: -1, Elapsed: -1}} {
		require.NotEmpty(t, e.Error())
		require.ErrorIs(t, e, context.DeadlineExceeded)
		require.NoError(t, errors.Unwrap(e))
	}
}

// The leak check of TestMain would pass vacuously if it could not see this.
func TestLeakCheck_findsAPlantedLeak(t *testing.T) {
	before := goleak.IgnoreCurrent()
	hold := make(chan struct{})
	f := future.Go(bg(), func(context.Context) (int, error) { <-hold; return 0, nil })
	_ = futuretest.AwaitVirtual(t, deadline.Within(f, 1))
	require.Error(t, goleak.Find(before))
	close(hold)
	<-f.Done()
	require.NoError(t, goleak.Find(before))
}
