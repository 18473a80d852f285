package future_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/notes"
)

type crowd = futuretest.Crowd

// crowds calls body many times, many more under JADE_STRESS, and names the
// seed of a failure; JADE_SEED repeats it, if the scheduler plays along.
func crowds(t *testing.T, n int, body func(c *crowd)) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("JADE_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	if os.Getenv("JADE_STRESS") != "" {
		n *= 20
	}
	for range n {
		c := futuretest.NewCrowd(seed, 3)
		body(c)
		if t.Failed() {
			t.Fatalf("JADE_SEED=%d", seed)
		}
		seed++
	}
}

func TestStress_completedOnceAndSeenByAll(t *testing.T) {
	crowds(t, 2000, func(c *crowd) {
		outer, cancel := context.WithCancelCause(context.Background())
		ctx, scope := future.WithScope(outer)
		p := future.NewPromise[int](ctx)
		f := p.Future()
		var wins, winner atomic.Int64
		var told notes.List[future.Result[int]] // what observers of f saw
		for i := range 1 + c.IntN(4) {
			c.Add(func() {
				if p.Complete(i, nil) {
					wins.Add(1)
					winner.Store(int64(i))
				}
			})
		}
		if c.IntN(2) == 0 {
			c.Add(func() { f.Cancel(errors.New("not wanted")) })
		}
		if c.IntN(2) == 0 {
			c.Add(func() { cancel(errors.New("caller left")) })
		}
		if c.IntN(2) == 0 {
			c.Add(func() { _ = scope.Close() })
		}
		callbacks := 1 + c.IntN(3)
		for range callbacks {
			c.Add(func() { f.OnDone(told.Add) })
		}
		waits := 1 + c.IntN(3)
		for range waits {
			c.Add(func() { v, err := f.Await(context.Background()); told.Add(future.Result[int]{Value: v, Err: err}) })
		}
		c.Add(func() { <-f.Done() })
		c.Add(func() {
			short, giveUp := context.WithCancel(context.Background())
			giveUp()
			if v, err := f.Await(short); err == nil {
				told.Add(future.Result[int]{Value: v})
				callbacks++
			}
		})
		c.Run()
		_ = scope.Close() // joins the callbacks
		cancel(nil)

		final, ok := f.Peek()
		require.True(t, ok)
		require.LessOrEqual(t, wins.Load(), int64(1))
		if wins.Load() == 1 {
			require.Equal(t, future.Result[int]{Value: int(winner.Load())}, final)
		} else {
			require.Error(t, final.Err)
		}
		require.Equal(t, callbacks+waits, len(told.All()))
		for _, r := range told.All() {
			require.Equal(t, final, r)
		}
	})
}

func TestStress_onDoneIsStoppedOrCalled(t *testing.T) {
	crowds(t, 2000, func(c *crowd) {
		ctx, scope := future.WithScope(context.Background())
		p := future.NewPromise[int](ctx)
		var called, stopped atomic.Int64
		n := 1 + c.IntN(5)
		for range n {
			c.Add(func() {
				stop := p.Future().OnDone(func(future.Result[int]) { called.Add(1) })
				for range 2 { // the second time it has nothing left to stop
					if stop() {
						stopped.Add(1)
					}
				}
			})
		}
		c.Add(func() { p.Complete(1, nil) })
		c.Run()
		require.NoError(t, scope.Close())
		require.Equal(t, int64(n), called.Load()+stopped.Load())
	})
}

func TestStress_closeJoinsWhateverWasStarted(t *testing.T) {
	crowds(t, 1500, func(c *crowd) {
		ctx, scope := future.WithScope(context.Background())
		inner, nested := future.WithScope(ctx)
		var running, refused atomic.Int64
		work := func(ctx context.Context) (int, error) {
			running.Add(1)
			defer running.Add(-1)
			<-ctx.Done()
			return 0, future.Cause(ctx)
		}
		n := 2 + c.IntN(6)
		for i := range n {
			c.Add(func() {
				at := ctx
				if i%2 == 1 {
					at = inner
				}
				f := future.Go(at, func(ctx context.Context) (int, error) {
					future.Go(ctx, work) // a child, which its parent's end ends
					return work(ctx)
				})
				if i%3 == 0 {
					f.Cancel(nil)
				}
				if _, err := f.Await(context.Background()); future.IsCanceled(err) {
					refused.Add(1)
				}
			})
		}
		if c.IntN(2) == 0 {
			c.Add(func() { _ = nested.Close() })
		}
		c.Add(func() {
			_ = scope.Close()
			assert.Zero(t, running.Load(), "functions run after Close")
		})
		c.Add(func() { _ = scope.Close() })
		c.Run()
		require.Equal(t, int64(n), refused.Load())
	})
}

func TestStress_eachFailureIsToldOrSeen(t *testing.T) {
	crowds(t, 1500, func(c *crowd) {
		ctx, scope := future.WithScope(context.Background())
		n := 1 + c.IntN(6)
		failures := make([]error, n)
		seen, won := make([]atomic.Int64, n), make([]atomic.Int64, n)
		for i := range n {
			failures[i] = fmt.Errorf("failure %d", i)
			p := future.NewPromise[int](ctx)
			c.Add(func() {
				if p.Complete(0, failures[i]) {
					won[i].Add(1)
				}
			})
			if c.IntN(2) == 0 {
				c.Add(func() {
					if r, ok := p.Future().Peek(); ok && r.Err == failures[i] {
						seen[i].Add(1)
					}
				})
			}
		}
		told := make([]int, n)
		var mu sync.Mutex
		count := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			for i, failure := range failures {
				if errors.Is(err, failure) {
					told[i]++
				}
			}
		}
		for range 2 {
			c.Add(func() { eachPart(scope.Close(), count) })
		}
		c.Run()
		eachPart(scope.Close(), count)
		for i := range n {
			switch {
			case won[i].Load() == 0:
				require.Zero(t, told[i], "never failed, but told")
			case seen[i].Load() == 0:
				require.Equal(t, 1, told[i], "told, of those nobody saw")
			default:
				require.LessOrEqual(t, told[i], 1)
			}
		}
	})
}

// eachPart calls fn with every unobserved failure in what Close returned.
func eachPart(err error, fn func(error)) {
	switch e := err.(type) {
	case nil:
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			eachPart(part, fn)
		}
	default:
		fn(e)
	}
}
