package task_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

func explode(context.Context, int) (int, error) { panic(errBoom) }

func TestG05_aPanicIsAnErrorWithItsValueAndStack(t *testing.T) {
	for name, tk := range map[string]number{
		"plain":        does(explode),
		"with a limit": does(explode).Timeout(time.Hour),
		"with a retry": does(explode).Retry(task.Retry{Attempts: 2}),
		"wrapped":      does(explode).Wrap(same),
		"wrapped with policies inside": does(explode).OnError(func(context.Context, int, error) {}).
			Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
				return func(ctx context.Context, n int) (int, error) { return inside(ctx, n) }
			}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tk.Do(bg(), 1)
			p, ok := errors.AsType[*future.PanicError](err)
			require.True(t, ok)
			require.Same(t, errBoom, p.Value)
			require.ErrorIs(t, err, errBoom)
			require.Contains(t, p.Stack(), "task_test.explode(", "the frames of the goroutine that panicked")
			require.NotContains(t, err.Error(), "\n")
		})
	}
	t.Run("a runtime error", func(t *testing.T) {
		_, err := does(func(_ context.Context, n int) (int, error) { return []int{}[n], nil }).Do(bg(), 1)
		_, ok := errors.AsType[runtime.Error](err)
		require.True(t, ok, "%v", err)
	})
}

// around are policies that act on a failure, and what is the result then.
var around = map[string]struct {
	put  func(number) number
	want int
}{
	"nothing":  {func(tk number) number { return tk }, 0},
	"Fallback": {func(tk number) number { return tk.Fallback(7) }, 7},
	"Recover": {func(tk number) number {
		return tk.Recover(func(context.Context, int, error) (int, error) { return 8, nil })
	}, 8},
	"Retry, Fallback":      {func(tk number) number { return tk.Retry(task.Retry{Attempts: 2, If: always}).Fallback(7) }, 7},
	"Timeout, Fallback":    {func(tk number) number { return tk.Timeout(time.Hour).Fallback(7) }, 7},
	"OnError and Fallback": {func(tk number) number { return tk.OnError(func(context.Context, int, error) {}).Fallback(7) }, 7},
	"Wrap":                 {func(tk number) number { return tk.Wrap(same) }, 0},
	"Fallback in a Wrap":   {func(tk number) number { return tk.Fallback(7).Wrap(same) }, 7},
}

// inEach runs tk in each of them, and checks the failures that get through.
func inEach(t *testing.T, name string, tk number, check func(t testing.TB, err error)) {
	for what, p := range around {
		t.Run(name+"/"+what, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			v, err := p.put(tk).Do(ctx, 1)
			require.Equal(t, p.want, v)
			if p.want == 0 {
				check(t, err)
			} else {
				require.NoError(t, err)
			}
			require.NoError(t, scope.Close())
		})
	}
}

// G6, G7: each call of user code is guarded on its own, so what it does instead
// of returning reaches the policies around it, also a Goexit.
func TestG07_whatNeverReturnsReachesThePoliciesAround(t *testing.T) {
	for how, c := range odd {
		for where, tk := range map[string]number{
			"function": does(func(context.Context, int) (int, error) { c.leave(); return 0, nil }),
			"middleware": plus().Wrap(func(task.Func[int, int]) task.Func[int, int] {
				return func(context.Context, int) (int, error) { c.leave(); return 0, nil }
			}),
			"middleware, after the function": plus().Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
				return func(ctx context.Context, n int) (int, error) { inside(ctx, n); c.leave(); return 0, nil }
			}),
			"middleware around policies": fails(errDown).Retry(task.Retry{Attempts: 2}).Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
				return func(ctx context.Context, n int) (int, error) { inside(ctx, n); c.leave(); return 0, nil }
			}),
		} {
			inEach(t, how+"/"+where, tk, c.check)
		}
	}
}

