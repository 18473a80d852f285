package task_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
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

func TestG12_closeJoinsWhatTheTaskRuns(t *testing.T) {
	for what, c := range map[string]struct {
		tk   func(body number) number
		runs int32
	}{
		"plain":         {func(body number) number { return body }, 1},
		"late":          {func(body number) number { return body.Timeout(ms) }, 1},
		"late attempts": {func(body number) number { return body.Timeout(ms).Retry(task.Retry{Attempts: 3}) }, 3},
		"wrapped":       {func(body number) number { return body.Timeout(ms).Wrap(same) }, 1},
		"a handler": {func(body number) number {
			return fails(errBoom).Recover(func(ctx context.Context, n int, _ error) (int, error) { return body.Do(ctx, n) })
		}, 1},
		"told": {func(body number) number {
			return fails(errBoom).OnError(func(ctx context.Context, n int, _ error) { body.Do(context.WithoutCancel(ctx), n) })
		}, 1},
	} {
		for how, run := range map[string]func(context.Context, number){
			"Go": func(ctx context.Context, tk number) { tk.Go(ctx, 1) },
			"Do that gave up": func(ctx context.Context, tk number) {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				tk.Do(ctx, 1)
			},
		} {
			t.Run(what+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var running, ran atomic.Int32
					body := does(func(context.Context, int) (int, error) {
						running.Add(1)
						defer running.Add(-1)
						ran.Add(1)
						time.Sleep(time.Minute) // whatever its ctx says
						return 0, nil
					})
					ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) {}))
					run(ctx, c.tk(body))
					time.Sleep(time.Second)
					require.Equal(t, c.runs, running.Load())
					require.NoError(t, scope.Close())
					require.Zero(t, running.Load())
					require.Equal(t, c.runs, ran.Load(), "and nothing new was started")
				})
			})
		}
	}
}

func TestG12_aStragglerIsNamedByItsTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		for _, wrap := range []func(number) number{
			func(tk number) number { return tk },
			func(tk number) number { return tk.Timeout(ms).Fallback(7) },
			func(tk number) number { return tk.Timeout(time.Hour).Wrap(same) },
			func(tk number) number {
				return fails(errBoom).OnError(func(context.Context, int, error) { <-hold }).Named(tk.Name())
			},
		} {
			ctx, scope := future.WithScope(bg(), future.Grace(time.Second))
			wrap(holds(hold).Named("heavy item")).Go(future.Named(ctx, "not this one"), 1)
			time.Sleep(time.Second)
			var straggles *future.StragglerError
			require.ErrorAs(t, scope.Close(), &straggles)
			require.Equal(t, []string{"heavy item"}, straggles.Names)
		}
		close(hold)
	})
}

func TestG12_cancellationReachesLateAttemptsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		ctx, scope := future.WithScope(bg())
		_, err := does(func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			d.Note("told")
			return 0, nil
		}).Timeout(ms).Retry(task.Retry{Attempts: 2, Delay: ms}).Do(ctx, 1)
		futuretest.Late(t, err)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{"1ms told", "3ms told"}, d.Read(), "by its own limit, each")
	})
}

func TestG25_anUnobservedFailureIsReportedByTheTasksName(t *testing.T) {
	for what, tk := range map[string]number{
		"plain": fails(errBoom), "told": fails(errBoom).OnError(func(context.Context, int, error) {}),
		"tried": fails(errBoom).Retry(task.Retry{Attempts: 2, If: always}), "wrapped": fails(errBoom).OnError(func(context.Context, int, error) {}).Wrap(same),
		"in time": fails(errBoom).Timeout(time.Hour),
	} {
		t.Run(what, func(t *testing.T) {
			var told []error
			ctx, scope := future.WithScope(bg(), future.Unobserved(func(err error) { told = append(told, err) }))
			<-tk.Named(what).Go(future.Named(ctx, "not this one"), 1).Done()
			require.NoError(t, scope.Close())
			require.Len(t, told, 1)
			var unobserved *future.UnobservedError
			require.ErrorAs(t, told[0], &unobserved)
			require.Equal(t, what, unobserved.Name)
			require.Same(t, errBoom, unobserved.Err)

			ctx, scope = future.WithScope(bg())
			_, err := tk.Do(ctx, 1)
			require.ErrorIs(t, err, errBoom)
			require.NoError(t, scope.Close(), "Do has observed it")
		})
	}
	t.Run("what stood in is no failure", func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		<-fails(errBoom).Fallback(7).Go(ctx, 1).Done()
		<-fails(errBoom).Fallback(7).Wrap(same).Go(ctx, 1).Done()
		require.NoError(t, scope.Close())
	})
}

