package recovery_test

import (
	"context"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	recovery "github.com/jade-go/jade/recover"
)

func TestMisuse_panicsInTheCaller(t *testing.T) {
	var noCtx context.Context
	handle := func(context.Context, error) (int, error) { return 0, nil }
	for state, f := range map[string]fint{"complete": future.Of(1, nil), "failed": future.Of(1, errBoom), "pending": future.NewPromise[int](bg()).Future(), "zero": {}} {
		for want, misuse := range map[string]func(){
			"recovery.Recover: nil context":    func() { recovery.Recover(noCtx, f, handle) },
			"recovery.Recover: nil function":   func() { recovery.Recover(bg(), f, nil) },
			"recovery.RecoverIs: nil context":  func() { recovery.RecoverIs(noCtx, f, errBoom, handle) },
			"recovery.RecoverIs: nil function": func() { recovery.RecoverIs(bg(), f, errBoom, nil) },
			"recovery.RecoverIs: nil target":   func() { recovery.RecoverIs(bg(), f, nil, handle) },
			"recovery.RecoverAs: nil context":  func() { recovery.RecoverAs(noCtx, f, handle) },
			"recovery.RecoverAs: nil function": func() { recovery.RecoverAs[*fs.PathError](bg(), f, nil) },
			"recovery.OnError: nil function":   func() { recovery.OnError(f, nil) },
		} {
			t.Run(want+"/"+state, func(t *testing.T) {
				defer func() { require.Equal(t, want, recover()) }()
				misuse()
				t.Error("no panic")
			})
		}
	}
}

func TestMisuse_zeroFutures(t *testing.T) {
	var zero fint
	for how, rescue := range rescues {
		require.Equal(t, future.Result[int]{Value: 99}, futuretest.Await(t, rescue(bg(), zero)), how)
	}
	require.Same(t, future.ErrZero, futuretest.Await(t, recovery.OnError(zero, func(error) {})).Err)
	require.Equal(t, 1, futuretest.Await(t, recovery.RecoverIs(bg(), zero, future.ErrZero, func(context.Context, error) (int, error) { return 1, nil })).Value)
}

func TestMisuse_valuesAndErrorsOfOddShape(t *testing.T) {
	require.Equal(t, future.Result[any]{}, futuretest.Await(t, recovery.Fallback[any](future.Of[any](1, errBoom), nil)), "nil is a value to fall back to")
	require.Equal(t, future.Result[error]{Value: errBoom}, futuretest.Await(t, recovery.Fallback(future.Of[error](errBoom, nil), nil)), "a value that is an error is no failure")
	require.Equal(t, future.Result[error]{Value: errBoom}, futuretest.Await(t, recovery.Fallback(future.Of[error](nil, fs.ErrExist), errBoom)))
	for _, odd := range []error{(*fs.PathError)(nil), (*future.CanceledError)(nil), (*future.PanicError)(nil), uncomparable{[]int{1}}} {
		require.NotPanics(t, func() { recovery.Classify(odd) })
		require.NotEqual(t, recovery.ClassNone, recovery.Classify(odd), "a nil pointer in an error is an error")
		r := futuretest.Await(t, recovery.Fallback(future.Of(1, odd), 99))
		require.True(t, r.Err == nil && r.Value == 99 || future.IsCanceled(odd))
		r = futuretest.Await(t, recovery.RecoverAs(bg(), future.Of(1, odd), func(_ context.Context, e *fs.PathError) (int, error) { return 99, nil }))
		require.True(t, r.Err != nil || r.Value == 99)
	}
	require.Equal(t, 99, futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, error(uncomparable{})), errBoom, func(context.Context, error) (int, error) { return 1, nil })).Value+98, "no match: the value beside the error")
	r := futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, errBoom), error(uncomparable{}), func(context.Context, error) (int, error) { return 99, nil }))
	require.Same(t, errBoom, r.Err, "a target that cannot be compared matches nothing")
}

type uncomparable struct{ s []int }

func (uncomparable) Error() string { return "uncomparable" }

// The leak check of TestMain would pass vacuously if it could not see this.
func TestLeakCheck_findsAPlantedLeak(t *testing.T) {
	before := goleak.IgnoreCurrent()
	hold := make(chan struct{})
	f := recovery.Recover(bg(), future.Of(1, errBoom), func(context.Context, error) (int, error) { <-hold; return 1, nil })
	require.Error(t, goleak.Find(before))
	close(hold)
	futuretest.Await(t, f)
	require.NoError(t, goleak.Find(before))
}
