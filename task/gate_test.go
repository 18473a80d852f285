package task_test

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestGate_insideARetryIsForEachAttempt(t *testing.T) {
	for name, ctx := range map[string]context.Context{"plain": bg(), "observed": observe.With(bg(), new(recorder))} {
		t.Run(name, func(t *testing.T) {
			g := newTurnstile("g")
			_, err := fails(errDown).Gate(g).Retry(task.Retry{Attempts: 3}).Do(ctx, 1)
			require.Same(t, errDown, err)
			g.settled(t, 3)
			require.Equal(t, []string{"failed", "failed", "failed"}, g.statuses())
			require.Equal(t, 1, g.most, "one after another")
		})
	}
}

func TestGate_aroundARetryIsForAllAttempts(t *testing.T) {
	for name, ctx := range map[string]context.Context{"plain": bg(), "observed": observe.With(bg(), new(recorder))} {
		t.Run(name, func(t *testing.T) {
			g := newTurnstile("g")
			var made atomic.Int32
			tk := does(func(context.Context, int) (int, error) {
				if made.Add(1) < 3 {
					return 0, errDown
				}
				return 7, nil
			})
			v, err := tk.Retry(task.Retry{Attempts: 3}).Gate(g).Do(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, 7, v)
			g.settled(t, 1)
			require.Equal(t, []string{"ok"}, g.statuses())
		})
	}
}

func TestGate_severalAreEnteredFromTheOuterOneAndLeftFromTheInner(t *testing.T) {
	for name, put := range map[string]func(tk number, inner, outer task.Gate) number{
		"in a row":   func(tk number, inner, outer task.Gate) number { return tk.Gate(inner).Gate(outer) },
		"with space": func(tk number, inner, outer task.Gate) number { return tk.Gate(inner).Timeout(time.Hour).Gate(outer) },
	} {
		t.Run(name, func(t *testing.T) {
			inner, outer := newTurnstile("inner"), newTurnstile("outer")
			shared := &inner.diary
			outer.enter = func(context.Context, string) error { shared.Add("outer enters"); return nil }
			outer.answer = func(observe.Outcome) { shared.Add("outer answered") }
			outer.left = func() { shared.Add("outer leaves") }
			_, err := put(plus(), inner, outer).Do(bg(), 1)
			require.NoError(t, err)
			all := shared.All()
			require.Equal(t, []string{"outer enters", "inner enter", "inner ok"}, all[:3])
			require.ElementsMatch(t, []string{"inner left", "outer answered", "outer leaves"}, all[3:])
			require.Less(t, find(all, "inner left"), find(all, "outer leaves"))
		})
	}
}

func find(all []string, what string) int {
	for i, s := range all {
		if s == what {
			return i
		}
	}
	return -1
}

func TestGate_aRejectionFailsTheCallAndCallsNothing(t *testing.T) {
	called := does(func(context.Context, int) (int, error) { t.Error("called"); return 0, nil })
	for name, put := range map[string]func(tk number, g task.Gate) number{
		"gate":          func(tk number, g task.Gate) number { return tk.Gate(g) },
		"gate, Timeout": func(tk number, g task.Gate) number { return tk.Gate(g).Timeout(time.Hour) },
		"Timeout, gate": func(tk number, g task.Gate) number { return tk.Timeout(time.Hour).Gate(g) },
	} {
		for how, way := range ways {
			t.Run(name+"/"+how, func(t *testing.T) {
				g, outer := newTurnstile("limit"), newTurnstile("outer")
				g.enter = refuses(&task.RejectedError{Wait: time.Second, Err: errFull})
				_, err := way(bg(), put(called, g).Gate(outer))
				e, ok := errors.AsType[*task.RejectedError](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, task.RejectedError{Task: "item", Gate: "limit", Wait: time.Second, Err: errFull}, *e)
				require.ErrorIs(t, err, errFull)
				require.Equal(t, "item: rejected by limit: full: try again in 1s", err.Error())
				require.Equal(t, recovery.ClassSystem, recovery.Classify(err))
				g.settled(t, 0)
				outer.settled(t, 1)
				require.Equal(t, []string{"skipped"}, outer.statuses(), "nothing was called")
			})
		}
	}
	t.Run("any error of a gate is a rejection", func(t *testing.T) {
		g := newTurnstile("limit")
		g.enter = refuses(errFull)
		_, err := called.Gate(g).Do(bg(), 1)
		e, ok := errors.AsType[*task.RejectedError](err)
		require.True(t, ok)
		require.Equal(t, task.RejectedError{Task: "item", Gate: "limit", Err: errFull}, *e)
	})
	t.Run("a Fallback around it stands in", func(t *testing.T) {
		g := newTurnstile("limit")
		g.enter = refuses(errFull)
		v, err := called.Gate(g).Fallback(7).Do(bg(), 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	})
}

func TestGate_aRejectionIsRepeatedOnlyIfItsWaitEndsBeforeTheDeadline(t *testing.T) {
	for name, c := range map[string]struct{ deadline, took time.Duration }{
		"before":    {2 * time.Second, time.Second},
		"at it":     {time.Second, 0},
		"after it":  {500 * ms, 0},
		"unlimited": {time.Hour, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newTurnstile("limit")
				asked := 0
				g.enter = func(context.Context, string) error {
					if asked++; asked == 1 {
						return &task.RejectedError{Wait: time.Second, Err: errFull}
					}
					return nil
				}
				ctx, cancel := context.WithTimeout(bg(), c.deadline)
				defer cancel()
				v, elapsed, err := took(ctx, plus().Gate(g).Retry(task.Retry{Attempts: 2, Delay: ms}))
				require.Equal(t, c.took, elapsed)
				if c.took > 0 {
					require.NoError(t, err)
					require.Equal(t, 2, v)
					return
				}
				require.ErrorIs(t, err, errFull)
				require.Equal(t, 1, asked)
			})
		})
	}
}

