package flow_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// eachOf is a flow that calls t for each number below its input.
func eachOf(t task.Task[int, int], limit int) *flow.Flow[int, []int] {
	return flow.New("list", func(in number) flow.Node[[]int] {
		return flow.Each(t, flow.Map(in, func(n int) []int {
			list := make([]int, n)
			for i := range list {
				list[i] = i
			}
			return list
		}), limit)
	})
}

func TestEach_limit(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var running, most atomic.Int32
		slow := named("slow", func(ctx context.Context, n int) (int, error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			return n * n, wait(ctx, 10*ms)
		})
		for _, limit := range []int{1, 3, 10, 1000} {
			most.Store(0)
			v, elapsed, err := took(ctx, eachOf(slow, limit), 10)
			require.NoError(t, err)
			require.Equal(t, []int{0, 1, 4, 9, 16, 25, 36, 49, 64, 81}, v)
			require.Equal(t, time.Duration((10+limit-1)/limit)*10*ms, elapsed, limit)
			require.Equal(t, int32(min(limit, 10)), most.Load())
		}
	})
}

// Elements are started in order; the results are in order, whoever is first.
func TestG19_eachKeepsOrder(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var started []int
		slow := named("slow", func(ctx context.Context, n int) (int, error) {
			started = append(started, n) // one at a time, as all starts but the first are at different times
			return n, wait(ctx, time.Duration(100-n)*ms)
		})
		v, err := eachOf(slow, 1).Do(ctx, 5)
		require.NoError(t, err)
		require.Equal(t, []int{0, 1, 2, 3, 4}, v)
		require.Equal(t, v, started)
	})
	reversed := named("reversed", func(ctx context.Context, n int) (int, error) {
		return n, wait(ctx, time.Duration(100-n)*ms)
	})
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		v, err := eachOf(reversed, 9).Do(ctx, 50)
		require.NoError(t, err)
		require.True(t, slices.IsSorted(v))
	})
}

func TestG19_eachOfNone(t *testing.T) {
	v, err := eachOf(failing("never", errSoldOut), 3).Do(plainCtx(), 0)
	require.NoError(t, err)
	require.NotNil(t, v)
	require.Empty(t, v)
	f := flow.New("f", func(in flow.Node[[]int]) flow.Node[[]int] { return flow.Each(failing("never", errSoldOut), in, 3) })
	v, err = f.Do(plainCtx(), nil)
	require.NoError(t, err)
	require.NotNil(t, v)
}

func TestEach_firstFailureEndsIt(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var causes []error
		slow := named("slow", func(ctx context.Context, n int) (int, error) {
			d.Note("%d starts", n)
			if n == 1 {
				time.Sleep(10 * ms)
				return 0, errSoldOut
			}
			err := wait(ctx, time.Second)
			causes = append(causes, err) // there is one
			return 0, err
		})
		f := flow.New("f", func(in number) flow.Node[int] {
			list := flow.Try(flow.Each(slow, flow.Const([]int{0, 1, 2, 3}), 2))
			return flow.Map(list, func(r future.Result[[]int]) int {
				if !errors.Is(r.Err, errSoldOut) {
					panic("wrong error")
				}
				return len(r.Value)
			})
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Zero(t, v)
		require.Equal(t, 10*ms, elapsed)
		synctest.Wait()
		require.Equal(t, []string{"0s 0 starts", "0s 1 starts"}, d.ByTime())
		require.Len(t, causes, 1)
		require.ErrorIs(t, causes[0], combinators.ErrLost)
		require.ErrorIs(t, causes[0], errSoldOut)
	})
}

func TestEach_elementsThatDoNotReturn(t *testing.T) {
	for _, limit := range []int{1, 2, 8} {
		_, err := eachOf(panicking("t", errSoldOut), limit).Do(plainCtx(), 8)
		require.ErrorIs(t, err, errSoldOut)
		_, ok := errors.AsType[*future.PanicError](err)
		require.True(t, ok)
		_, err = eachOf(exiting("t"), limit).Do(plainCtx(), 8)
		require.ErrorIs(t, err, future.ErrGoexit)
		failure, ok := err.(*flow.Error)
		require.True(t, ok)
		require.Equal(t, "t", failure.Node)

		some := named("some", func(_ context.Context, n int) (int, error) {
			switch n % 3 {
			case 1:
				panic("oh")
			case 2:
				runtime.Goexit()
			}
			return n, nil
		})
		v, err := eachOf(some.Fallback(-1), limit).Do(plainCtx(), 8)
		require.NoError(t, err)
		require.Equal(t, []int{0, -1, -1, 3, -1, -1, 6, -1}, v)
	}
}

func TestEach_policiesAreForEachElement(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		slow := named("slow", func(ctx context.Context, n int) (int, error) {
			if n == 2 {
				time.Sleep(time.Hour) // it ignores its ctx
			}
			return n, wait(ctx, time.Duration(n)*5*ms)
		})
		v, elapsed, err := took(ctx, eachOf(slow.Timeout(12*ms).Fallback(-1), 2), 5)
		require.NoError(t, err)
		require.Equal(t, []int{0, 1, -1, -1, -1}, v)
		require.Equal(t, 24*ms, elapsed, "0, 2 and 4 one after another, 1 and 3 beside them")
	})
}

func TestEach_ofAFlow(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number { return flow.Step(d.works("work", 10*ms), in) })
		v, elapsed, err := took(ctx, eachOf(inner.Task(), 2), 5)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 3, 4, 5}, v)
		require.Equal(t, 30*ms, elapsed)
		_, err = eachOf(flow.New("inner", func(in number) number { return flow.Step(failing("work", errSoldOut), in) }).Task(), 2).Do(ctx, 5)
		require.ErrorIs(t, err, errSoldOut)
		require.Contains(t, err.Error(), "list: inner (")
		require.Contains(t, err.Error(), "inner: work (")
	})
}

// Elements that ignore their ctx keep nobody waiting, and the scope joins them.
func TestEach_stubbornElements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx())
		begun := time.Now()
		slow := named("slow", func(ctx context.Context, n int) (int, error) {
			time.Sleep(time.Duration(n)*time.Second + ms)
			return n, errSoldOut
		})
		_, elapsed, err := took(ctx, eachOf(slow, 3), 3)
		require.ErrorIs(t, err, errSoldOut)
		require.Equal(t, ms, elapsed)
		require.NoError(t, scope.Close())
		require.Equal(t, 2*time.Second+ms, time.Since(begun))
	})
}
