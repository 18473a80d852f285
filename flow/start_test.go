package flow_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

func TestDo_returnsWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		scoped, scope := future.WithScope(plainCtx())
		for _, around := range []context.Context{plainCtx(), scoped} {
			d := newDiary()
			ctx, cancel := context.WithCancelCause(around)
			time.AfterFunc(10*ms, func() { cancel(errNoRoute) })
			f := of(func(in number) number {
				return flow.Step(d.works("next", ms), flow.Step(d.stubborn("stubborn", 50*ms), in))
			})
			_, elapsed, err := took(ctx, f, 1)
			require.Equal(t, 10*ms, elapsed)
			require.ErrorIs(t, err, errNoRoute)
			require.ErrorIs(t, err, context.Canceled)
			time.Sleep(time.Second)
			require.Equal(t, []string{"0s stubborn starts", "50ms stubborn ends"}, d.ByTime(), "next has not started")
		}
		require.NoError(t, scope.Close())
	})
}

func TestGo_failsWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		scoped, scope := future.WithScope(plainCtx())
		f := of(func(in number) number { return flow.Step(newDiary().stubborn("stubborn", 50*ms), in) })
		for name, end := range map[string]func(future.Future[int], context.CancelCauseFunc){
			"the ctx ends": func(_ future.Future[int], cancel context.CancelCauseFunc) { cancel(errNoRoute) },
			"Cancel":       func(answer future.Future[int], _ context.CancelCauseFunc) { answer.Cancel(errNoRoute) },
		} {
			for _, around := range []context.Context{plainCtx(), scoped} {
				ctx, cancel := context.WithCancelCause(around)
				begun := time.Now()
				answer := f.Go(ctx, 1)
				time.Sleep(10 * ms)
				end(answer, cancel)
				_, err := answer.Await(plainCtx())
				require.Equal(t, 10*ms, time.Since(begun), name)
				require.ErrorIs(t, err, errNoRoute)
				require.ErrorIs(t, err, context.Canceled)
				cancel(nil)
			}
		}
		require.NoError(t, scope.Close())
	})
}

func TestG21_doneBeforeTheStart(t *testing.T) {
	never := named("never", func(context.Context, int) (int, error) { t.Error("called"); return 0, nil })
	for _, f := range []*flow.Flow[int, int]{
		of(func(in number) number { return flow.Step(never, in) }),
		of(func(in number) number { return flow.Map(in, func(int) int { t.Error("called"); return 0 }) }),
		of(func(in number) number { return flow.Also(flow.After(flow.Step(never, in), in), flow.Step(never, in)) }).Timeout(time.Hour),
		of(func(in number) number { return in }),
	} {
		ctx, cancel := context.WithCancelCause(plainCtx())
		cancel(errNoRoute)
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, errNoRoute)
		_, err = f.Go(ctx, 1).Await(plainCtx())
		require.ErrorIs(t, err, errNoRoute)
		require.ErrorIs(t, err, context.Canceled)

		closed, scope := future.WithScope(plainCtx())
		require.NoError(t, scope.Close())
		_, err = f.Do(closed, 1)
		require.ErrorIs(t, err, future.ErrScopeClosed)
	}
}

// G10: neither Do nor Cancel nor Close runs anything of the user's on its caller's goroutine.
func TestG10_noUserFunctionOnTheCallersGoroutine(t *testing.T) {
	var mu sync.Mutex
	stacks := map[string]string{}
	here := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		stacks[what] = stack()
	}
	item := named("item", func(ctx context.Context, n int) (int, error) {
		here("task")
		if n > 1 {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}
		return n, nil
	})
	f := of(func(in number) number {
		mapped := flow.Map(in, func(n int) int { here("map"); return n })
		bad := flow.Recover(flow.Step(failing("bad", errSoldOut), flow.Const(1)), func(context.Context, error) (int, error) {
			here("recover")
			return 1, nil
		})
		check := flow.Require(flow.Map(in, func(n int) bool { here("condition"); return n > 0 }), errSoldOut)
		return flow.After(flow.Map2(flow.Step(item, mapped), bad, sum2), check)
	}).
		OnError(func(context.Context, int, error) { here("told") }).
		Catch(func(context.Context, int, error) (int, error) { here("catch"); return 0, nil })
	for _, ctx := range []context.Context{plainCtx(), observe.With(plainCtx(), watching(here))} {
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		_, err = f.Do(ctx, 0)
		require.NoError(t, err)
		ctx, scope := future.WithScope(ctx)
		f.Go(ctx, 2).Cancel(nil)
		f.Go(ctx, 2)
		require.NoError(t, scope.Close())
	}
	for _, what := range []string{"task", "map", "recover", "condition", "told", "catch", "observer"} {
		require.NotEmpty(t, stacks[what], what)
		require.False(t, strings.Contains(stacks[what], "TestG10_noUserFunctionOnTheCallersGoroutine("), stacks[what])
	}
}

