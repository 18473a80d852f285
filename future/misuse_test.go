package future_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// A programmer's mistake panics in the caller's goroutine, in one line that
// says which function and why.
func TestMisuse_panicsInTheCaller(t *testing.T) {
	var nilPromise *future.Promise[int]
	var nilScope *future.Scope
	var zeroScope future.Scope
	var noCtx context.Context
	fn := func(context.Context) (int, error) { return 0, nil }
	call := func(context.Context, int) (int, error) { return 0, nil }
	pending := future.NewPromise[int](bg()).Future()
	body := step[int, int](func(context.Context, future.Result[int]) (int, error) { return 0, nil })
	for want, misuse := range map[string]func(){
		"future.Go: nil context":                               func() { future.Go(noCtx, fn) },
		"future.Go: nil function":                              func() { future.Go[int](bg(), nil) },
		"future.Call: nil context":                             func() { future.Call(noCtx, call, 1) },
		"future.Call: nil function":                            func() { future.Call[int, int](bg(), nil, 1) },
		"future.Future.Await: nil context":                     func() { pending.Await(noCtx) },
		"future.Future.Await: nil context ":                    func() { future.Of(1, nil).Await(noCtx) },
		"future.Future.Await: nil context  ":                   func() { future.Future[int]{}.Await(noCtx) },
		"future.Future.OnDone: nil function":                   func() { pending.OnDone(nil) },
		"future.Future.OnDone: nil function ":                  func() { future.Future[int]{}.OnDone(nil) },
		"future.NewPromise: nil context":                       func() { future.NewPromise[int](noCtx) },
		"future.Promise.Complete: nil promise":                 func() { nilPromise.Complete(1, nil) },
		"future.Promise.Future: nil promise":                   func() { nilPromise.Future() },
		"future.Promise.Context: nil promise":                  func() { nilPromise.Context() },
		"future.Run: nil context":                              func() { future.Run(noCtx, fn) },
		"future.Run: nil function":                             func() { future.Run[int](bg(), nil) },
		"future.Run: nil option":                               func() { future.Run(bg(), fn, nil) },
		"future.WithScope: nil context":                        func() { future.WithScope(noCtx) },
		"future.WithScope: nil option":                         func() { future.WithScope(bg(), nil) },
		"future.Unobserved: nil function":                      func() { future.Unobserved(nil) },
		"future.Scope.Close: scope was not made by WithScope":  func() { nilScope.Close() },
		"future.Scope.Close: scope was not made by WithScope ": func() { zeroScope.Close() },
		"future.Scope.Wait: scope was not made by WithScope":   func() { nilScope.Wait() },
		"future.Scope.Wait: scope was not made by WithScope ":  func() { zeroScope.Wait() },
		"future.Named: nil context":                            func() { future.Named(noCtx, "n") },
		"future.Name: nil context":                             func() { future.Name(noCtx, fn) },
		"future.Cause: nil context":                            func() { future.Cause(noCtx) },
		"future.Follow: nil context":                           func() { future.Follow(noCtx, pending, 0, body) },
		"future.Follow: nil function":                          func() { future.Follow[int, int](bg(), pending, 0, nil) },
		"future.Watch: nil function":                           func() { future.Watch[int](1, future.Rule{Total: 1}, nil) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				for want[len(want)-1] == ' ' { // another case of the same
					want = want[:len(want)-1]
				}
				require.Equal(t, want, recover())
			}()
			misuse()
			t.Error("no panic")
		})
	}
}

func TestMisuse_twice(t *testing.T) {
	t.Run("Complete", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		require.True(t, p.Complete(1, nil))
		require.False(t, p.Complete(1, nil))
	})
	t.Run("Close and Wait", func(t *testing.T) {
		_, scope := future.WithScope(bg())
		require.NoError(t, scope.Close())
		require.NoError(t, scope.Close())
		scope.Wait()
	})
	t.Run("Cancel", func(t *testing.T) {
		f := future.NewPromise[int](bg()).Future()
		f.Cancel(errBoom)
		f.Cancel(nil)
		require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom)
	})
	t.Run("stop", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		stop := p.Future().OnDone(func(future.Result[int]) { t.Error("called") })
		require.True(t, stop())
		require.False(t, stop())
		p.Complete(1, nil)
		require.False(t, stop())
	})
	t.Run("an option", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg(), future.Grace(time.Hour), future.Grace(time.Second))
			hold := make(chan struct{})
			stubborn(ctx, hold)
			start := time.Now()
			require.Error(t, scope.Close())
			require.Equal(t, time.Second, time.Since(start), "the last one counts")
			close(hold)
			require.NoError(t, scope.Close())
		})
	})
}

