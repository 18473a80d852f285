package task_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

func TestWrap_isCalledOnceWhereItIsWritten(t *testing.T) {
	made, called := 0, 0
	tk := plus().Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
		made++
		return func(ctx context.Context, n int) (int, error) { called++; v, err := inside(ctx, n); return v * 100, err }
	})
	require.Equal(t, 1, made)
	require.Zero(t, called)
	for _, tk := range []number{tk, tk, tk.Timeout(time.Hour), tk.Named("other"), tk.Retry(task.Retry{Attempts: 2})} {
		v, err := tk.Do(bg(), 1)
		require.NoError(t, err)
		require.Equal(t, 200, v)
	}
	require.Equal(t, 1, made)
	require.Equal(t, 5, called)
	require.PanicsWithValue(t, "in mw", func() { plus().Wrap(func(task.Func[int, int]) task.Func[int, int] { panic("in mw") }) })
}

// noting is middleware that says when it is passed.
func noting(d *diary, name string) func(task.Func[int, int]) task.Func[int, int] {
	return func(inside task.Func[int, int]) task.Func[int, int] {
		return func(ctx context.Context, n int) (int, error) {
			d.Note("%s in", name)
			v, err := inside(ctx, n)
			d.Note("%s out %v", name, err)
			return v, err
		}
	}
}

func TestWrap_isOneOfThePoliciesInTheirOrder(t *testing.T) {
	two := task.Retry{Attempts: 2, Delay: ms, If: always}
	for what, c := range map[string]struct {
		tk   func(d *diary) number
		want []string
	}{
		"inside a retry": {func(d *diary) number { return fails(errBoom).Wrap(noting(d, "a")).Retry(two) },
			[]string{"0s a in", "0s a out boom", "1ms a in", "1ms a out boom"}},
		"around a retry": {func(d *diary) number { return fails(errBoom).Retry(two).Wrap(noting(d, "a")) },
			[]string{"0s a in", "1ms a out boom"}},
		"around a fallback": {func(d *diary) number { return fails(errBoom).Fallback(7).Wrap(noting(d, "a")) },
			[]string{"0s a in", "0s a out <nil>"}},
		"two of them": {func(d *diary) number { return plus().Wrap(noting(d, "a")).Wrap(noting(d, "b")) },
			[]string{"0s b in", "0s a in", "0s a out <nil>", "0s b out <nil>"}},
		"between policies": {func(d *diary) number {
			return fails(errBoom).Retry(two).Wrap(noting(d, "a")).Retry(task.Retry{Attempts: 2, Delay: time.Second, If: always})
		},
			[]string{"0s a in", "1ms a out boom", "1.001s a in", "1.002s a out boom"}},
		"around a timeout": {func(d *diary) number { return hangs().Timeout(ms).Wrap(noting(d, "a")) },
			[]string{"0s a in", "1ms a out item: deadline exceeded: limit 1ms, elapsed 1ms"}},
		"inside a timeout": {func(d *diary) number { return hangs().Wrap(noting(d, "a")).Timeout(ms) },
			[]string{"0s a in", "1ms a out item: deadline exceeded: limit 1ms, elapsed 1ms"}},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDiary()
				c.tk(d).Do(bg(), 1)
				synctest.Wait()
				require.Equal(t, c.want, d.Read())
			})
		})
	}
}

func TestWrap_mayDoWithoutWhatIsInside(t *testing.T) {
	no := does(func(context.Context, int) (int, error) { t.Error("called"); return 0, nil })
	cached := func(task.Func[int, int]) task.Func[int, int] {
		return func(context.Context, int) (int, error) { return 42, nil }
	}
	for _, tk := range []number{no.Wrap(cached), no.Timeout(time.Hour).Wrap(cached), no.Wrap(cached).Fallback(7)} {
		v, err := tk.Do(bg(), 1)
		require.NoError(t, err)
		require.Equal(t, 42, v)
	}
	twice := func(inside task.Func[int, int]) task.Func[int, int] {
		return func(ctx context.Context, n int) (int, error) {
			a, _ := inside(ctx, n)
			b, err := inside(ctx, a)
			return b, err
		}
	}
	v, err := plus().Fallback(0).Wrap(twice).Wrap(twice).Do(bg(), 1)
	require.NoError(t, err)
	require.Equal(t, 5, v, "or call it more than once")
}

