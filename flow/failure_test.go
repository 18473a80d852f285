package flow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

func TestG13_theFirstFailureEndsTheRun(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			a := flow.Step(d.ends("a", 10*ms, errSoldOut), in)
			b := flow.Step(d.works("b", time.Second), in)
			c := flow.Step(d.works("c", ms), flow.Step(d.stubborn("stubborn", 20*ms), in))
			return flow.Map3(a, b, c, sum3)
		})
		_, elapsed, err := took(ctx, f, 1)
		require.ErrorIs(t, err, errSoldOut)
		require.Equal(t, 10*ms, elapsed)
		time.Sleep(100 * ms)
		require.Equal(t, []string{
			"0s a starts", "0s b starts", "0s stubborn starts",
			"10ms a ends", "10ms b is cancelled: canceled: " + err.Error(),
			"20ms stubborn ends",
		}, d.ByTime(), "c never starts")
	})
}

// The cause that the others see is the failure, and a cancellation.
func TestG13_theCauseOfTheOthersIsTheFailure(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var cause, told error
		other := func(ctx context.Context, n int) (int, error) {
			<-ctx.Done()
			cause, told = context.Cause(ctx), ctx.Err()
			return 0, cause
		}
		f := of(func(in number) number {
			return flow.Map2(flow.Step(d.ends("a", 10*ms, errSoldOut), in), flow.Step(named("b", other), in), sum2)
		})
		_, err := f.Do(ctx, 1)
		synctest.Wait()
		require.Equal(t, context.Canceled, told)
		require.ErrorIs(t, cause, errSoldOut)
		require.ErrorIs(t, cause, err)
		require.True(t, future.IsCanceled(cause))
		require.False(t, future.IsCanceled(err))
	})
}

func TestError_saysWhere(t *testing.T) {
	stock := failing("stock", errSoldOut)
	f := of(func(in number) number {
		return flow.Step(plus("one", 1), flow.Step(stock, flow.Step(stock.Fallback(1), in)))
	})
	_, err := f.Do(plainCtx(), 1)
	failure, ok := err.(*flow.Error)
	require.True(t, ok)
	require.Equal(t, []any{"shop", "stock#2", "stock", stock.Place(), errSoldOut},
		[]any{failure.Flow, failure.Node, failure.Task, failure.Place, failure.Err})
	require.ErrorIs(t, err, errSoldOut)
	require.Equal(t, "shop: stock#2 ("+failure.Place.String()+"): sold out", err.Error())
}

// A node without a task is named by its kind, and its own place.
func TestError_ofANodeWithoutATask(t *testing.T) {
	f := of(func(in number) number { return flow.Map(in, func(int) int { panic("oh\nno") }) })
	_, err := f.Do(plainCtx(), 1)
	failure, ok := err.(*flow.Error)
	require.True(t, ok)
	require.Equal(t, "map", failure.Node)
	require.Empty(t, failure.Task)
	require.Equal(t, f.Graph().Node(1).Place, failure.Place)
	require.True(t, strings.HasPrefix(failure.Place.File, "flow/failure_test.go"))
	require.NotContains(t, err.Error(), "\n")
}

func TestError_whoseMethodsPanic(t *testing.T) {
	f := of(func(in number) number { return flow.Step(failing("stock", bad{}), in) })
	_, err := f.Do(plainCtx(), 1)
	require.Error(t, err)
	require.NotPanics(t, func() { require.Contains(t, err.Error(), "shop: stock (") })
	v, err := of(func(in number) number {
		return flow.Recover(flow.Step(failing("stock", bad{}), in), func(context.Context, error) (int, error) { return 7, nil })
	}).Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// bad is an error with methods that panic.
type bad struct{}

func (bad) Error() string   { panic("Error") }
func (bad) Unwrap() error   { panic("Unwrap") }
func (bad) Is(error) bool   { panic("Is") }
func (bad) As(any) bool     { panic("As") }
func (bad) Timeout() bool   { panic("Timeout") }
func (bad) StatusCode() int { panic("StatusCode") }

func TestRecover_makesGood(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			item := flow.Recover(flow.Step(d.ends("item", 10*ms, errSoldOut), in), func(ctx context.Context, err error) (int, error) {
				require.ErrorIs(t, err, errSoldOut)
				failure, ok := err.(*flow.Error)
				require.True(t, ok)
				require.Equal(t, "item", failure.Node)
				return 40, wait(ctx, 5*ms)
			})
			return flow.Map2(item, flow.Step(d.works("other", 20*ms), in), sum2)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 42, v)
		require.Equal(t, 20*ms, elapsed, "the sibling is not disturbed")
	})
}

