package task_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// tries is a task whose n-th try does the n-th of them.
func tries(all ...func(ctx context.Context) (int, error)) number {
	var made atomic.Int32
	return does(func(ctx context.Context, _ int) (int, error) { return all[made.Add(1)-1](ctx) })
}

// after is a try that returns v and err after d, and stops when its ctx ends.
func after(d time.Duration, v int, err error) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return v, err
		case <-ctx.Done():
			return 0, future.Cause(ctx)
		}
	}
}

func TestHedge_theFirstSuccessWins(t *testing.T) {
	for name, c := range map[string]struct {
		first, second func(context.Context) (int, error)
		took          time.Duration
		want          int
		err           error
	}{
		"a quick first try is alone":         {after(10*ms, 1, nil), nil, 10 * ms, 1, nil},
		"the second one wins":                {after(time.Hour, 1, nil), after(10*ms, 2, nil), 60 * ms, 2, nil},
		"the first one wins":                 {after(70*ms, 1, nil), after(time.Hour, 2, nil), 70 * ms, 1, nil},
		"the first one fails early":          {after(10*ms, 0, errDown), nil, 10 * ms, 0, errDown},
		"the first one fails late":           {after(70*ms, 0, errDown), after(30*ms, 2, nil), 80 * ms, 2, nil},
		"the second one fails":               {after(90*ms, 1, nil), after(10*ms, 0, errDown), 90 * ms, 1, nil},
		"both fail":                          {after(90*ms, 0, errDown), after(10*ms, 0, errBoom), 90 * ms, 0, errBoom},
		"the second one panics":              {after(90*ms, 1, nil), func(context.Context) (int, error) { panic("oh") }, 90 * ms, 1, nil},
		"the second one exits":               {after(90*ms, 1, nil), func(context.Context) (int, error) { odd["Goexit"].leave(); return 0, nil }, 90 * ms, 1, nil},
		"the first one panics, late":         {func(context.Context) (int, error) { time.Sleep(70 * ms); panic("oh") }, after(30*ms, 2, nil), 80 * ms, 2, nil},
		"the first one exits, and the other": {func(context.Context) (int, error) { odd["Goexit"].leave(); return 0, nil }, nil, 0, 0, future.ErrGoexit},
	} {
		for how, way := range ways {
			t.Run(name+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg())
					begun := time.Now()
					v, err := way(ctx, tries(c.first, c.second).Hedge(50*ms, nil))
					require.Equal(t, c.took, time.Since(begun))
					if c.err != nil {
						require.ErrorIs(t, err, c.err)
					} else {
						require.NoError(t, err)
					}
					require.Equal(t, c.want, v)
					require.NoError(t, scope.Close())
					require.Equal(t, c.took, time.Since(begun), "the loser has stopped")
				})
			})
		}
	}
}

func TestHedge_theLoserIsCancelledAndJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		begun := time.Now()
		var cause error
		v, err := tries(func(ctx context.Context) (int, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			time.Sleep(time.Second)
			return 1, nil
		}, after(10*ms, 2, nil)).Hedge(50*ms, nil).Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 60*ms, time.Since(begun))
		require.NoError(t, scope.Close())
		require.Equal(t, 60*ms+time.Second, time.Since(begun), "joined")
		require.ErrorIs(t, cause, combinators.ErrLost)
		require.True(t, future.IsCanceled(cause))
	})
}

func TestHedge_bothFailuresAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := tries(after(90*ms, 0, errDown), after(10*ms, 0, errBoom)).Hedge(50*ms, nil).Do(bg(), 1)
		require.EqualError(t, err, errors.Join(errDown, errBoom).Error())
	})
}

func TestHedge_resultsThatNobodyTakesAreDiscarded(t *testing.T) {
	for name, put := range map[string]func(number, func(int)) number{
		"before": func(tk number, fn func(int)) number { return tk.Discard(fn).Hedge(50*ms, nil) },
		"after":  func(tk number, fn func(int)) number { return tk.Hedge(50*ms, nil).Discard(fn) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dropped notes.List[int]
				tk := tries(func(context.Context) (int, error) { time.Sleep(time.Second); return 1, nil }, after(10*ms, 2, nil))
				v, err := put(tk, dropped.Add).Do(bg(), 1)
				require.NoError(t, err)
				require.Equal(t, 2, v)
				time.Sleep(2 * time.Second)
				synctest.Wait()
				require.Equal(t, []int{1}, dropped.All())
			})
		})
	}
}