func TestWrap_givesItsCtxToWhatIsInside(t *testing.T) {
	type key struct{}
	with := func(inside task.Func[int, int]) task.Func[int, int] {
		return func(ctx context.Context, n int) (int, error) {
			ctx, cancel := context.WithTimeout(context.WithValue(ctx, key{}, "v"), time.Second)
			defer cancel()
			return inside(ctx, n)
		}
	}
	look := does(func(ctx context.Context, n int) (int, error) {
		require.Equal(t, "v", ctx.Value(key{}))
		<-ctx.Done()
		return 0, future.Cause(ctx)
	})
	for _, tk := range []number{look.Wrap(with), look.Timeout(time.Hour).Wrap(with)} {
		synctest.Test(t, func(t *testing.T) {
			_, elapsed, err := took(bg(), tk)
			require.Equal(t, time.Second, elapsed)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
	synctest.Test(t, func(t *testing.T) { // what stands in comes before the deadline
		v, elapsed, err := took(bg(), look.Fallback(7).Wrap(with))
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, 995*ms, elapsed)
	})
}

// G10: no user function runs on the goroutine that called Do or Go.
func TestG10_nothingOfTheUsersRunsOnTheCaller(t *testing.T) {
	var mu sync.Mutex
	on := map[string]string{} // where each function has run, by its name
	at := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		on[what] = goroutine()
	}
	tk := does(func(context.Context, int) (int, error) { at("function"); return 0, errDown }).
		Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
			return func(ctx context.Context, n int) (int, error) { at("middleware"); return inside(ctx, n) }
		}).
		Retry(task.Retry{Attempts: 2, If: func(error) bool { at("If"); return true }}).
		OnError(func(context.Context, int, error) { at("OnError") }).
		Recover(func(context.Context, int, error) (int, error) { at("Recover"); return 0, errBoom }).
		Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
			return func(ctx context.Context, n int) (int, error) { at("outer middleware"); return inside(ctx, n) }
		})
	watched := observe.With(bg(), watcher(func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
		at("Begin")
		return nil, func(observe.Outcome) { at("end") }
	}))
	ended, cancel := context.WithCancel(watched)
	cancel()
	for how, c := range map[string]struct {
		run  func()
		want []string
	}{
		"Do":      {func() { tk.Do(watched, 1) }, []string{"function", "middleware", "If", "OnError", "Recover", "outer middleware", "Begin", "end"}},
		"Go":      {func() { <-tk.Go(watched, 1).Done() }, []string{"function", "middleware", "If", "OnError", "Recover", "outer middleware", "Begin", "end"}},
		"late":    {func() { hangs().Timeout(1).OnError(func(context.Context, int, error) { at("OnError") }).Do(watched, 1) }, []string{"OnError", "Begin", "end"}},
		"skipped": {func() { tk.Do(ended, 1) }, []string{"Begin", "end"}},
	} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clear(on)
				c.run()
				synctest.Wait()
				mu.Lock()
				defer mu.Unlock()
				for _, what := range c.want {
					require.Contains(t, on, what)
					require.NotEqual(t, goroutine(), on[what], what)
				}
				require.Len(t, on, len(c.want))
			})
		})
	}
}

// G8: no user function runs under a lock: each may run the task that it is part of.
func TestG08_everyFunctionMayRunTheTaskAgain(t *testing.T) {
	var tk number
	depth := func(ctx context.Context, n int) {
		if n > 0 {
			tk.Do(ctx, n-1)
			tk.Go(ctx, n-1).Cancel(nil)
		}
	}
	watched := observe.With(bg(), watcher(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
		plus().Do(context.WithoutCancel(bg()), 1)
		return nil, func(observe.Outcome) { plus().Timeout(time.Hour).Do(bg(), 1) }
	}))
	tk = does(func(ctx context.Context, n int) (int, error) { depth(ctx, n); return 0, errDown }).
		Timeout(time.Hour).
		Retry(task.Retry{Attempts: 2, If: func(error) bool { plus().Do(watched, 1); return true }}).
		OnError(func(ctx context.Context, n int, _ error) { depth(ctx, n) }).
		Timeout(2 * time.Hour).
		Recover(func(ctx context.Context, n int, err error) (int, error) { depth(ctx, n); return 0, err })
	_, err := tk.Do(watched, 2)
	require.True(t, errors.Is(err, errDown))
}
