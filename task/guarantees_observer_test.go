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
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// quietly returns what is logged meanwhile.
func quietly(t testing.TB, do func()) string {
	log := notes.Log(t)
	do()
	return log.String()
}

type began = func(context.Context, observe.Call) (context.Context, func(observe.Outcome))

// hostile are observers that try to have a say.
var hostile = map[string]began{
	"panics in Begin": func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) { panic("in Begin") },
	"exits in Begin": func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
		runtime.Goexit()
		return nil, nil
	},
	"panics at the end": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		return ctx, func(observe.Outcome) { panic("at the end") }
	},
	"exits at the end": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		return ctx, func(observe.Outcome) { runtime.Goexit() }
	},
	"panics while it exits": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		return ctx, func(observe.Outcome) { defer func() { panic("while it exits") }(); runtime.Goexit() }
	},
	"returns nothing": func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) { return nil, nil },
	"returns Background": func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
		return context.Background(), func(observe.Outcome) {}
	},
	"returns a ctx that has ended": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(errors.New("the observer's"))
		return ctx, nil
	},
	"returns a ctx with a deadline": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		ctx, cancel := context.WithTimeout(ctx, ms)
		return ctx, func(observe.Outcome) { cancel() }
	},
	"returns a ctx that nothing ends": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		return context.WithoutCancel(ctx), nil
	},
	"returns another scope's ctx": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		other, scope := future.WithScope(context.Background())
		scope.Close()
		return other, nil
	},
	"returns another observer's ctx": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		return observe.With(ctx, watcher(func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) { panic("the other") })), nil
	},
	"only spoils attempts": func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
		if c.Kind == observe.KindAttempt {
			runtime.Goexit()
		}
		return ctx, nil
	},
	"only spoils the ends of attempts": func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
		return ctx, func(observe.Outcome) {
			if c.Kind == observe.KindAttempt {
				runtime.Goexit()
			}
		}
	},
	"changes the call": func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
		c.Task, c.Attempt = "changed", 99
		return ctx, func(o observe.Outcome) { o.Err, o.Status = errBoom, observe.StatusFailed }
	},
}

func TestG27_anObserverDecidesNoOutcome(t *testing.T) {
	type key struct{}
	type outcome struct {
		v    int
		err  string
		took time.Duration
		told []string
	}
	tasks := map[string]func(d *diary) number{
		"plain": func(d *diary) number {
			return d.attempts(func(_ context.Context, n int) (int, error) { return n, nil })
		},
		"fails": func(d *diary) number {
			return d.attempts(func(context.Context, int) (int, error) { return 3, errBoom })
		},
		"panics": func(d *diary) number { return d.attempts(func(context.Context, int) (int, error) { panic("oh") }) },
		"exits": func(d *diary) number {
			return d.attempts(func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })
		},
		"late": func(d *diary) number { return d.attempts(hang).Timeout(time.Second) },
		"retries": func(d *diary) number {
			return d.attempts(hang).Timeout(time.Second).Retry(task.Retry{Attempts: 3, Delay: ms}).Fallback(7)
		},
		"panics, is tried": func(d *diary) number {
			return d.attempts(func(context.Context, int) (int, error) { panic("oh") }).Retry(task.Retry{Attempts: 2, If: always}).
				OnError(func(context.Context, int, error) { d.Note("told") }).Timeout(time.Minute)
		},
		"looks": func(d *diary) number {
			return d.attempts(func(ctx context.Context, n int) (int, error) {
				if ctx.Err() != nil || ctx.Value(key{}) != "v" {
					return 0, errors.New("another ctx")
				}
				until, limited := ctx.Deadline()
				if !limited || time.Until(until) != time.Minute {
					return 0, errors.New("another deadline")
				}
				future.Go(ctx, func(ctx context.Context) (int, error) { // in the scope, ended with the task
					<-ctx.Done()
					d.Note("joined")
					return 0, nil
				})
				return n, nil
			}).Timeout(time.Hour)
		},
		"wrapped": func(d *diary) number {
			return d.attempts(hang).Timeout(time.Second).Wrap(same).Retry(task.Retry{Attempts: 2})
		},
		"an engine's": func(*diary) number {
			return inside(number{}).From("item", observe.Place{}, echo{after: ms, err: errDown}).Retry(task.Retry{Attempts: 2})
		},
		"is cancelled": func(d *diary) number { return d.attempts(hang) },
	}
	run := func(t *testing.T, what string, o observe.Observer) (got outcome) {
		synctest.Test(t, func(t *testing.T) {
			d := newDiary()
			ctx, cancel := context.WithTimeout(context.WithValue(bg(), key{}, "v"), time.Minute)
			defer cancel()
			if o != nil {
				ctx = observe.With(ctx, o)
			}
			ctx, scope := future.WithScope(ctx)
			begun := time.Now()
			f := tasks[what](d).Go(ctx, 1)
			if what == "is cancelled" {
				time.AfterFunc(time.Second, func() { f.Cancel(errBoom) })
			}
			r := futuretest.AwaitVirtual(t, f)
			got = outcome{v: r.Value, took: time.Since(begun)}
			if r.Err != nil {
				got.err = r.Err.Error()
			}
			require.NoError(t, scope.Close())
			got.told = d.Read()
		})
		return got
	}
	for what := range tasks {
		want := run(t, what, nil)
		for how, begin := range hostile {
			t.Run(how+"/"+what, func(t *testing.T) {
				quietly(t, func() { require.Equal(t, want, run(t, what, watcher(begin))) })
				quietly(t, func() { require.Equal(t, want, run(t, what, observe.Tee(new(recorder), watcher(begin)))) })
				quietly(t, func() { require.Equal(t, want, run(t, what, selective{watcher(begin), failuresOf(observe.KindNode)})) })
			})
		}
	}
}

