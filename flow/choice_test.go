package flow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

func TestEither_runsOnlyTheChosenBranch(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			check := flow.Map(flow.Step(d.works("check", 10*ms), in), func(n int) bool { return even(n - 1) })
			yes := flow.Step(d.works("yes", 5*ms), flow.Step(d.works("before yes", 5*ms), in))
			return flow.Either(check, yes, flow.Step(d.works("no", 7*ms), in))
		})
		v, elapsed, err := took(ctx, f, 2)
		require.NoError(t, err)
		require.Equal(t, 4, v)
		require.Equal(t, 20*ms, elapsed)
		require.Equal(t, []string{
			"0s check starts", "10ms before yes starts", "10ms check ends",
			"15ms before yes ends", "15ms yes starts", "20ms yes ends",
		}, d.ByTime())

		d.Clear()
		v, elapsed, err = took(ctx, f, 3)
		require.NoError(t, err)
		require.Equal(t, 4, v)
		require.Equal(t, 17*ms, elapsed)
		require.Equal(t, []string{"20ms check starts", "30ms check ends", "30ms no starts", "37ms no ends"}, d.ByTime())
	})
}

// What something else needs runs for that, and the choice finds it made.
func TestEither_branchesThatAreShared(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			a := flow.Step(d.works("a", 20*ms), in)
			b := flow.Step(d.works("b", 5*ms), in)
			check := flow.Map(flow.Step(d.works("check", 10*ms), in), func(n int) bool { return even(n - 1) })
			return flow.Map2(flow.Either(check, b, a), a, sum2)
		})
		_, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 20*ms, elapsed, "a runs from the start")
		require.Len(t, d.ByTime(), 4, "b never runs: %v", d.ByTime())
		v, elapsed, err := took(ctx, f, 2)
		require.NoError(t, err)
		require.Equal(t, 6, v)
		require.Equal(t, 20*ms, elapsed, "b runs beside a")
	})
}

func TestEither_fails(t *testing.T) {
	for name, f := range map[string]*flow.Flow[int, int]{
		"with its condition": of(func(in number) number {
			return flow.Either(flow.Map(flow.Step(failing("check", errSoldOut), in), even), in, in)
		}),
		"with the chosen branch": of(func(in number) number {
			return flow.Either(flow.Const(true), flow.Step(failing("yes", errSoldOut), in), in)
		}),
		"with the other chosen branch": of(func(in number) number {
			return flow.Either(flow.Const(false), in, flow.Step(failing("yes", errSoldOut), in))
		}),
	} {
		_, err := f.Do(plainCtx(), 1)
		require.ErrorIs(t, err, errSoldOut, name)
	}
	f := of(func(in number) number {
		return flow.Either(flow.Const(true), in, flow.Step(failing("no", errSoldOut), in))
	})
	_, err := f.Do(plainCtx(), 1)
	require.NoError(t, err, "the branch that was not chosen cannot fail")
}

func TestAny_firstSuccess(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			fast := flow.Step(d.ends("fast", 5*ms, errSoldOut), in)
			near := flow.Step(d.works("near", 10*ms), in)
			far := flow.Step(d.works("far", time.Second), in)
			return flow.Step(d.works("next", 10*ms), flow.Any(far, fast, near))
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 3, v)
		require.Equal(t, 20*ms, elapsed)
		synctest.Wait()
		require.Equal(t, []string{
			"0s far starts", "0s fast starts", "0s near starts",
			"5ms fast ends",
			"10ms far is cancelled: canceled: " + combinators.ErrLost.Error(), "10ms near ends", "10ms next starts",
			"20ms next ends",
		}, d.ByTime())
	})
}

func TestG14_losersOfAnyAreCancelledAndJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx())
		d := newDiary()
		f := of(func(in number) number {
			return flow.Any(flow.Step(d.stubborn("loser", time.Second), in), flow.Step(d.works("winner", 5*ms), in))
		})
		_, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 5*ms, elapsed)
		require.NoError(t, scope.Close())
		require.Equal(t, time.Second, time.Since(d.Begun), "Close has joined the loser")
	})
}

// A loser that something else needs is no loser.
func TestAny_keepsWhatSomethingElseNeeds(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			slow := flow.Step(d.works("slow", 50*ms), in)
			quick := flow.Step(d.works("quick", 10*ms), in)
			return flow.Map2(flow.Any(slow, quick), slow, sum2)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 4, v)
		require.Equal(t, 50*ms, elapsed)
		require.Equal(t, []string{"0s quick starts", "0s slow starts", "10ms quick ends", "50ms slow ends"}, d.ByTime())
	})
}

func TestG20_anyFailsWhenAllFailInOrder(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			return flow.Any(
				flow.Step(d.ends("a", 20*ms, errSoldOut), in),
				flow.Step(d.ends("b", 10*ms, errNoRoute), in),
				flow.Step(panicking("c", "oh"), in))
		})
		_, elapsed, err := took(ctx, f, 1)
		require.Equal(t, 20*ms, elapsed)
		require.ErrorIs(t, err, errSoldOut)
		require.ErrorIs(t, err, errNoRoute)
		all, ok := errors.AsType[interface {
			error
			Unwrap() []error
		}](err)
		require.True(t, ok)
		var nodes []string
		for _, part := range all.Unwrap() {
			failure, ok := errors.AsType[*flow.Error](part)
			require.True(t, ok)
			nodes = append(nodes, failure.Node)
		}
		require.Equal(t, []string{"a", "b", "c"}, nodes)
	})
}

func TestG19_anyAmongCompleteOnesTheFirst(t *testing.T) {
	f := of(func(in number) number { return flow.Any(flow.Const(1), in, flow.Const(3)) })
	v, err := f.Do(plainCtx(), 2)
	require.NoError(t, err)
	require.Equal(t, 1, v)
	f = of(func(in number) number {
		return flow.Any(flow.Map(in, func(int) int { panic("oh") }), in, flow.Const(3))
	})
	v, err = f.Do(plainCtx(), 2)
	require.NoError(t, err)
	require.Equal(t, 2, v)
}
