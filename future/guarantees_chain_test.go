package future_test

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// chainOf hangs n quick functions behind f, one behind the other.
func chainOf(f future.Future[int], n int) future.Future[int] {
	for range n {
		f = quickly(f, func(r future.Result[int]) (int, error) { return r.Value + 1, r.Err })
	}
	return f
}

// inSmallStack runs fn while no goroutine may have a stack above 64 KiB.
func inSmallStack(fn func()) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 10))
	fn()
}

func TestG09_longChains(t *testing.T) {
	const n = 20_000
	t.Run("quick", func(t *testing.T) { longChain(t, n) })
	t.Run("bodies", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		f := p.Future()
		before := runtime.NumGoroutine()
		var most atomic.Int64
		for range n {
			f = follow(bg(), f, func(_ context.Context, r future.Result[int]) (int, error) {
				if m := int64(runtime.NumGoroutine()); m > most.Load() {
					most.Store(m)
				}
				return r.Value + 1, r.Err
			})
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), before+1)
		inSmallStack(func() {
			p.Complete(0, nil)
			require.Equal(t, n, futuretest.Await(t, f).Value)
		})
		require.Less(t, most.Load(), int64(before+20))
	})
	t.Run("failing", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		f := chainOf(p.Future(), n)
		inSmallStack(func() {
			p.Complete(0, errBoom)
			require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom)
		})
	})
	t.Run("passing on", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		f := p.Future()
		for range n {
			f = future.Shield(f)
		}
		inSmallStack(func() {
			p.Complete(1, nil)
			require.Equal(t, 1, futuretest.Await(t, f).Value)
		})
	})
	t.Run("cancelled from the far end", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		f := p.Future()
		for range n {
			f = future.Follow(nil, f, future.ModeQuick|future.ModeDressed, step[int, int](func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }))
		}
		inSmallStack(func() {
			f.Cancel(errBoom)
			require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom)
			require.ErrorIs(t, futuretest.Await(t, p.Future()).Err, errBoom)
		})
	})
	t.Run("futures that become futures", func(t *testing.T) {
		var loop func(ctx context.Context, i int) future.Future[int]
		loop = func(ctx context.Context, i int) future.Future[int] {
			if i == 0 {
				return future.Of(n, nil)
			}
			return future.Follow(bg(), future.Of(i, nil), 0, hop[int, int](func(ctx context.Context, r future.Result[int]) future.Future[int] {
				return loop(ctx, r.Value-1)
			}))
		}
		inSmallStack(func() { require.Equal(t, n, futuretest.Await(t, loop(bg(), n)).Value) })
	})
	t.Run("the name of a chain", func(t *testing.T) {
		p := future.NewPromise[int](bg())
		f := p.Future()
		for range n {
			f = future.Follow(nil, f, future.ModeQuick|future.ModeDressed, step[int, int](func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }))
		}
		inSmallStack(func() { f.Name() })
		p.Complete(1, nil)
		futuretest.Await(t, f)
	})
}

func longChain(t *testing.T, n int) {
	p := future.NewPromise[int](bg())
	before := runtime.NumGoroutine()
	f := chainOf(p.Future(), n)
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "a pending link has no goroutine")
	var most atomic.Int64
	probe := quickly(chainOf(p.Future(), 10), func(future.Result[int]) (int, error) {
		most.Store(int64(runtime.NumGoroutine()))
		return 0, nil
	})
	inSmallStack(func() {
		p.Complete(0, nil)
		r, err := f.Await(bg())
		require.NoError(t, err)
		require.Equal(t, n, r)
	})
	futuretest.Await(t, probe)
	require.LessOrEqual(t, most.Load(), int64(before+3))
}

func TestFullSize_G09_tenMillionLinks(t *testing.T) {
	if os.Getenv("JADE_FULL") == "" {
		t.Skip("set JADE_FULL=1; needs 2 GB and no race detector")
	}
	longChain(t, 10_000_000)
}
