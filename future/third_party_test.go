package future_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
)

// Combinators that others have written, with mistakes.

type noInputs struct{}

func (noInputs) Input(int) future.Input           { panic("none") }
func (noInputs) Run(context.Context) (int, error) { return 7, nil }

func TestFollowAll_ofNoInputs(t *testing.T) {
	v, err := future.FollowAll[int](context.Background(), 0, noInputs{}).Await(context.Background())
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

type panicInPass struct{}

func (panicInPass) Pass(future.Result[int]) (int, bool) { panic("pass") }
func (panicInPass) Run(context.Context, future.Result[int]) (v int, f future.Future[int], err error) {
	return v, f, nil
}

func TestG06_panicInPass(t *testing.T) {
	for _, m := range []future.Mode{0, future.ModeQuick} {
		ctx, scope := future.WithScope(context.Background())
		p := future.NewPromise[int](ctx)
		pending := future.Follow[int, int](ctx, p.Future(), m, panicInPass{})
		sibling := future.Shield(p.Future())
		p.Complete(1, nil)
		complete := future.Follow[int, int](ctx, p.Future(), m, panicInPass{})
		for _, f := range []future.Future[int]{pending, complete} {
			_, err := f.Await(context.Background())
			_, panicked := errors.AsType[*future.PanicError](err)
			require.True(t, panicked, "%v", err)
		}
		v, err := sibling.Await(context.Background())
		require.NoError(t, err)
		require.Equal(t, 1, v)
		require.NoError(t, scope.Close())
	}
}

type panicInInput struct{ f future.Future[int] }

func (a panicInInput) Input(i int) future.Input {
	if i == 1 {
		panic("input")
	}
	return a.f
}
func (panicInInput) Run(context.Context) (int, error) { return 0, nil }

func TestG06_panicInInput(t *testing.T) {
	ctx, scope := future.WithScope(context.Background())
	p := future.NewPromise[int](context.Background())
	require.PanicsWithValue(t, "input", func() { future.FollowAll[int](ctx, 2, panicInInput{p.Future()}) })
	require.NoError(t, scope.Close())
	p.Complete(1, nil)
}

type bigCause struct{ _ [1 << 16]byte }

func (*bigCause) Error() string { return "big" }

type pairOf struct{ a, b future.Future[int] }

func (w pairOf) Input(i int) future.Input {
	if i == 0 {
		return w.a
	}
	return w.b
}
func (pairOf) Gather(future.Tally, *int) error { return nil }

func TestWatch_keepsNoCauseOfLosers(t *testing.T) {
	var freed atomic.Bool
	func() {
		lost := &bigCause{}
		runtime.AddCleanup(lost, func(int) { freed.Store(true) }, 0)
		pending := future.NewPromise[int](context.Background()).Future()
		future.Watch[int](2, future.Rule{Total: 1, Owns: true, Lost: lost}, pairOf{future.Of(1, nil), pending})
	}()
	require.Eventually(t, func() bool { runtime.GC(); return freed.Load() }, 5*time.Second, time.Millisecond)
}

// A ctx that is never told apart from one that is alive but by its Done.
type doneOnly struct {
	context.Context
	done chan struct{}
}

func (d doneOnly) Done() <-chan struct{} { return d.done }
func (d doneOnly) Err() error            { return nil }

func TestG21_doneClosedBeforeErrIsSet(t *testing.T) {
	ctx := doneOnly{context.Background(), make(chan struct{})}
	close(ctx.done)
	_, err := future.Go(ctx, func(context.Context) (int, error) { panic("called") }).Await(context.Background())
	require.True(t, future.IsCanceled(err), "%v", err)
}

// A wait that finds both returns the result, whatever woke it.
func TestG03_aResultWinsATie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 200 {
			p := future.NewPromise[int](context.Background())
			f := p.Future()
			foreign, cancel := context.WithCancel(context.Background())
			own, scope := future.WithScope(context.Background())
			got := make(chan error, 2)
			for _, ctx := range []context.Context{foreign, own} {
				go func() { _, err := f.Await(ctx); got <- err }()
			}
			synctest.Wait()
			go p.Complete(1, nil)
			for _, done := f.Peek(); !done; _, done = f.Peek() {
				runtime.Gosched()
			}
			cancel() // when f is complete, for sure
			require.NoError(t, scope.Close())
			require.NoError(t, <-got)
			require.NoError(t, <-got)
		}
	})
}
