package task_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// observed runs tk in a bubble's scope and returns what the observer was told.
func observed(t *testing.T, ctx context.Context, tk number) *recorder {
	t.Helper()
	r := new(recorder)
	ctx, scope := future.WithScope(observe.With(ctx, r))
	tk.Do(ctx, 1)
	require.NoError(t, scope.Close())
	synctest.Wait()
	return r
}

func TestObserver_isToldWhatBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(bg(), time.Hour)
		defer cancel()
		tk := plus()
		r := observed(t, ctx, tk)
		require.Len(t, r.calls(), 1)
		c := r.calls()[0]
		require.NotZero(t, c.Run)
		until, _ := ctx.Deadline()
		require.Equal(t, observe.Call{
			Kind: observe.KindNode, Run: c.Run, Node: "item", Task: "item",
			Place: tk.Place(), Start: time.Now(), Deadline: until,
		}, c)
		require.Equal(t, "other", observed(t, ctx, tk.Named("other")).calls()[0].Task)
		require.True(t, observed(t, bg(), tk).calls()[0].Deadline.IsZero())
	})
}

var (
	errGivenUp error = &future.CanceledError{Cause: errBoom}
	errSoldOut       = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))
)

func TestObserver_isToldHowItEnds(t *testing.T) {
	canceled, cancel := context.WithCancel(bg())
	cancel()
	passed, stop := context.WithTimeout(bg(), 0)
	defer stop()
	for what, c := range map[string]struct {
		ctx  context.Context
		tk   number
		want observe.Outcome // but for Panic
	}{
		"ok":                         {bg(), plus(), observe.Outcome{Status: observe.StatusOK}},
		"took time":                  {bg(), takes(time.Second, nil), observe.Outcome{Status: observe.StatusOK, Elapsed: time.Second}},
		"failed":                     {bg(), takes(time.Second, errBoom), observe.Outcome{Status: observe.StatusFailed, Class: recovery.ClassUnknown, Err: errBoom, Elapsed: time.Second}},
		"dependency":                 {bg(), fails(errDown), observe.Outcome{Status: observe.StatusFailed, Class: recovery.ClassDependency, Err: errDown}},
		"timeout":                    {bg(), fails(context.DeadlineExceeded), observe.Outcome{Status: observe.StatusFailed, Class: recovery.ClassTimeout, Err: context.DeadlineExceeded}},
		"canceled":                   {bg(), fails(errGivenUp), observe.Outcome{Status: observe.StatusCanceled, Class: recovery.ClassCanceled, Err: errGivenUp}},
		"canceled by the other side": {bg(), fails(context.Canceled), observe.Outcome{Status: observe.StatusFailed, Class: recovery.ClassDependency, Err: context.Canceled}},
		"meant":                      {bg(), fails(errSoldOut), observe.Outcome{Status: observe.StatusFailed, Class: recovery.ClassBusiness, Err: errSoldOut}},
		"fallback":                   {bg(), fails(errDown).Fallback(7), observe.Outcome{Status: observe.StatusDegraded, Class: recovery.ClassDependency, Err: errDown}},
		"recover": {bg(), fails(errDown).Recover(func(context.Context, int, error) (int, error) { return 7, nil }),
			observe.Outcome{Status: observe.StatusDegraded, Class: recovery.ClassDependency, Err: errDown}},
		"recovered in vain": {bg(), fails(errDown).Recover(func(context.Context, int, error) (int, error) { return 7, errBoom }),
			observe.Outcome{Status: observe.StatusFailed, Class: recovery.ClassUnknown, Err: errBoom}},
		"skipped":       {canceled, plus(), observe.Outcome{Status: observe.StatusSkipped, Class: recovery.ClassCanceled, Err: future.Cause(canceled)}},
		"skipped, late": {passed, plus(), observe.Outcome{Status: observe.StatusSkipped, Class: recovery.ClassTimeout, Err: context.DeadlineExceeded}},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := observed(t, c.ctx, c.tk)
				require.Equal(t, []observe.Outcome{c.want}, r.ended())
				require.Len(t, r.calls(), 1)
			})
		})
	}
	t.Run("a panic", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for _, tk := range []number{does(explode), does(explode).OnError(func(context.Context, int, error) { panic("oh") }), does(explode).Fallback(7)} {
				o := observed(t, bg(), tk).ended()[0]
				require.Equal(t, recovery.ClassCode, o.Class)
				require.Same(t, errBoom, o.Panic.Value)
				require.Contains(t, o.Panic.Stack(), "explode")
			}
			require.Nil(t, observed(t, bg(), fails(errBoom)).ended()[0].Panic)
		})
	})
	t.Run("an error whose methods panic", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := observed(t, bg(), fails(rudeError{})).ended()[0]
			require.Equal(t, observe.StatusFailed, o.Status)
			require.Equal(t, recovery.ClassUnknown, o.Class)
		})
	})
	t.Run("cancelled by its caller, when the function returns", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := new(recorder)
			ctx, cancel := context.WithCancelCause(observe.With(bg(), r))
			time.AfterFunc(time.Second, func() { cancel(errBoom) })
			_, err := hangs().Do(ctx, 1)
			require.Error(t, err)
			synctest.Wait()
			o := r.ended()[0]
			require.Equal(t, observe.StatusCanceled, o.Status)
			require.Equal(t, time.Second, o.Elapsed)
			require.ErrorIs(t, o.Err, errBoom)
		})
	})
}

