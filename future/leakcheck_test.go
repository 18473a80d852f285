package future_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// The leak check of TestMain would pass vacuously if it could not see these.
func TestLeakCheck_findsPlantedLeaks(t *testing.T) {
	for name, plant := range map[string]func(hold chan struct{}) (gone <-chan struct{}){
		"a bare goroutine": func(hold chan struct{}) <-chan struct{} {
			gone := make(chan struct{})
			go func() { <-hold; close(gone) }()
			return gone
		},
		"a function nobody joined": func(hold chan struct{}) <-chan struct{} {
			return future.Go(bg(), func(context.Context) (int, error) { <-hold; return 0, nil }).Done()
		},
		"a wait for what never comes": func(hold chan struct{}) <-chan struct{} {
			p := future.NewPromise[int](bg())
			gone := make(chan struct{})
			go func() { p.Future().Await(bg()); close(gone) }()
			go func() { <-hold; p.Complete(1, nil) }()
			return gone
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			hold := make(chan struct{})
			gone := plant(hold)
			require.Error(t, goleak.Find(before, goleak.IgnoreTopFunction("testing.(*T).Run")))
			close(hold)
			<-gone
			require.NoError(t, goleak.Find(before))
		})
	}
}

func TestG24_everythingWaitsDurably(t *testing.T) {
	// In a bubble, synctest.Wait returns only if every wait is one that it
	// knows; then the test ends what waits.
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		p := future.NewPromise[int](ctx)
		var ended atomic.Int32
		waits := []func(){
			func() { p.Future().Await(bg()) },
			func() { p.Future().Await(ctx) },
			func() { p.Future().Await(p.Context()) },
			func() { <-p.Future().Done() },
			func() { <-p.Context().Done() },
			func() { future.Shield(p.Future()).Await(bg()) },
			func() {
				follow(ctx, p.Future(), func(ctx context.Context, r future.Result[int]) (int, error) { return 0, nil }).Await(bg())
			},
			func() { scope.Wait() },
		}
		hold := make(chan struct{})
		future.Go(ctx, func(context.Context) (int, error) { <-hold; return 0, nil })
		for _, wait := range waits {
			go func() { wait(); ended.Add(1) }()
			synctest.Wait()
		}
		require.Zero(t, ended.Load())
		var closed atomic.Bool
		go func() { scope.Close(); closed.Store(true) }()
		synctest.Wait()
		require.False(t, closed.Load())
		require.Equal(t, len(waits)-1, int(ended.Load()), "the promise failed before the join")
		close(hold)
		synctest.Wait()
		require.True(t, closed.Load())
		require.Equal(t, len(waits), int(ended.Load()))
	})
	// Nothing that a bubble has made is met again in another or outside.
	for range 3 {
		for range 3 {
			synctest.Test(t, func(t *testing.T) { futuretest.Await(t, failing(bg(), nil)) })
			futuretest.Await(t, failing(bg(), nil))
		}
	}
	t.Run("what is complete can be used anywhere", func(t *testing.T) {
		out := future.Of(1, nil)
		p := future.NewPromise[int](bg())
		p.Complete(2, nil)
		synctest.Test(t, func(t *testing.T) {
			<-out.Done()
			<-p.Context().Done()
			require.Equal(t, 2, futuretest.Await(t, future.Shield(p.Future())).Value)
			require.Equal(t, 1, futuretest.Await(t, follow(bg(), out, func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() })).Value)
		})
	})
}
