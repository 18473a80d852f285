package flow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

func TestNested_runsAsOneNode(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number {
			return flow.Map2(flow.Step(d.works("a", 10*ms), in), flow.Step(d.works("b", 20*ms), in), sum2)
		})
		f := of(func(in number) number {
			return flow.Map2(flow.Step(inner.Task(), flow.Step(inner.Task(), in)), flow.Step(d.works("c", 25*ms), in), sum2)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 2*(2*2+1)+2, v)
		require.Equal(t, 40*ms, elapsed)
	})
}

func TestNested_theErrorNamesBoth(t *testing.T) {
	bad := failing("item", errSoldOut)
	inner := flow.New("inner", func(in number) number { return flow.Step(bad, in) })
	f := of(func(in number) number { return flow.Step(inner.Task().Named("part"), in) })
	_, err := f.Do(plainCtx(), 1)
	outermost, ok := err.(*flow.Error)
	require.True(t, ok)
	require.Equal(t, [...]string{"shop", "part", "part"}, [...]string{outermost.Flow, outermost.Node, outermost.Task})
	innermost, ok := outermost.Err.(*flow.Error)
	require.True(t, ok)
	require.Equal(t, [...]string{"inner", "item", "item"}, [...]string{innermost.Flow, innermost.Node, innermost.Task})
	require.Equal(t, bad.Place(), innermost.Place)
	require.Equal(t, errSoldOut, innermost.Err)
	require.ErrorIs(t, err, errSoldOut)
}

// The limit, the Catch and the OnError of a flow hold where it is a part, too.
func TestNested_hasItsOwnLimitAndCatch(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number { return flow.Step(d.stubborn("slow", time.Second), in) }).
			Timeout(20 * ms).
			OnError(func(context.Context, int, error) { d.Note("told") }).
			Catch(func(_ context.Context, _ int, err error) (int, error) { d.Note("caught"); return 7, nil })
		v, elapsed, err := took(ctx, of(func(in number) number { return flow.Step(inner.Task(), in) }), 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, 20*ms, elapsed)
		synctest.Wait() // nobody waits for OnError at a limit
		require.Equal(t, []string{"0s slow starts", "20ms caught", "20ms told"}, d.ByTime())
	})
}

// Policies around the task of a flow are those of a task.
func TestNested_policiesAroundIt(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number { return flow.Step(d.works("slow", time.Second), in) })
		late := of(func(in number) number { return flow.Step(inner.Task().Timeout(20*ms).Fallback(7), in) })
		v, elapsed, err := took(ctx, late, 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, 19800*time.Microsecond, elapsed, "a limit from around a run gives its calls up a moment before")
		synctest.Wait()
		require.Len(t, d.ByTime(), 2, "slow was cancelled: %v", d.ByTime())
		v, elapsed, err = took(ctx, flow.New("f", func(in number) number { return flow.Step(inner.Task().Timeout(20*ms), in) }), 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, v)
		require.Equal(t, 19800*time.Microsecond, elapsed)
	})
}

// When the outer run ends, so does the inner one, with that cause; its Catch is not asked.
func TestNested_isCancelledWithTheOuterRun(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number {
			return flow.Step(d.works("next", ms), flow.Step(d.works("slow", time.Second), in))
		}).Catch(func(context.Context, int, error) (int, error) { d.Note("caught"); return 7, nil })
		f := of(func(in number) number {
			return flow.Map2(flow.Step(inner.Task(), in), flow.Step(d.ends("bad", 10*ms, errSoldOut), in), sum2)
		})
		_, elapsed, err := took(ctx, f, 1)
		require.ErrorIs(t, err, errSoldOut)
		require.Equal(t, 10*ms, elapsed)
		synctest.Wait()
		require.Equal(t, []string{
			"0s bad starts", "0s slow starts", "10ms bad ends", "10ms slow is cancelled: canceled: " + err.Error(),
		}, d.ByTime())
	})
}

// A loser that is a flow is cancelled as a whole.
func TestNested_asALoser(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number { return flow.Step(d.works("slow", time.Second), in) })
		f := of(func(in number) number {
			first := flow.Any(flow.Step(inner.Task(), in), flow.Step(d.works("quick", 5*ms), in))
			return flow.Step(d.works("next", 5*ms), first)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 3, v)
		require.Equal(t, 10*ms, elapsed)
		require.Contains(t, d.ByTime(), "5ms slow is cancelled: canceled: another future was faster")
	})
}

func TestG12_closeJoinsWhatNestedRunsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx(), future.Grace(10*ms))
		d := newDiary()
		inner := flow.New("inner", func(in number) number {
			return flow.Map(flow.Step(d.stubborn("deep", time.Second), in), func(n int) int { return n })
		})
		f := of(func(in number) number {
			return flow.Map2(flow.Step(inner.Task(), in), flow.Step(d.stubborn("flat", 500*ms), in), sum2)
		}).Timeout(20 * ms)
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		err = scope.Close()
		still, ok := errors.AsType[*future.StragglerError](err)
		require.True(t, ok, "%v", err)
		require.Contains(t, still.Names, "inner: deep")
		require.Contains(t, still.Names, "shop: flat")
		time.Sleep(time.Second)
		require.NoError(t, scope.Close())
		require.Len(t, d.ByTime(), 4)
	})
}

func TestG25_aFailureThatNobodyObserved(t *testing.T) {
	var told []error
	ctx, scope := future.WithScope(plainCtx(), future.Unobserved(func(err error) { told = append(told, err) }))
	f := of(func(in number) number { return flow.Step(failing("item", errSoldOut), in) })
	<-f.Go(ctx, 1).Done()
	_, err := f.Go(ctx, 1).Await(ctx)
	require.Error(t, err)
	_, err = f.Do(ctx, 1)
	require.Error(t, err)
	require.NoError(t, scope.Close())
	require.Len(t, told, 1, "the one that nobody looked at")
	unobserved, ok := told[0].(*future.UnobservedError)
	require.True(t, ok)
	require.Equal(t, "shop", unobserved.Name)
	require.ErrorIs(t, told[0], errSoldOut)
}

func TestG12_closeJoinsEffects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx())
		d := newDiary()
		f := of(func(in number) number {
			return flow.Also(in, flow.Step(d.stubborn("stubborn", time.Second), in), flow.Step(d.works("polite", time.Second), in))
		})
		_, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Zero(t, elapsed)
		time.Sleep(10 * ms)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{
			"0s polite starts", "0s stubborn starts", "10ms polite is cancelled: " + context.Cause(ctx).Error(), "1s stubborn ends",
		}, d.ByTime())
	})
}