// watching is an observer that tells where it is called.
type watching func(what string)

func (w watching) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	w("observer")
	return ctx, func(observe.Outcome) { w("observer") }
}

func TestG05_aPanicIsAFailure(t *testing.T) {
	for name, f := range map[string]*flow.Flow[int, int]{
		"step": of(func(in number) number { return flow.Step(panicking("item", errSoldOut), in) }),
		"step with mends": of(func(in number) number {
			return flow.Step(panicking("item", errSoldOut).OnError(func(context.Context, int, error) {}), in)
		}),
		"step in a limit": of(func(in number) number { return flow.Step(panicking("item", errSoldOut).Timeout(time.Hour), in) }),
		"map":             of(func(in number) number { return flow.Map(in, func(int) int { panic(errSoldOut) }) }),
		"map in demand":   of(func(in number) number { return flow.After(flow.Map(in, func(int) int { panic(errSoldOut) }), in) }),
		"recover": of(func(in number) number {
			return flow.Recover(flow.Step(failing("item", errNoRoute), in), func(context.Context, error) (int, error) { panic(errSoldOut) })
		}),
	} {
		_, err := f.Do(plainCtx(), 1)
		require.ErrorIs(t, err, errSoldOut, name)
		panicked, ok := errors.AsType[*future.PanicError](err)
		require.True(t, ok, name)
		require.Equal(t, errSoldOut, panicked.Value)
		require.Contains(t, panicked.Stack(), "_test.go", name)
		_, ok = err.(*flow.Error)
		require.True(t, ok, name)
	}
}

func TestG07_goexitAndPanicNil(t *testing.T) {
	exit := func(context.Context, error) (int, error) { return exiting("x").Do(plainCtx(), 1) }
	for name, f := range map[string]*flow.Flow[int, int]{
		"step": of(func(in number) number { return flow.Step(exiting("item"), in) }),
		"step with mends": of(func(in number) number {
			return flow.Step(exiting("item").OnError(func(context.Context, int, error) {}), in)
		}),
		"step in a limit": of(func(in number) number { return flow.Step(exiting("item").Timeout(time.Hour), in) }),
		"map":             of(func(in number) number { return flow.Map(in, func(n int) int { goexit(); return n }) }),
		"map in demand":   of(func(in number) number { return flow.After(flow.Map(in, func(n int) int { goexit(); return n }), in) }),
		"recover":         of(func(in number) number { return flow.Recover(flow.Step(failing("item", errNoRoute), in), exit) }),
		"recover itself": of(func(in number) number {
			return flow.Recover(flow.Step(failing("item", errNoRoute), in), func(context.Context, error) (int, error) { goexit(); return 0, nil })
		}),
	} {
		ctx, scope := future.WithScope(plainCtx())
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, future.ErrGoexit, name)
		require.NoError(t, scope.Close())
	}
	_, err := of(func(in number) number { return flow.Step(panicking("item", nil), in) }).Do(plainCtx(), 1)
	_, ok := errors.AsType[*future.PanicError](err)
	require.True(t, ok)
}

// Siblings go on when one of them ends its goroutine, and someone else takes what is ready.
func TestG06_aGoexitEndsNobodyElse(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			total := flow.Step(exiting("x").Fallback(1), in)
			return flow.Map2(total, flow.Map2(flow.Step(d.works("slow", ms), total), flow.Step(plus("one", 1), total), sum2), sum2)
		})
		v, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 1+(2+2), v)
	})
}

// G8: whatever the library calls may call the library.
func TestG08_everyFunctionMayCallTheLibrary(t *testing.T) {
	inner := everyKind("inner").Timeout(time.Minute)
	again := func(ctx context.Context) {
		_, err := inner.Do(ctx, 1)
		require.NoError(t, err)
		inner.Go(ctx, 7).Cancel(nil)
		inner.Graph()
	}
	calling := named("calling", func(ctx context.Context, n int) (int, error) { again(ctx); return n, errSoldOut })
	f := of(func(in number) number {
		mapped := flow.Map(in, func(n int) int { again(plainCtx()); return n })
		return flow.Recover(flow.Step(calling, mapped), func(ctx context.Context, err error) (int, error) {
			again(ctx)
			return 0, err
		})
	}).OnError(func(context.Context, int, error) { again(plainCtx()) })
	o := beginning(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
		if c.Flow != "shop" {
			return ctx, nil
		}
		again(plainCtx())
		return ctx, func(observe.Outcome) { again(plainCtx()) }
	})
	for _, around := range []context.Context{plainCtx(), observe.With(plainCtx(), o)} {
		ctx, scope := future.WithScope(around)
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, errSoldOut)
		require.NoError(t, scope.Close())
	}
}