func TestG27_aSkippedCallStaysSkipped(t *testing.T) {
	for how, begin := range hostile {
		synctest.Test(t, func(t *testing.T) {
			quietly(t, func() {
				ctx, cancel := context.WithCancel(observe.With(bg(), watcher(begin)))
				cancel()
				_, err := plus().Do(ctx, 1)
				require.True(t, future.IsCanceled(err), how)
				synctest.Wait()
			})
		})
	}
}

func TestG27_aPanicOfAnObserverIsLogged(t *testing.T) {
	for _, how := range []string{"panics in Begin", "panics at the end"} {
		log := quietly(t, func() {
			_, err := plus().Do(observe.With(bg(), watcher(hostile[how])), 1)
			require.NoError(t, err)
		})
		require.Contains(t, log, "observer failed")
		require.Contains(t, log, how[len("panics "):])
	}
}

func TestG27_oneThatBlocksDelaysOnlyWhatComesAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := watcher(func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
			time.Sleep(time.Second)
			return ctx, func(observe.Outcome) { time.Sleep(time.Second) }
		})
		v, elapsed, err := took(observe.With(bg(), slow), plus())
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 2*time.Second, elapsed)

		ctx, cancel := context.WithTimeout(observe.With(bg(), slow), ms)
		defer cancel()
		_, elapsed, err = took(ctx, plus())
		require.Equal(t, ms, elapsed, "Do waits for it no longer than for the function")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Hour)
	})
}

func TestG27_withoutOneItCostsNoAllocation(t *testing.T) {
	tk := plus()
	plain := bg()
	count := func(ctx context.Context, tk number) float64 {
		return testing.AllocsPerRun(200, func() { tk.Do(ctx, 1) })
	}
	want := count(plain, tk)
	require.LessOrEqual(t, want, 4.0, "as the comment of Do says")
	require.Greater(t, count(observe.With(plain, new(recorder)), tk), want, "control")
	_, end := observe.Begin(plain, observe.Call{})
	require.NotNil(t, end)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, end := observe.Begin(plain, observe.Call{Kind: observe.KindNode, Task: "item"})
		end(observe.Outcome{})
	}))
}
