package future_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

func TestG01_completesOnce(t *testing.T) {
	t.Run("later completions report false and change nothing", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		require.True(t, p.Complete(1, nil))
		require.False(t, p.Complete(2, errBoom))
		require.False(t, p.Complete(1, nil))
		p.Future().Cancel(errBoom)
		require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, p.Future()))
	})
	t.Run("a cancellation is a completion", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		p.Future().Cancel(errBoom)
		require.False(t, p.Complete(2, nil))
		p.Future().Cancel(errors.New("another"))
		r := futuretest.Await(t, p.Future())
		require.Zero(t, r.Value)
		require.ErrorIs(t, r.Err, errBoom)
		require.ErrorIs(t, r.Err, context.Canceled)
	})
	t.Run("the end of ctx is a completion", func(t *testing.T) {
		ctx, cancel := context.WithCancel(bg())
		p := future.NewPromise[int](ctx)
		cancel()
		require.ErrorIs(t, futuretest.Await(t, p.Future()).Err, context.Canceled)
		require.False(t, p.Complete(2, nil))
	})
	t.Run("of many at once one wins, and its value is the result", func(t *testing.T) {
		for range 200 {
			ctx, scope := future.WithScope(bg())
			p := future.NewPromise[int](ctx)
			var calls atomic.Int32
			p.Future().OnDone(func(future.Result[int]) { calls.Add(1) })
			var won atomic.Int32
			var winner atomic.Int32
			var wg sync.WaitGroup
			for i := range 6 {
				wg.Go(func() {
					if p.Complete(i, nil) {
						won.Add(1)
						winner.Store(int32(i))
					}
				})
			}
			wg.Go(func() { p.Future().Cancel(errBoom) })
			wg.Wait()
			r := futuretest.Await(t, p.Future())
			if r.Err == nil {
				require.EqualValues(t, 1, won.Load())
				require.EqualValues(t, winner.Load(), r.Value)
			} else {
				require.ErrorIs(t, r.Err, errBoom)
				require.Zero(t, won.Load())
				require.Zero(t, r.Value)
			}
			require.NoError(t, scope.Close())
			require.EqualValues(t, 1, calls.Load())
		}
	})
	t.Run("the value beside an error is kept", func(t *testing.T) {
		require.Equal(t, future.Result[int]{Value: 7, Err: errBoom}, futuretest.Await(t, future.Go(bg(), func(context.Context) (int, error) { return 7, errBoom })))
		require.Equal(t, future.Result[int]{Value: 7, Err: errBoom}, futuretest.Await(t, future.Of(7, errBoom)))
	})
}

func TestG02_everybodySeesTheSameResult(t *testing.T) {
	type key struct{ n int }
	want := &key{42}
	for range 30 {
		p := future.NewPromise[*key](bg())
		f := p.Future()
		seen := make(chan future.Result[*key], 100)
		count := 0
		look := func() {
			count += 7
			go func() { v, err := f.Await(bg()); seen <- future.Result[*key]{Value: v, Err: err} }()
			go func() {
				ctx, stop := context.WithCancel(bg())
				defer stop()
				v, err := f.Await(ctx)
				seen <- future.Result[*key]{Value: v, Err: err}
			}()
			go func() { <-f.Done(); r, _ := f.Peek(); seen <- r }()
			f.OnDone(func(r future.Result[*key]) { seen <- r })
			quickly(f, func(r future.Result[*key]) (int, error) { seen <- r; return 0, nil })
			follow(bg(), f, func(_ context.Context, r future.Result[*key]) (int, error) { seen <- r; return 0, nil })
			future.Shield(f).OnDone(func(r future.Result[*key]) { seen <- r })
		}
		look()
		go p.Complete(want, errBoom)
		look() // at the same time
		<-f.Done()
		look() // afterwards
		for range count {
			r := <-seen
			require.Same(t, want, r.Value)
			require.Same(t, errBoom, r.Err)
		}
	}
}

func TestG03_aWaitEndsAlone(t *testing.T) {
	t.Run("the future and other waits go on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := future.NewPromise[int](bg())
			other := make(chan int, 2)
			go func() { v, _ := p.Future().Await(bg()); other <- v }()
			go func() { v, _ := p.Future().Await(t.Context()); other <- v }()
			ctx, cancel := context.WithTimeout(bg(), time.Second)
			defer cancel()
			v, err := p.Future().Await(ctx)
			require.Zero(t, v)
			matchesBoth(t, ctx, err)
			require.NoError(t, p.Context().Err(), "the work behind the future is not told")
			synctest.Wait()
			require.Empty(t, other)
			require.True(t, p.Complete(3, nil))
			require.Equal(t, 3, <-other)
			require.Equal(t, 3, <-other)
		})
	})
	t.Run("a result wins a tie", func(t *testing.T) {
		ctx, cancel := context.WithCancel(bg())
		cancel()
		for range 200 {
			p := future.NewPromise[int](bg())
			p.Future().Done() // so that there is a channel
			p.Complete(1, nil)
			v, err := p.Future().Await(ctx)
			require.NoError(t, err)
			require.Equal(t, 1, v)
		}
		// A wait that both wake up.
		for range 200 {
			p := future.NewPromise[int](bg())
			ctx, cancel := context.WithCancel(bg())
			got := make(chan error, 1)
			go func() { _, err := p.Future().Await(ctx); got <- err }()
			p.Complete(1, nil)
			cancel()
			require.NoError(t, <-got)
		}
	})
}