func TestObserver_valuesThatItPutsIntoTheCtx(t *testing.T) {
	type key struct{ kind observe.Kind }
	synctest.Test(t, func(t *testing.T) {
		o := watcher(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
			return context.WithValue(ctx, key{c.Kind}, c.Task), nil
		})
		nested := task.New("nested", func(ctx context.Context, n int) (int, error) {
			require.Equal(t, "nested", ctx.Value(key{observe.KindNode}))
			require.Equal(t, "item", ctx.Value(key{observe.KindAttempt}))
			return n, nil
		})
		looks := func(ctx context.Context, inAttempt bool) {
			require.Equal(t, "item", ctx.Value(key{observe.KindNode}))
			require.Equal(t, inAttempt, ctx.Value(key{observe.KindAttempt}) != nil)
		}
		ctx, scope := future.WithScope(observe.With(bg(), o))
		_, err := does(func(ctx context.Context, n int) (int, error) {
			looks(ctx, true)
			if _, err := nested.Do(ctx, n); err != nil {
				return 0, err
			}
			return 0, errBoom
		}).Timeout(time.Second).
			OnError(func(ctx context.Context, _ int, _ error) { looks(ctx, false) }).
			Recover(func(ctx context.Context, n int, _ error) (int, error) { looks(ctx, false); return n, nil }).Do(ctx, 1)
		require.NoError(t, err)
		require.NoError(t, scope.Close())
	})
}

func TestObserver_runsAreNumbered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := new(recorder)
		inner := plus().Named("inner").Retry(task.Retry{Attempts: 2})
		outer := does(func(ctx context.Context, n int) (int, error) { return inner.Do(ctx, n) }).Named("outer")
		ctx := observe.With(bg(), r)
		for range 3 {
			_, err := outer.Do(ctx, 1)
			require.NoError(t, err)
		}
		synctest.Wait()
		calls := r.calls()
		require.Len(t, calls, 9)
		runs := map[uint64]int{}
		for i := range calls {
			runs[calls[i].Run]++
			require.Equal(t, []string{"outer", "inner", "inner"}[i%3], calls[i].Node)
		}
		require.Len(t, runs, 3, "nested tasks are part of the run around them")
		for _, n := range runs {
			require.Equal(t, 3, n)
		}
	})
}

func TestObserver_hasOneCallAroundAWrap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := observed(t, bg(), fails(errBoom).OnError(func(context.Context, int, error) {}).Wrap(same).Wrap(same))
		require.Equal(t, []string{"item node begins", "item node failed"}, r.told())
	})
}

