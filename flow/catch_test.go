package flow_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

type key struct{}

// Catch gets the caller's ctx: its values, and not the limit of the flow.
func TestCatch_getsTheCallersContext(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		ctx = context.WithValue(ctx, key{}, "ada")
		f := of(func(in number) number { return flow.Step(obedient("item"), in) }).Timeout(50 * ms).
			Catch(func(ctx context.Context, in int, err error) (int, error) {
				require.Equal(t, 1, in)
				require.Equal(t, "ada", ctx.Value(key{}))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				_, limited := ctx.Deadline()
				require.False(t, limited)
				require.NoError(t, ctx.Err())
				return 7, wait(ctx, 100*ms)
			})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, 150*ms, elapsed)
	})
}

// What Catch has started ends with the answer.
func TestCatch_itsContextEndsWithTheAnswer(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var kept context.Context
		f := of(func(in number) number { return flow.Step(failing("item", errSoldOut), in) }).
			Catch(func(ctx context.Context, _ int, _ error) (int, error) { kept = ctx; return 7, ctx.Err() })
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		synctest.Wait()
		require.ErrorIs(t, kept.Err(), context.Canceled)
	})
}

func TestG17_catchIsNotCalledWhenTheCallerLeft(t *testing.T) {
	for name, leave := range map[string]func(f *flow.Flow[int, int]) error{
		"Do, ctx cancelled": func(f *flow.Flow[int, int]) error {
			ctx, cancel := context.WithCancelCause(plainCtx())
			time.AfterFunc(10*ms, func() { cancel(errNoRoute) })
			_, err := f.Do(ctx, 1)
			return err
		},
		"Go, ctx cancelled": func(f *flow.Flow[int, int]) error {
			ctx, cancel := context.WithCancelCause(plainCtx())
			time.AfterFunc(10*ms, func() { cancel(errNoRoute) })
			_, err := f.Go(ctx, 1).Await(plainCtx())
			return err
		},
		"Go, Cancel": func(f *flow.Flow[int, int]) error {
			answer := f.Go(plainCtx(), 1)
			time.Sleep(10 * ms)
			answer.Cancel(errNoRoute)
			_, err := answer.Await(plainCtx())
			return err
		},
		"done before the start": func(f *flow.Flow[int, int]) error {
			ctx, cancel := context.WithCancelCause(plainCtx())
			cancel(errNoRoute)
			_, err := f.Do(ctx, 1)
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := of(func(in number) number { return flow.Step(obedient("item"), in) }).Timeout(time.Second).
				Catch(func(context.Context, int, error) (int, error) { t.Errorf("%s: called", name); return 7, nil })
			err := leave(f)
			require.ErrorIs(t, err, errNoRoute, name)
			require.ErrorIs(t, err, context.Canceled, name)
			require.True(t, future.IsCanceled(err), name)
			synctest.Wait()
		})
	}
}

// Of several, each gets what the one before it returns; after a success none is called.
func TestCatch_severalInOrder(t *testing.T) {
	var seen []error
	again := func(err error) func(context.Context, int, error) (int, error) {
		return func(_ context.Context, _ int, was error) (int, error) {
			seen = append(seen, was)
			return 7, err
		}
	}
	f := of(func(in number) number { return flow.Step(failing("item", errSoldOut), in) })
	v, err := f.Catch(again(errNoRoute)).Catch(again(nil)).Catch(again(nil)).Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	require.Len(t, seen, 2)
	require.ErrorIs(t, seen[0], errSoldOut)
	require.Equal(t, errNoRoute, seen[1])
	// a flow is immutable: neither has seen the other's
	seen = nil
	base := f.Catch(again(errNoRoute))
	one, two := base.Catch(again(errSoldOut)), base.Catch(again(nil))
	_, err = one.Do(plainCtx(), 1)
	require.Equal(t, errSoldOut, err)
	_, err = two.Do(plainCtx(), 1)
	require.NoError(t, err)
	_, err = f.Do(plainCtx(), 1)
	require.Error(t, err)
	require.Len(t, seen, 4)
}