func TestMisuse_goAfterClose(t *testing.T) {
	ctx, scope := future.WithScope(bg())
	var late context.Context
	settled(future.Go(ctx, func(ctx context.Context) (int, error) { late = ctx; return 0, nil }))
	require.NoError(t, scope.Close())
	for name, ctx := range map[string]context.Context{"the scope's": ctx, "a function's": late, "derived": context.WithoutCancel(late)} {
		f := future.Go(ctx, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
		require.ErrorIs(t, futuretest.Await(t, f).Err, context.Canceled, name)
		require.False(t, future.NewPromise[int](ctx).Complete(1, nil), name)
		inner, nested := future.WithScope(ctx)
		g := future.Go(inner, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
		require.ErrorIs(t, futuretest.Await(t, g).Err, context.Canceled, name)
		require.NoError(t, nested.Close())
	}
}

func TestMisuse_graceOfZeroOrLess(t *testing.T) {
	for _, d := range []time.Duration{0, -1, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg(), future.Grace(d))
			hold := make(chan struct{})
			stubborn(ctx, hold)
			start := time.Now()
			_, late := errors.AsType[*future.StragglerError](scope.Close())
			require.True(t, late, "gives up at once")
			require.Less(t, time.Since(start), time.Microsecond)
			close(hold)
			synctest.Wait()
			require.NoError(t, scope.Close())
		})
	}
}

func TestMisuse_errorsThatAreNilPointers(t *testing.T) {
	type special = future.CanceledError
	for name, err := range map[string]error{
		"CanceledError": (*special)(nil), "PanicError": (*future.PanicError)(nil), "panicking methods": (*panickyError)(nil),
		"UnobservedError": (*future.UnobservedError)(nil), "StragglerError": (*future.StragglerError)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			f := future.Go(ctx, func(context.Context) (int, error) { return 1, err })
			r := futuretest.Await(t, f)
			require.Equal(t, 1, r.Value)
			require.True(t, r.Err == err, "what a function returns is untouched: a nil pointer in an error is an error")
			p := future.NewPromise[int](ctx)
			p.Complete(1, err)
			require.True(t, futuretest.Await(t, p.Future()).Err == err)
			future.NewPromise[int](ctx).Complete(1, err) // nobody looks
			g := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) })
			g.Cancel(err)
			require.Error(t, futuretest.Await(t, g).Err)
			if err := scope.Close(); name == "CanceledError" {
				require.NoError(t, err, "a cancellation is never reported")
			} else {
				require.Len(t, unobserved(err), 1)
			}
		})
	}
}

// The names and errors of this package are usable in their zero form.
func TestMisuse_zeroErrorValues(t *testing.T) {
	for _, err := range []error{
		&future.CanceledError{}, &future.PanicError{}, &future.StragglerError{}, &future.UnobservedError{Err: errBoom},
		(*future.CanceledError)(nil), &future.CanceledError{Cause: (*future.CanceledError)(nil)},
	} {
		require.NotEmpty(t, err.Error())
		require.NotContains(t, err.Error(), "\n")
		require.False(t, errors.Is(err, errors.ErrUnsupported))
	}
	require.Empty(t, (&future.PanicError{}).Stack())
	r := future.Result[int]{Value: 1, Err: errBoom}
	v, err := r.Get()
	require.Equal(t, 1, v)
	require.Same(t, errBoom, err)
}

func TestMisuse_namesAreAnything(t *testing.T) {
	for _, name := range []string{"", " ", "line\nbreak", "%s%d", "名前"} {
		ctx, scope := future.WithScope(bg())
		settled(failing(future.Named(ctx, name), errBoom))
		us := unobserved(scope.Close())
		require.Len(t, us, 1)
		if name != "" {
			require.Equal(t, name, us[0].Name)
		} else {
			require.Contains(t, us[0].Name, "_test.go:", "an empty name is none")
		}
	}
	f := future.NewPromise[int](bg()).Future()
	require.NotPanics(t, func() { f.Name() })
	require.NotPanics(t, func() { future.Name(bg(), nil); future.Name(bg(), 1); future.Name(bg(), (func())(nil)) })
	require.Equal(t, "n", future.Name(future.Named(bg(), "n"), nil))
}