func TestGo_theFutureIsTheTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		f := hangs().Go(ctx, 1)
		require.Equal(t, "item", f.Name())
		within := deadline.Within(f, time.Second)
		require.Equal(t, "item", futuretest.Late(t, futuretest.AwaitVirtual(t, within).Err).Name, "Within names the task")

		hold := make(chan struct{})
		f = holds(hold).Go(ctx, 1)
		f.Cancel(errBoom)
		synctest.Wait()
		require.True(t, futuretest.IsPending(f), "a cancelled one completes when its function returns")
		close(hold)
		require.Equal(t, future.Result[int]{Value: 1}, futuretest.AwaitVirtual(t, f), "with what it returns")

		f = hangs().Go(ctx, 1)
		f.Cancel(errBoom)
		r := futuretest.AwaitVirtual(t, f)
		require.True(t, future.IsCanceled(r.Err))
		require.ErrorIs(t, r.Err, errBoom)
		require.Empty(t, f.Name())
		require.NoError(t, scope.Close())
	})
}

func TestG24_everythingWaitsDurably(t *testing.T) {
	for range 3 { // nothing that one bubble has made is met in another, or outside
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			hold := make(chan struct{})
			var ended atomic.Int32
			waits := []func(){
				func() { holds(hold).Do(bg(), 1) },
				func() { holds(hold).Timeout(time.Hour).Do(ctx, 1) },
				func() { fails(errDown).Retry(task.Retry{Attempts: 2, Delay: time.Hour}).Do(bg(), 1) },
				func() {
					fails(errDown).Recover(func(context.Context, int, error) (int, error) { <-hold; return 1, nil }).Do(bg(), 1)
				},
				func() { holds(hold).Fallback(7).Wrap(same).Do(ctx, 1) },
				func() { holds(hold).Do(observe.With(ctx, new(recorder)), 1) },
			}
			for _, wait := range waits {
				go func() { wait(); ended.Add(1) }()
				synctest.Wait()
			}
			require.Zero(t, ended.Load())
			time.Sleep(time.Hour)
			close(hold)
			synctest.Wait()
			require.Equal(t, len(waits), int(ended.Load()))
			require.NoError(t, scope.Close())
		})
		_, err := fails(errDown).Timeout(time.Minute).Retry(task.Retry{Attempts: 2, Delay: 1}).Do(bg(), 1)
		require.Same(t, errDown, err)
	}
}

// A thousand runs of one task at once share nothing.
func TestG23_runsShareNothing(t *testing.T) {
	type key struct{}
	type request struct{ id, failures int }
	tk := task.New("item", func(ctx context.Context, r *request) (int, error) {
		if ctx.Value(key{}) != r.id {
			return 0, errors.New("another run's ctx")
		}
		if r.failures > 0 {
			r.failures--
			return 0, errDown
		}
		switch r.id % 4 {
		case 0:
			panic(r.id)
		case 1:
			<-ctx.Done()
			return 0, future.Cause(ctx)
		}
		return r.id, nil
	}).Timeout(20 * ms).Retry(task.Retry{Attempts: 4, Delay: 1, If: func(err error) bool { return errors.Is(err, errDown) }}).
		Recover(func(ctx context.Context, r *request, err error) (int, error) {
			if ctx.Value(key{}) != r.id {
				return 0, errors.New("another run's ctx")
			}
			return -r.id, nil
		})
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		var wg sync.WaitGroup
		for id := 1; id <= 1000; id++ {
			wg.Go(func() {
				v, err := tk.Do(context.WithValue(ctx, key{}, id), &request{id, id % 3})
				want := id
				if id%4 < 2 {
					want = -id
				}
				if v != want || err != nil {
					t.Errorf("run %d: %d, %v", id, v, err)
				}
			})
		}
		wg.Wait()
		require.NoError(t, scope.Close())
	})
}

// A ctx that a function kept never speaks for another run.
func TestG23_aCtxThatWasKeptStaysOver(t *testing.T) {
	type key struct{}
	var kept []context.Context
	var mu sync.Mutex
	keep := does(func(ctx context.Context, n int) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		kept = append(kept, ctx)
		return n, nil
	})
	kinds := []number{keep, keep.Fallback(7), keep.Timeout(time.Hour), keep.Retry(task.Retry{Attempts: 2}), keep.Timeout(time.Hour).Wrap(same).Timeout(time.Hour)}
	for _, observed := range []bool{false, true} {
		kept = nil
		for i, tk := range kinds {
			ctx := context.WithValue(bg(), key{}, i)
			if observed {
				ctx = observe.With(ctx, new(recorder))
			}
			_, err := tk.Do(ctx, 1)
			require.NoError(t, err)
		}
		for range 100 {
			for _, tk := range kinds {
				_, err := does(func(context.Context, int) (int, error) { return 0, nil }).Timeout(time.Hour).Do(bg(), 1)
				require.NoError(t, err)
				_ = tk
			}
		}
		for i, ctx := range kept {
			<-ctx.Done()
			require.Equal(t, context.Canceled, ctx.Err())
			require.IsType(t, (*future.CanceledError)(nil), context.Cause(ctx))
			require.Equal(t, i, ctx.Value(key{}))
			r := futuretest.AwaitVirtual(t, plus().Go(ctx, 1))
			require.True(t, future.IsCanceled(r.Err), "nothing starts with it")
			require.False(t, strings.Contains(r.Err.Error(), "\n"))
		}
	}
}