func TestGateBy_givesTheGateAKey(t *testing.T) {
	g := newTurnstile("users")
	tk := plus().GateBy(g, func(n int) string { return "user " + strconv.Itoa(n) })
	for n := range 2 {
		_, err := tk.Do(bg(), n)
		require.NoError(t, err)
	}
	_, err := tk.Timeout(time.Hour).Do(bg(), 2)
	require.NoError(t, err)
	_, err = plus().Gate(g).Do(bg(), 3)
	require.NoError(t, err)
	require.Equal(t, []string{"user 0", "user 1", "user 2", ""}, g.keys)
}

// One gate of two tasks is one limit.
func TestGate_ofTwoTasksIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTurnstile("g")
		a, b := takes(time.Second, nil).Gate(g), takes(time.Second, nil).Named("other").Gate(g)
		fs := []future.Future[int]{a.Go(bg(), 1), b.Go(bg(), 1)}
		synctest.Wait()
		require.Equal(t, 2, g.occupied())
		for _, f := range fs {
			_, err := f.Await(bg())
			require.NoError(t, err)
		}
		g.settled(t, 2)
	})
}

func TestGate_isDescribed(t *testing.T) {
	tk := plus().Gate(newTurnstile("limit")).GateBy(newTurnstile(""), func(int) string { return "" })
	require.Equal(t, []task.Policy{
		{Kind: "gate", Gate: task.Admission{Kind: "turnstile", Name: "limit"}},
		{Kind: "gate", Gate: task.Admission{Kind: "turnstile", Keyed: true}},
	}, tk.Policies())
	for want, a := range map[string]task.Admission{
		"8 slots, 100 waiting":                {Kind: "slots", Slots: 8, Queue: 100},
		"rate 100 per 1s by key, burst 10":    {Kind: "rate", Calls: 100, Per: time.Second, Burst: 10, Keyed: true},
		"breaker 50% of 20 in 10s, open 5s":   {Kind: "breaker", Share: .5, Min: 20, Window: 10 * time.Second, Pause: 5 * time.Second},
		"payments: budget 10% of 10 in 10s":   {Kind: "budget", Name: "payments", Share: .1, Min: 10, Window: 10 * time.Second},
		"backend: tenants 4 slots, 7 waiting": {Kind: "tenants", Name: "backend", Slots: 4, Queue: 7},
		"rate 100 per 1m0s":                   {Kind: "rate", Calls: 100, Per: time.Minute, Burst: 1},
	} {
		require.Equal(t, want, task.Policy{Kind: "gate", Gate: a}.String())
	}
}

func TestGate_misuse(t *testing.T) {
	var none task.Gate
	require.PanicsWithValue(t, "task.Task.Gate: nil gate", func() { plus().Gate(none) })
	require.PanicsWithValue(t, "task.Task.GateBy: nil gate", func() { plus().GateBy(none, func(int) string { return "" }) })
	require.PanicsWithValue(t, "task.Task.GateBy: nil function", func() { plus().GateBy(newTurnstile(""), nil) })
	require.PanicsWithValue(t, "task.Task.Gate: zero Task", func() { number{}.Gate(newTurnstile("")) })
}

func TestRejectedError_isOneLineWithWhatIsKnown(t *testing.T) {
	require.Equal(t, "rejected", (&task.RejectedError{}).Error())
	require.Equal(t, "item: rejected by rate", (&task.RejectedError{Task: "item", Gate: "rate"}).Error())
	require.Equal(t, time.Second, (&task.RejectedError{Wait: time.Second}).RetryAfter())
}