// What a handler does instead of returning is joined to the failure that it was told.
func TestG06_aHandlerThatDoesNotReturnFailsWhatItWasMaking(t *testing.T) {
	for how, c := range odd {
		for where, tk := range map[string]number{
			"Recover":                  fails(errDown).Recover(func(context.Context, int, error) (int, error) { c.leave(); return 1, nil }),
			"OnError":                  fails(errDown).OnError(func(context.Context, int, error) { c.leave() }),
			"If":                       fails(errDown).Retry(task.Retry{Attempts: 3, If: func(error) bool { c.leave(); return true }}),
			"Recover, after a timeout": fails(errDown).Timeout(time.Hour).Recover(func(context.Context, int, error) (int, error) { c.leave(); return 1, nil }),
			"Recover, in a timeout":    fails(errDown).Recover(func(context.Context, int, error) (int, error) { c.leave(); return 1, nil }).Timeout(time.Hour),
		} {
			inEach(t, how+"/"+where, tk, func(t testing.TB, err error) {
				c.check(t, err)
				require.ErrorIs(t, err, errDown, "joined to what it was told")
			})
		}
	}
}

func TestG06_anIfThatDoesNotReturnEndsTheAttempts(t *testing.T) {
	for how, c := range odd {
		t.Run(how, func(t *testing.T) {
			made, asked := 0, 0
			_, err := does(func(context.Context, int) (int, error) { made++; return 0, errDown }).
				Retry(task.Retry{Attempts: 3, If: func(error) bool { asked++; c.leave(); return true }}).Do(bg(), 1)
			c.check(t, err)
			require.Equal(t, 1, made)
			require.Equal(t, 1, asked)
		})
	}
}

// An outer OnError, or an outer Retry, is told of the joined failure, once each.
func TestG06_othersAreToldOfTheJoinedFailure(t *testing.T) {
	for how, c := range odd {
		t.Run(how, func(t *testing.T) {
			var told []error
			rounds := 0
			_, err := fails(errDown).
				OnError(func(context.Context, int, error) { c.leave() }).
				OnError(func(_ context.Context, _ int, err error) { told = append(told, err) }).
				Retry(task.Retry{Attempts: 2, If: func(error) bool { rounds++; return true }}).Do(bg(), 1)
			require.Len(t, told, 2)
			require.Equal(t, 1, rounds)
			for _, err := range append(told, err) {
				c.check(t, err)
				require.ErrorIs(t, err, errDown)
			}
		})
	}
}

func TestG07_goexitEndsNeitherTheCallerNorTheScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alive := false
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			ctx, scope := future.WithScope(bg())
			_, err := does(func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }).
				OnError(func(context.Context, int, error) { runtime.Goexit() }).Do(ctx, 1)
			require.ErrorIs(t, err, future.ErrGoexit)
			require.NoError(t, scope.Close())
			alive = true
		}()
		<-ended
		require.True(t, alive)
	})
}

// A late function that panics or exits is nobody's failure any more.
func TestG06_aLatePanicGoesNowhere(t *testing.T) {
	for how, c := range odd {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				hold := make(chan struct{})
				v, err := does(func(context.Context, int) (int, error) { <-hold; c.leave(); return 0, nil }).Timeout(ms).Fallback(7).Do(ctx, 1)
				require.NoError(t, err)
				require.Equal(t, 7, v)
				close(hold)
				require.NoError(t, scope.Close())
			})
		})
	}
}

// An error whose own methods panic is a failure like any other.
type rudeError struct{}

func (rudeError) Error() string { panic("in Error") }
func (rudeError) Is(error) bool { panic("in Is") }
func (rudeError) Unwrap() error { panic("in Unwrap") }

func TestG06_anErrorWhoseMethodsPanic(t *testing.T) {
	tk := fails(rudeError{})
	for what, tk := range map[string]number{
		"plain": tk, "retry": tk.Retry(task.Retry{Attempts: 2}),
		"told": tk.OnError(func(context.Context, int, error) {}),
	} {
		_, err := tk.Do(bg(), 1)
		require.True(t, err == rudeError{}, what)
		v, err := tk.Fallback(7).Do(bg(), 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	}
}
