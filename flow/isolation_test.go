package flow_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// everyKind is a flow with each kind of node, whose answer depends on the input
// alone: it fails for multiples of five, and waits for its ctx for those of seven.
func everyKind(name string) *flow.Flow[int, int] {
	moody := named("moody", func(ctx context.Context, n int) (int, error) {
		switch {
		case n%7 == 0:
			<-ctx.Done()
			return n, context.Cause(ctx)
		case n%5 == 0:
			return n, errSoldOut
		}
		runtime.Gosched()
		return n, nil
	})
	twice := named("twice", func(_ context.Context, n int) (int, error) { runtime.Gosched(); return 2 * n, nil })
	return flow.New(name, func(in number) number {
		a := flow.Step(moody, in)
		list := flow.Each(twice, flow.Map(in, func(n int) []int { return []int{n, n + 1} }), 2)
		total := flow.Map(list, func(l []int) int { return l[0] + l[1] }) // 4n + 2
		either := flow.Either(flow.Map(in, even), flow.Step(twice, in), total)
		first := flow.Any(flow.Step(failing("bad", errNoRoute), in), flow.Step(plus("one", 1), in))
		good := flow.Recover(flow.Step(panicking("worse", "oh"), in), func(context.Context, error) (int, error) { return 0, nil })
		tried := flow.Map(flow.Try(flow.Step(twice, in)), func(r future.Result[int]) int { return r.Value })
		checked := flow.After(flow.Step(twice, a), flow.Require(flow.Map(in, func(n int) bool { return n >= 0 }), errSoldOut))
		return flow.Map6(a, either, first, good, flow.Also(tried, total), checked, func(a, b, c, d, e, f int) int { return a + b + c + d + e + f })
	})
}

// answerFor is what everyKind answers.
func answerFor(n int) int {
	either := 4*n + 2
	if even(n) {
		either = 2 * n
	}
	return n + either + (n + 1) + 0 + 2*n + 2*n
}

func TestG23_aThousandRunsShareNothing(t *testing.T) {
	for name, f := range map[string]*flow.Flow[int, int]{
		"alone":  everyKind("shop"),
		"nested": of(func(in number) number { return flow.Step(everyKind("inner").Task(), in) }),
	} {
		ctx, scope := future.WithScope(plainCtx())
		answers := make([]future.Future[int], 1000)
		for i := range answers {
			answers[i] = f.Go(ctx, i)
		}
		for i, answer := range answers {
			if i%7 == 0 {
				answer.Cancel(errNoRoute)
			}
			v, err := answer.Await(plainCtx())
			switch {
			case i%7 == 0:
				require.ErrorIs(t, err, errNoRoute, name)
			case i%5 == 0:
				require.ErrorIs(t, err, errSoldOut, name)
			default:
				require.NoError(t, err, name)
				require.Equal(t, answerFor(i), v, name)
			}
		}
		require.NoError(t, scope.Close())
	}
}

// A ctx that a task has kept speaks for its own run, whatever runs later.
func TestG23_aKeptContextSpeaksForItsOwnRun(t *testing.T) {
	kept := make([]context.Context, 300)
	keep := named("keep", func(ctx context.Context, n int) (int, error) {
		kept[n] = context.WithValue(ctx, key{}, n)
		switch n % 3 {
		case 1:
			return 0, errSoldOut
		case 2:
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}
		return n, nil
	})
	for _, f := range []*flow.Flow[int, int]{
		of(func(in number) number { return flow.Step(keep, in) }),
		of(func(in number) number { return flow.Any(flow.Step(keep, in)) }),
	} {
		check := func(n int) {
			ctx := kept[n]
			require.ErrorIs(t, ctx.Err(), context.Canceled)
			require.ErrorIs(t, context.Cause(ctx), context.Canceled)
			require.Equal(t, n%3 == 2, errors.Is(context.Cause(ctx), errNoRoute))
			require.Equal(t, n, ctx.Value(key{}))
			select {
			case <-ctx.Done():
			default:
				t.Error("Done is not closed")
			}
			_, err := future.Go(ctx, func(context.Context) (int, error) { t.Error("called"); return 0, nil }).Await(plainCtx())
			require.ErrorIs(t, err, context.Canceled)
		}
		for n := range kept {
			ctx, scope := future.WithScope(plainCtx())
			answer := f.Go(ctx, n)
			if n%3 == 2 {
				answer.Cancel(errNoRoute)
			}
			_, err := answer.Await(plainCtx())
			require.Equal(t, n%3 == 0, err == nil)
			require.NoError(t, scope.Close())
			if kept[n] == nil { // cancelled before it began
				kept[n] = context.WithValue(canceledBy(errNoRoute), key{}, n)
			}
			check(n)
		}
		for n := range kept {
			check(n)
		}
		clear(kept)
	}
}