func TestG04_nilAndErrorsAreValues(t *testing.T) {
	check := func(t *testing.T, v any) {
		t.Helper()
		same := func(r future.Result[any]) {
			t.Helper()
			require.NoError(t, r.Err)
			require.Equal(t, v, r.Value)
		}
		p := future.NewPromise[any](bg())
		m := quickly(p.Future(), func(r future.Result[any]) (any, error) { return r.Get() })
		b := follow(bg(), p.Future(), func(_ context.Context, r future.Result[any]) (any, error) { return r.Get() })
		require.True(t, p.Complete(v, nil))
		same(futuretest.Await(t, p.Future()))
		same(futuretest.Await(t, m))
		same(futuretest.Await(t, b))
		same(futuretest.Await(t, future.Shield(p.Future())))
		same(futuretest.Await(t, future.Of[any](v, nil)))
		same(futuretest.Await(t, future.Go(bg(), func(context.Context) (any, error) { return v, nil })))
		same(futuretest.Await(t, future.Call(bg(), func(_ context.Context, v any) (any, error) { return v, nil }, v)))
		got, err := future.Run(bg(), func(context.Context) (any, error) { return v, nil })
		same(future.Result[any]{Value: got, Err: err})
	}
	t.Run("nil", func(t *testing.T) { check(t, nil) })
	t.Run("an error", func(t *testing.T) { check(t, errBoom) })
	t.Run("a cancellation", func(t *testing.T) { check(t, &future.CanceledError{Cause: errBoom}) })
	t.Run("a panic error", func(t *testing.T) { check(t, &future.PanicError{Value: 1}) })
	t.Run("a nil pointer", func(t *testing.T) { check(t, (*int)(nil)) })
	t.Run("a nil pointer that is an error", func(t *testing.T) { check(t, (*future.CanceledError)(nil)) })
	t.Run("T is error", func(t *testing.T) {
		v, err := future.Of[error](errBoom, nil).Await(bg())
		require.NoError(t, err)
		require.Same(t, errBoom, v)
	})
}

func TestG22_zeroFutureNeverHangs(t *testing.T) {
	var f future.Future[int]
	ended, cancel := context.WithCancel(bg())
	cancel()
	for _, ctx := range []context.Context{bg(), t.Context(), ended} {
		v, err := f.Await(ctx)
		require.Zero(t, v)
		require.Same(t, future.ErrZero, err)
	}
	<-f.Done()
	r, ok := f.Peek()
	require.True(t, ok)
	require.Same(t, future.ErrZero, r.Err)
	f.Cancel(nil)
	f.Cancel(errBoom)
	require.Empty(t, f.Name())
	got := make(chan error, 1)
	stop := f.OnDone(func(r future.Result[int]) { got <- r.Err })
	require.Same(t, future.ErrZero, <-got)
	require.False(t, stop())
	require.Same(t, future.ErrZero, futuretest.Await(t, future.Shield(f)).Err)
	require.Same(t, future.ErrZero, futuretest.Await(t, quickly(f, func(r future.Result[int]) (int, error) { return r.Get() })).Err)
	require.Same(t, future.ErrZero, futuretest.Await(t, follow(bg(), f, func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() })).Err)
	watched := watchAll([]future.Future[int]{f}, future.Rule{Total: 1}, func(future.Tally) (int, error) { r, _ := f.Peek(); return r.Get() })
	require.Same(t, future.ErrZero, futuretest.Await(t, watched).Err)
	inner := future.Follow(bg(), future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { return future.Future[int]{} }))
	require.NoError(t, futuretest.Await(t, inner).Err, "a body that names no future gives its own result")

	t.Run("zero Promise", func(t *testing.T) {
		var p future.Promise[int]
		require.NoError(t, p.Context().Err())
		require.True(t, p.Complete(1, nil))
		require.Equal(t, 1, futuretest.Await(t, p.Future()).Value)
		require.ErrorIs(t, p.Context().Err(), context.Canceled)
	})
}