func TestCatch_thatDoesNotReturn(t *testing.T) {
	f := of(func(in number) number { return flow.Step(failing("item", errSoldOut), in) })
	for name, ends := range map[string]func(){"panic": func() { panic(errNoRoute) }, "goexit": runtime.Goexit} {
		want := map[string]error{"panic": errNoRoute, "goexit": future.ErrGoexit}[name]
		bad := f.Catch(func(context.Context, int, error) (int, error) { ends(); return 0, nil })
		_, err := bad.Do(plainCtx(), 1)
		require.ErrorIs(t, err, want, name)
		require.ErrorIs(t, err, errSoldOut, name)
		v, err := bad.Catch(func(_ context.Context, _ int, err error) (int, error) {
			require.ErrorIs(t, err, want)
			require.ErrorIs(t, err, errSoldOut)
			return 7, nil
		}).Do(plainCtx(), 1)
		require.NoError(t, err)
		require.Equal(t, 7, v, name)

		told := f.OnError(func(context.Context, int, error) { ends() })
		_, err = told.Do(plainCtx(), 1)
		require.ErrorIs(t, err, want, name)
		require.ErrorIs(t, err, errSoldOut, name)
		v, err = told.Catch(func(context.Context, int, error) (int, error) { return 7, nil }).Do(plainCtx(), 1)
		require.NoError(t, err)
		require.Equal(t, 7, v, name)
	}
}

// OnError is told before Catch, of every failure, and changes nothing.
func TestOnError_isToldFirst(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number { return flow.Step(d.ends("item", 10*ms, errSoldOut), in) }).
			Catch(func(context.Context, int, error) (int, error) { d.Note("caught"); return 7, nil }).
			OnError(func(_ context.Context, in int, err error) {
				require.Equal(t, 1, in)
				require.ErrorIs(t, err, errSoldOut)
				d.Note("told")
				time.Sleep(5 * ms)
			}).
			OnError(func(context.Context, int, error) { d.Note("told again") })
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, 15*ms, elapsed)
		require.Equal(t, []string{"0s item starts", "10ms item ends", "10ms told", "15ms caught", "15ms told again"}, d.ByTime())
	})
}

func TestOnError_isNotToldOfASuccess(t *testing.T) {
	f := of(func(in number) number { return flow.Step(plus("item", 1), in) }).
		OnError(func(context.Context, int, error) { t.Error("told") })
	_, err := f.Do(plainCtx(), 1)
	require.NoError(t, err)
}

// When the caller has left, OnError is told, and nobody waits for it but the scope.
func TestOnError_isToldOfACancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		around, scope := future.WithScope(plainCtx())
		ctx, cancel := context.WithCancelCause(around)
		d := newDiary()
		f := of(func(in number) number { return flow.Step(obedient("item"), in) }).
			OnError(func(_ context.Context, _ int, err error) {
				require.ErrorIs(t, err, errNoRoute)
				time.Sleep(time.Second)
				d.Note("told")
			})
		time.AfterFunc(10*ms, func() { cancel(errNoRoute) })
		_, elapsed, err := took(ctx, f, 1)
		require.ErrorIs(t, err, errNoRoute)
		require.Equal(t, 10*ms, elapsed)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{"1.01s told"}, d.ByTime())
	})
}

// The answer of Catch may be an error-typed value, and nil (G4).
func TestG04_nilAndErrorsAreValues(t *testing.T) {
	f := flow.New("f", func(in flow.Node[error]) flow.Node[error] { return flow.Map(in, func(err error) error { return err }) })
	v, err := f.Do(plainCtx(), errSoldOut)
	require.NoError(t, err)
	require.Equal(t, errSoldOut, v)
	v, err = f.Do(plainCtx(), nil)
	require.NoError(t, err)
	require.NoError(t, v)
	found := flow.New("f", func(in flow.Node[*int]) flow.Node[*int] {
		return flow.Either(flow.Map(in, func(p *int) bool { return p == nil }), in, flow.Const[*int](nil))
	})
	p, err := found.Do(plainCtx(), nil)
	require.NoError(t, err)
	require.Nil(t, p)
	r, err := flow.New("f", func(in flow.Node[error]) flow.Node[future.Result[error]] { return flow.Try(in) }).Do(plainCtx(), errSoldOut)
	require.NoError(t, err)
	require.Equal(t, future.Result[error]{Value: errSoldOut}, r)
	require.False(t, errors.Is(r.Err, errSoldOut))
}