func TestObserve_innermostAndWithWhateverElseTheCtxHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := new(recorder), new(recorder)
		require.Nil(t, observe.From(bg()))
		ctx := observe.With(bg(), a)
		require.Same(t, a, observe.From(ctx))
		replaced := observe.With(ctx, b)
		require.Same(t, b, observe.From(replaced), "it replaces the one around")
		require.Same(t, a, observe.From(ctx))
		type key struct{}
		for what, derive := range map[string]func(context.Context) context.Context{
			"Named":     func(ctx context.Context) context.Context { return future.Named(ctx, "n") },
			"WithScope": func(ctx context.Context) context.Context { ctx, _ = future.WithScope(ctx); return ctx },
			"WithValue": func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 1) },
			"WithCancel": func(ctx context.Context) context.Context {
				ctx, cancel := context.WithCancel(ctx)
				t.Cleanup(cancel)
				return ctx
			},
			"WithoutCancel": context.WithoutCancel,
			"a foreign one": func(ctx context.Context) context.Context { return struct{ context.Context }{ctx} },
			"a task's": func(ctx context.Context) context.Context {
				var inside context.Context
				futuretest.AwaitVirtual(t, future.Go(ctx, func(ctx context.Context) (int, error) { inside = context.WithoutCancel(ctx); return 0, nil }))
				return inside
			},
		} {
			require.Same(t, a, observe.From(derive(ctx)), what)
			r := new(recorder)
			_, err := plus().Do(observe.With(derive(ctx), r), 1)
			require.NoError(t, err, what)
			_, err = plus().Do(derive(observe.With(ctx, r)), 1)
			require.NoError(t, err, what)
			synctest.Wait()
			require.Len(t, r.calls(), 2, what)
		}
		require.Empty(t, b.calls())
	})
}

func TestTee_tellsAllInOrderAndOfEndsInReverse(t *testing.T) {
	type key struct{ name string }
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		one := func(name string) observe.Observer {
			return watcher(func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
				d.Note("%s begins, sees a: %v", name, ctx.Value(key{"a"}))
				return context.WithValue(ctx, key{name}, name), func(o observe.Outcome) { d.Note("%s ends %s", name, o.Status) }
			})
		}
		rude := watcher(func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) { panic("rude") })
		silent := watcher(func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) { return nil, nil })
		rudeEnd := watcher(func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
			return nil, func(observe.Outcome) { panic("rude") }
		})
		quietly(t, func() {
			ctx := observe.With(bg(), observe.Tee(nil, one("a"), rude, silent, rudeEnd, one("b"), observe.Tee(), nil))
			_, err := does(func(ctx context.Context, n int) (int, error) {
				require.Equal(t, "a", ctx.Value(key{"a"}))
				require.Equal(t, "b", ctx.Value(key{"b"}))
				return n, nil
			}).Do(ctx, 1)
			require.NoError(t, err)
			synctest.Wait()
		})
		require.Equal(t, []string{"0s a begins, sees a: <nil>", "0s b begins, sees a: a", "0s b ends ok", "0s a ends ok"}, d.Read())
	})
}

func TestOutcomeOf_andNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		time.Sleep(time.Second)
		require.Equal(t, observe.Outcome{Elapsed: time.Second}, observe.OutcomeOf(context.Background(), nil, nil, begun))
		require.Equal(t, observe.Outcome{Status: observe.StatusDegraded, Class: recovery.ClassUnknown, Err: errBoom, Elapsed: time.Second}, observe.OutcomeOf(context.Background(), nil, errBoom, begun))
		require.Equal(t, observe.StatusFailed, observe.OutcomeOf(context.Background(), errDown, errBoom, begun).Status, "a failure after all")
		require.Equal(t, observe.StatusCanceled, observe.OutcomeOf(context.Background(), &future.CanceledError{}, nil, begun).Status)
		require.Equal(t, observe.StatusFailed, observe.OutcomeOf(context.Background(), errors.Join(errBoom, context.Canceled), nil, begun).Status)
	})
	for s, want := range map[observe.Status]string{observe.StatusOK: "ok", observe.StatusDegraded: "degraded", observe.StatusFailed: "failed", observe.StatusCanceled: "canceled",
		observe.StatusSkipped: "skipped", observe.StatusStraggler: "straggler", 6: "Status(6)", -1: "Status(-1)"} {
		require.Equal(t, want, s.String())
	}
	for k, want := range map[observe.Kind]string{observe.KindRun: "run", observe.KindNode: "node", observe.KindElement: "element", observe.KindAttempt: "attempt", 4: "Kind(4)", -1: "Kind(-1)"} {
		require.Equal(t, want, k.String())
	}
}