func TestHedge_endsWithItsCtxAndItsLimits(t *testing.T) {
	stubborn := func(context.Context) (int, error) { time.Sleep(time.Hour); return 1, nil }
	for name, c := range map[string]struct {
		run  func(number) (int, error)
		took time.Duration
	}{
		"Timeout around": {func(tk number) (int, error) { return tk.Hedge(50*ms, nil).Timeout(time.Second).Do(bg(), 1) }, time.Second},
		"Timeout inside": {func(tk number) (int, error) { return tk.Timeout(time.Second).Hedge(50*ms, nil).Do(bg(), 1) }, time.Second + 50*ms},
		"deadline": {func(tk number) (int, error) {
			ctx, cancel := context.WithTimeout(bg(), time.Second)
			defer cancel()
			return tk.Hedge(50*ms, nil).Do(ctx, 1)
		}, time.Second},
		"flow": {func(tk number) (int, error) {
			tk = tk.Hedge(50*ms, nil)
			return flow.New("f", func(n flow.Node[int]) flow.Node[int] { return flow.Step(tk, n) }).Timeout(time.Second).Do(bg(), 1)
		}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				_, err := c.run(tries(stubborn, stubborn))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, c.took, time.Since(begun))
				time.Sleep(2 * time.Hour)
			})
		})
	}
	t.Run("a Fallback inside of it stands in at the limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			tk := tries(stubborn, stubborn).Fallback(7).Hedge(50*ms, nil)
			f := flow.New("f", func(n flow.Node[int]) flow.Node[int] { return flow.Step(tk, n) }).Timeout(time.Second)
			v, err := f.Do(bg(), 1)
			require.NoError(t, err)
			require.Equal(t, 7, v)
			time.Sleep(2 * time.Hour)
		})
	})
}

// A second try enters a gate inside by itself; a gate around has both.
func TestHedge_andGates(t *testing.T) {
	for how, way := range ways {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				inner, outer := newTurnstile("inner"), newTurnstile("outer")
				tk := tries(func(context.Context) (int, error) { time.Sleep(time.Second); return 1, nil }, after(10*ms, 2, nil)).
					Gate(inner).Hedge(50*ms, nil).Gate(outer)
				v, err := way(bg(), tk)
				require.NoError(t, err)
				require.Equal(t, 2, v)
				synctest.Wait()
				require.Equal(t, []string{"canceled", "ok"}, inner.statuses())
				require.Equal(t, []string{"ok"}, outer.statuses())
				require.Equal(t, []int{1, 1}, []int{inner.occupied(), outer.occupied()}, "the loser still runs")
				time.Sleep(time.Second)
				synctest.Wait()
				inner.settled(t, 2)
				outer.settled(t, 1)

				_, err = way(bg(), plus().Hedge(50*ms, nil).Gate(outer))
				require.NoError(t, err)
				outer.settled(t, 2) // at once
			})
		})
	}
}

func TestHedge_asksItsBudget(t *testing.T) {
	slow := func() number { return tries(after(time.Second, 1, nil), after(10*ms, 2, nil)) }
	synctest.Test(t, func(t *testing.T) {
		b := newPurse()
		v, elapsed, err := took(bg(), slow().Hedge(50*ms, b))
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 60*ms, elapsed)
		synctest.Wait()
		b.settled(t, 1)
		require.Equal(t, []string{"ok"}, b.statuses())
		require.Equal(t, 1, b.calls)

		b.enter = refuses(errFull)
		v, elapsed, err = took(bg(), slow().Hedge(50*ms, b))
		require.NoError(t, err)
		require.Equal(t, 1, v, "there is no second try")
		require.Equal(t, time.Second, elapsed)
		require.Equal(t, 2, b.calls)
	})
}