func TestRecover_isNotCalled(t *testing.T) {
	never := func(context.Context, error) (int, error) { t.Error("called"); return 0, nil }
	v, err := of(func(in number) number { return flow.Recover(flow.Step(plus("a", 1), in), never) }).Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	// G17: a cancellation is nothing to recover from
	_, err = of(func(in number) number {
		return flow.Recover(flow.Step(failing("a", &future.CanceledError{}), in), never)
	}).Do(plainCtx(), 1)
	require.ErrorIs(t, err, context.Canceled)
}

func TestRecover_failsToo(t *testing.T) {
	for name, fn := range map[string]func(context.Context, error) (int, error){
		"an error": func(context.Context, error) (int, error) { return 0, errNoRoute },
		"a panic":  func(context.Context, error) (int, error) { panic(errNoRoute) },
	} {
		_, err := of(func(in number) number { return flow.Recover(flow.Step(failing("a", errSoldOut), in), fn) }).Do(plainCtx(), 1)
		require.ErrorIs(t, err, errNoRoute, name)
		failure, ok := errors.AsType[*flow.Error](err)
		require.True(t, ok)
		require.Equal(t, "recover", failure.Node, name)
	}
}

// What only the recovered node needed is cancelled; what something else needs is not.
func TestRecover_cancelsTheSiblings(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			shared := flow.Step(d.works("shared", 50*ms), in)
			a := flow.Step(d.ends("a", 10*ms, errSoldOut), in)
			b := flow.Step(d.works("b", time.Second), in)
			sum := flow.Recover(flow.Map3(a, b, shared, sum3), func(context.Context, error) (int, error) { return 7, nil })
			return flow.Map2(sum, shared, sum2)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 9, v)
		require.Equal(t, 50*ms, elapsed)
		require.Equal(t, []string{
			"0s a starts", "0s b starts", "0s shared starts",
			"10ms a ends", "10ms b is cancelled: canceled: " + flow.ErrUnneeded.Error(),
			"50ms shared ends",
		}, d.ByTime())
	})
}

func TestTry_isAValue(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := flow.New("f", func(in number) flow.Node[[2]future.Result[int]] {
			good := flow.Try(flow.Step(d.works("good", 20*ms), in))
			bad := flow.Try(flow.Step(d.ends("bad", 10*ms, errSoldOut), in))
			return flow.Map2(good, bad, func(a, b future.Result[int]) [2]future.Result[int] { return [...]future.Result[int]{a, b} })
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 20*ms, elapsed)
		require.Equal(t, future.Result[int]{Value: 2}, v[0])
		require.ErrorIs(t, v[1].Err, errSoldOut)
		require.Contains(t, v[1].Err.Error(), "f: bad (")
	})
}

// A failure that nobody needs fails nothing.
func TestG13_aFailureThatNobodyNeeds(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			bad := flow.Step(d.ends("bad", 10*ms, errSoldOut), in)
			winner := flow.Any(flow.Step(d.works("slow", 20*ms), in), bad)
			return flow.Map(flow.Try(winner), func(r future.Result[int]) int { return r.Value })
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 20*ms, elapsed)
	})
}

// A task may return a value beside its error, as io.Reader does. A page that shows a Try must not show it.
func TestTry_noValueBesideAFailure(t *testing.T) {
	half := task.New("half", func(context.Context, int) (int, error) { return 7, errSoldOut })
	tried := flow.New("shop", func(in number) flow.Node[future.Result[int]] { return flow.Try(flow.Step(half, in)) })
	r, err := tried.Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Zero(t, r.Value)
	require.ErrorIs(t, r.Err, errSoldOut)

	g := tried.Graph() // another engine, with an input that has failed
	v, err := g.Node(g.Output).Run(plainCtx(), []any{flow.Failed{Err: errSoldOut}})
	require.NoError(t, err)
	require.Zero(t, v.(future.Result[int]).Value)
}
