package future_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// thens puts n continuations behind f.
func thens(ctx context.Context, f future.Future[int], n int) (behind []future.Future[int]) {
	for range n {
		behind = append(behind, combinators.Then(ctx, f, func(_ context.Context, i int) (int, error) { return i, nil }))
	}
	return behind
}

// A failure is reported as one, and counts as one of the hundred, however many futures have it.
func TestG25_oneFailureOfManyFutures(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	for _, seen := range []bool{false, true} {
		ctx, scope := future.WithScope(context.Background())
		p := future.NewPromise[int](ctx)
		behind := thens(ctx, p.Future(), 1000)
		p.Complete(0, first)
		scope.Wait()
		if seen {
			_, err := behind[0].Await(context.Background())
			require.Equal(t, first, err)
		}
		future.Go(ctx, func(context.Context) (int, error) { return 0, second })
		scope.Wait()
		err := scope.Close()
		require.ErrorIs(t, err, second)
		require.Equal(t, !seen, errors.Is(err, first))
		require.NotContains(t, err.Error(), "beyond")
	}
}

// Failures that are only counted are counted no more once they have been seen.
func TestG25_excessThatIsSeen(t *testing.T) {
	ctx, scope := future.WithScope(context.Background())
	var fs []future.Future[int]
	for i := range 300 {
		fs = append(fs, future.Go(ctx, func(context.Context) (int, error) { return 0, fmt.Errorf("%d", i) }))
	}
	scope.Wait()
	for _, f := range fs {
		combinators.Map(f, func(i int) int { return i }) // has the failure too
		f.Peek()
	}
	require.NoError(t, scope.Close())
}

// When a Close returns, no hook runs, also if another Close has called it.
func TestG12_twoClosesAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	for range 300 {
		var running atomic.Int32
		ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {
			running.Add(1)
			for range 200 {
				runtime.Gosched()
			}
			running.Add(-1)
		}))
		future.Go(ctx, func(context.Context) (int, error) { return 0, errors.New("x") })
		scope.Wait()
		var closes sync.WaitGroup
		var after atomic.Int32
		for range 8 {
			closes.Go(func() {
				_ = scope.Close()
				after.Add(running.Load())
			})
		}
		closes.Wait()
		require.Zero(t, after.Load())
	}
}

// A scope that gave up on a straggler leaves its outer scope when that has ended.
func TestGrace_keepsNothingOfStragglersThatEnded(t *testing.T) {
	outer, scope := future.WithScope(context.Background())
	const n = 5000
	run := func() {
		for range n {
			hold := make(chan struct{})
			_, err := future.Run(outer, func(ctx context.Context) (int, error) {
				future.Go(ctx, func(context.Context) (int, error) { <-hold; return 0, nil })
				return 0, nil
			}, future.Grace(time.Nanosecond))
			require.Error(t, err)
			close(hold)
		}
		scope.Wait()
	}
	run()
	before := heapInUse()
	run()
	require.Less(t, heapInUse(), before+n*100)
	require.NoError(t, scope.Close())
}

func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Work that is complete is no straggler, although what it has started is.
func TestGrace_namesWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(context.Background(), future.Grace(time.Second))
		hold := make(chan struct{})
		f := combinators.Then(future.Named(ctx, "complete"), future.Of(1, nil), func(ctx context.Context, _ int) (int, error) {
			future.Go(future.Named(ctx, "child"), func(context.Context) (int, error) { <-hold; return 0, nil })
			return 1, nil
		})
		_, err := f.Await(context.Background())
		require.NoError(t, err)
		synctest.Wait()
		late, ok := errors.AsType[*future.StragglerError](scope.Close())
		require.True(t, ok)
		require.Equal(t, []string{"child"}, late.Names)
		close(hold)
		require.NoError(t, scope.Close())
	})
}

// Stragglers are named while bodies return: the race detector looks on.
func TestGrace_namesWhileBodiesReturn(t *testing.T) {
	for range 50 {
		ctx, scope := future.WithScope(context.Background(), future.Grace(time.Nanosecond))
		hold, gate := make(chan struct{}), make(chan struct{})
		for range 20 {
			combinators.Then(ctx, future.Of(1, nil), func(ctx context.Context, _ int) (int, error) {
				future.Go(ctx, func(context.Context) (int, error) { <-hold; return 0, nil })
				<-gate
				return 1, nil
			})
		}
		go close(gate)
		for range 5 {
			_ = scope.Close()
		}
		close(hold)
		scope.Wait()
	}
}

// What is beyond the hundred is counted once, and seen afterwards it does not count against what fails later.
func TestG25_excessThatIsSeenAfterItsReport(t *testing.T) {
	ctx, scope := future.WithScope(context.Background())
	p := future.NewPromise[int](context.Background())
	fail := func(n int) (fs []future.Future[int]) {
		for i := range n {
			fs = append(fs, combinators.Finally(ctx, p.Future(), func(context.Context, future.Result[int]) { panic(i) }))
		}
		return fs
	}
	first := fail(150)
	p.Complete(1, nil)
	scope.Wait()
	require.ErrorContains(t, scope.Close(), "50 more failures: a scope keeps the first 100")
	for _, f := range first {
		f.Peek()
	}
	fail(120) // a Finally runs in a closed scope too
	scope.Wait()
	require.ErrorContains(t, scope.Close(), "20 more failures: a scope keeps the first 100")
}