func TestHedge_aBudgetThatDoesNotReturnIsNoCrash(t *testing.T) {
	for how, c := range odd {
		for where, put := range map[string]func(*purse){
			"Enter":    func(b *purse) { b.enter = func(context.Context, string) error { c.leave(); return nil } },
			"Answered": func(b *purse) { b.answer = func(observe.Outcome) { c.leave() } },
			"Left":     func(b *purse) { b.left = func() { c.leave() } },
		} {
			t.Run(how+"/"+where, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newPurse()
					put(b)
					var told notes.List[error]
					ctx, scope := future.WithScope(bg(), future.Unobserved(told.Add))
					v, err := tries(after(time.Second, 1, nil), after(time.Second, 2, nil)).Hedge(50*ms, b).Do(ctx, 1)
					require.NoError(t, err)
					require.Equal(t, 1, v)
					scope.Close()
					require.Len(t, told.All(), 1)
					b.settled(t, int(b.tickets))
				})
			})
		}
	}
}

func TestHedge_observersSeeBothTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := new(recorder)
		ctx, scope := future.WithScope(observe.With(bg(), r))
		_, err := tries(after(time.Hour, 1, nil), after(10*ms, 2, nil)).Hedge(50*ms, nil).Do(ctx, 1)
		require.NoError(t, err)
		require.NoError(t, scope.Close())
		require.ElementsMatch(t, []string{
			"item node begins", "item attempt 1 begins", "item attempt 2 begins", "item attempt 2 ok", "item node ok", "item attempt 1 canceled",
		}, r.told())
	})
}

func TestHedgeAt_goesByThePercentileOfWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := time.Duration(0)
		var made atomic.Int32
		tk := does(func(ctx context.Context, _ int) (int, error) { made.Add(1); return after(d, 1, nil)(ctx) }).HedgeAt(90, nil)
		for n := range 20 {
			d = time.Duration(n+1) * ms
			_, err := tk.Do(bg(), 1)
			require.NoError(t, err)
			require.EqualValues(t, n+1, made.Load(), "nothing is known yet")
		}
		d = time.Second
		_, elapsed, err := took(bg(), tk)
		require.NoError(t, err)
		require.Equal(t, time.Second, elapsed)
		require.EqualValues(t, 22, made.Load(), "the second try began after 18 ms")
	})
}

func TestHedge_inARetryAndARetryInIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tk := tries(after(90*ms, 0, errDown), after(90*ms, 0, errDown), after(10*ms, 3, nil)).Hedge(50*ms, nil).Retry(task.Retry{Attempts: 2})
		v, elapsed, err := took(bg(), tk)
		require.NoError(t, err)
		require.Equal(t, 3, v)
		require.Equal(t, 150*ms, elapsed)
		tk = tries(after(40*ms, 0, errDown), after(40*ms, 2, nil), after(time.Hour, 3, nil)).Retry(task.Retry{Attempts: 2}).Hedge(50*ms, nil)
		v, elapsed, err = took(bg(), tk)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 80*ms, elapsed)
	})
}

func TestHedge_isDescribedAndKeepsItsName(t *testing.T) {
	tk := plus().Hedge(50*ms, newPurse()).HedgeAt(95, nil).Named("other")
	require.Equal(t, []string{"hedge after 50ms, purse: turnstile", "hedge at p95"}, []string{tk.Policies()[0].String(), tk.Policies()[1].String()})
	require.Equal(t, "hedge", tk.Policies()[0].Kind)
	synctest.Test(t, func(t *testing.T) {
		_, err := hangs().Timeout(time.Second).Hedge(time.Minute, nil).Named("other").Do(bg(), 1)
		require.Equal(t, "other", futuretest.Late(t, err).Name)
	})
	require.PanicsWithValue(t, "task.Task.Hedge: the time is 0s, and must be positive", func() { plus().Hedge(0, nil) })
	require.PanicsWithValue(t, "task.Task.HedgeAt: the percentile is 0.95, and must be from 50 to below 100", func() { plus().HedgeAt(0.95, nil) })
	require.PanicsWithValue(t, "task.Task.Hedge: zero Task", func() { number{}.Hedge(ms, nil) })
}