func canceledBy(cause error) context.Context {
	ctx, cancel := context.WithCancelCause(plainCtx())
	cancel(&future.CanceledError{Cause: cause})
	return ctx
}

// What ignores its ctx comes back to nobody, and the runs after it are not disturbed.
func TestG23_lateResultsGoNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx())
		late := named("late", func(_ context.Context, n int) (int, error) {
			if n < 0 {
				time.Sleep(time.Second)
			}
			return n, nil
		})
		f := of(func(in number) number {
			return flow.Map2(flow.Step(late, in), flow.Either(flow.Map(in, even), flow.Step(late, in), in), sum2)
		}).Timeout(10 * ms)
		var lists sync.WaitGroup
		for range 50 {
			lists.Go(func() {
				_, err := f.Do(ctx, -1)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				for i := range 300 { // beyond the second at which the late ones return
					v, err := f.Do(ctx, i)
					require.NoError(t, err)
					require.Equal(t, 2*i, v)
					time.Sleep(5 * ms)
				}
			})
		}
		lists.Wait()
		require.NoError(t, scope.Close())
	})
}

// The pool keeps nothing of a run. (A pool survives one collection, so after
// one the states are there still, and what they hold.)
func TestG23_valuesAreDroppedAfterARun(t *testing.T) {
	type big struct{ _ [1 << 16]byte }
	var mu sync.Mutex
	var values []weak.Pointer[big]
	fresh := func() *big {
		mu.Lock()
		defer mu.Unlock()
		b := new(big)
		values = append(values, weak.Make(b))
		return b
	}
	type holding struct {
		error
		held *big
	}
	make := task.New("make", func(_ context.Context, seen *big) (*big, error) { return fresh(), nil })
	fail := task.New("fail", func(_ context.Context, seen *big) (*big, error) { return fresh(), holding{errSoldOut, fresh()} })
	list := task.New("list", func(_ context.Context, seen *big) (*big, error) { return fresh(), nil })
	f := flow.New("f", func(in flow.Node[*big]) flow.Node[int] {
		a := flow.Map(flow.Step(make, in), func(*big) *big { return fresh() })
		b := flow.Any(flow.Step(fail, a), flow.Recover(flow.Step(fail, a), func(context.Context, error) (*big, error) { return fresh(), nil }))
		c := flow.Each(list, flow.Map(a, func(b *big) []*big { return []*big{b, fresh()} }), 2)
		d := flow.Try(flow.Step(fail, a))
		yes := flow.Map3(b, c, d, func(*big, []*big, future.Result[*big]) int { return 1 })
		return flow.Either(flow.Map(in, func(b *big) bool { return b != nil }), yes, flow.Const(2))
	})
	synctest.Test(t, func(t *testing.T) {
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		for range 20 {
			v, err := f.Do(plainCtx(), fresh())
			require.NoError(t, err)
			require.Equal(t, 1, v)
			synctest.Wait() // no goroutine of the run is left
		}
		require.NotEmpty(t, values)
		runtime.GC()
		for i, p := range values {
			require.Nil(t, p.Value(), i)
		}
	})
}

func TestG24_oneFlowInManyBubbles(t *testing.T) {
	f := everyKind("shop").Timeout(time.Minute).Catch(func(_ context.Context, _ int, err error) (int, error) {
		if errors.Is(err, errSoldOut) {
			return -1, nil
		}
		return 0, err
	})
	_, err := f.Do(plainCtx(), 1) // outside, first
	require.NoError(t, err)
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(plainCtx())
			for i := range 14 {
				v, err := f.Do(ctx, i)
				switch {
				case i%7 == 0:
					require.ErrorIs(t, err, context.DeadlineExceeded)
				case i%5 == 0:
					require.Equal(t, -1, v)
				default:
					require.NoError(t, err)
					require.Equal(t, answerFor(i), v)
				}
			}
			require.NoError(t, scope.Close())
		})
	}
}
