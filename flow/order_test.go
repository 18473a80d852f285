package flow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
)

func TestAfter_startsWhatOnlyItNeeds(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			stock := flow.Step(d.works("stock", 20*ms), in)
			credit := flow.Step(d.works("credit", 10*ms), in)
			user := flow.Step(d.works("user", 5*ms), in) // something else needs it too
			price := flow.Step(d.works("price", 7*ms), flow.Map2(user, in, sum2))
			pay := flow.Step(d.works("pay", 3*ms), price)
			return flow.Map2(flow.After(pay, stock, credit), user, sum2)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, (2+1+2)+2, v)
		require.Equal(t, 30*ms, elapsed)
		require.Equal(t, []string{
			"0s credit starts", "0s stock starts", "0s user starts",
			"5ms user ends",
			"10ms credit ends",
			"20ms price starts", "20ms stock ends",
			"27ms pay starts", "27ms price ends",
			"30ms pay ends",
		}, d.ByTime())
	})
}

// If what comes before fails, what comes after never starts, and the failure is there at once.
func TestAfter_failsWithWhatComesBefore(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			slow := flow.Step(d.works("slow", time.Second), in)
			stock := flow.Step(d.ends("stock", 10*ms, errSoldOut), in)
			return flow.After(flow.Step(d.works("pay", ms), in), slow, stock)
		})
		_, elapsed, err := took(ctx, f, 1)
		require.ErrorIs(t, err, errSoldOut)
		require.Equal(t, 10*ms, elapsed)
		synctest.Wait()
		require.NotContains(t, d.ByTime(), "10ms pay starts")
		require.Len(t, d.ByTime(), 4, d.ByTime())
	})
}

func TestRequire_isACheck(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			stock := flow.Step(d.works("stock", 10*ms), in)
			return flow.After(flow.Step(d.works("pay", ms), in), flow.Require(flow.Map(stock, even), errSoldOut))
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 11*ms, elapsed)

		d.Clear()
		_, elapsed, err = took(ctx, f, 2)
		require.ErrorIs(t, err, errSoldOut)
		require.Equal(t, 10*ms, elapsed)
		require.Len(t, d.ByTime(), 2, "pay has not started: %v", d.ByTime())
		failure, ok := errors.AsType[*flow.Error](err)
		require.True(t, ok)
		require.Equal(t, "require", failure.Node)
	})
}

// Also answers at once; its effects go on.
func TestAlso_outlivesTheAnswer(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			item := flow.Step(d.works("item", 10*ms), in)
			audit := flow.Step(d.works("audit", 20*ms), item)
			mail := flow.Step(d.works("mail", 30*ms), audit)
			return flow.Also(item, mail, flow.Step(d.works("count", 5*ms), in))
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 10*ms, elapsed)
		time.Sleep(time.Second)
		require.Equal(t, []string{
			"0s count starts", "0s item starts",
			"5ms count ends",
			"10ms audit starts", "10ms item ends",
			"30ms audit ends", "30ms mail starts",
			"60ms mail ends",
		}, d.ByTime())
	})
}

// An effect that starts after the answer may share nodes with what the answer has cancelled.
func TestAlso_keepsWhatItNeeds(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			shared := flow.Step(d.works("shared", 50*ms), in)
			other := flow.Step(d.works("other", 50*ms), in)
			failed := flow.Step(d.ends("item", 10*ms, errSoldOut), in)
			return flow.Also(flow.Map3(failed, shared, other, sum3), flow.Step(d.works("audit", 5*ms), shared))
		})
		_, elapsed, err := took(ctx, f, 1)
		require.ErrorIs(t, err, errSoldOut)
		require.Equal(t, 10*ms, elapsed)
		time.Sleep(time.Second)
		require.Equal(t, []string{
			"0s item starts", "0s other starts", "0s shared starts",
			"10ms item ends", "10ms other is cancelled: canceled: " + err.Error(),
			"50ms audit starts", "50ms shared ends",
			"55ms audit ends",
		}, d.ByTime())
	})
}

func TestAlso_failuresAreToldAndChangeNothing(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			item := flow.Step(d.works("item", 10*ms), in)
			return flow.Also(item,
				flow.Step(d.ends("early", 5*ms, errSoldOut), in),
				flow.Step(d.ends("late", 50*ms, errNoRoute), in),
				flow.Step(panicking("worse", "oh"), in))
		}).OnError(func(ctx context.Context, in int, err error) {
			require.Equal(t, 1, in)
			failure, ok := errors.AsType[*flow.Error](err)
			require.True(t, ok)
			d.Note("told of %s, alive %v", failure.Node, ctx.Err() == nil)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 10*ms, elapsed)
		time.Sleep(time.Second)
		require.Equal(t, []string{
			"0s early starts", "0s item starts", "0s late starts", "0s told of worse, alive true",
			"5ms early ends", "5ms told of early, alive true",
			"10ms item ends",
			"50ms late ends", "50ms told of late, alive true",
		}, d.ByTime())
	})
}

func TestAlso_endsWithTheLimit(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			return flow.Also(flow.Step(d.works("item", 10*ms), in), flow.Step(d.works("audit", time.Second), in))
		}).Timeout(100 * ms).OnError(func(_ context.Context, _ int, err error) {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			d.Note("told")
		})
		_, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 10*ms, elapsed)
		time.Sleep(time.Second)
		require.Equal(t, []string{
			"0s audit starts", "0s item starts", "10ms item ends",
			"100ms audit is cancelled: shop: audit: deadline exceeded: limit 100ms, elapsed 100ms", "100ms told",
		}, d.ByTime())
	})
}

// With a context of the caller's own kind, effects end with it.
func TestAlso_endsWithTheCallersContext(t *testing.T) {
	inScope(t, func(t *testing.T, _ context.Context, d *diary) {
		ctx, cancel := context.WithCancelCause(plainCtx())
		f := of(func(in number) number {
			return flow.Also(flow.Step(d.works("item", 10*ms), in), flow.Step(d.works("audit", time.Second), in))
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		time.Sleep(20 * ms)
		cancel(errSoldOut)
		synctest.Wait()
		require.Contains(t, d.ByTime(), "30ms audit is cancelled: sold out")
	})
}

// If nothing needs the Also, its effects do not run either.
func TestAlso_runsOnlyIfItIsNeeded(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			sent := flow.Also(flow.Step(d.works("send", ms), in), flow.Step(d.works("audit", ms), in))
			return flow.Either(flow.Map(in, even), sent, in)
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Empty(t, d.ByTime())
		_, err = f.Do(ctx, 2)
		require.NoError(t, err)
		synctest.Wait()
		require.Len(t, d.ByTime(), 4)
	})
}
