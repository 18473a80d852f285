package future

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// waiting counts who waits for c.
func waiting(c *core) (n int) {
	newest, ok := c.lock()
	if !ok {
		return 0
	}
	for at := newest; at != nil; {
		n++
		if at = at.next; at == newest {
			break
		}
	}
	c.unlock(newest)
	return n
}

// Whoever leaves a pending future leaves nothing behind.
func TestG18_abandonedWaitsAreDropped(t *testing.T) {
	passOn := func(_ context.Context, in Result[int]) (int, Future[int], error) {
		return in.Value, Future[int]{}, in.Err
	}
	waits := map[string]func(f Future[int]) (leave func()){
		"OnDone": func(f Future[int]) func() {
			stop := f.OnDone(func(Result[int]) {})
			return func() { stop() }
		},
		"Shield": func(f Future[int]) func() {
			g := Shield(f)
			return func() { g.Cancel(nil) }
		},
		"body, cancelled": func(f Future[int]) func() {
			g := Follow(context.Background(), f, 0, internalStep(passOn))
			return func() { g.Cancel(nil) }
		},
		"body, its ctx ended": func(f Future[int]) func() {
			ctx, scope := WithScope(context.Background())
			Follow(ctx, f, 0, internalStep(passOn))
			return func() { _ = scope.Close() }
		},
		"inner future": func(f Future[int]) func() {
			ready := make(chan struct{})
			g := Follow(context.Background(), Of(1, nil), 0, internalStep(func(context.Context, Result[int]) (int, Future[int], error) {
				close(ready)
				return 0, f, nil
			}))
			<-ready
			return func() { g.Cancel(nil) }
		},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			p := NewPromise[int](context.Background())
			f := p.Future()
			rnd := rand.New(rand.NewPCG(1, 2))
			var leaves []func()
			for step := range 3000 {
				// Crowds come and go, so that the list grows and shrinks.
				if rnd.IntN(100) < []int{80, 20}[step/300%2] || len(leaves) == 0 {
					leaves = append(leaves, wait(f))
				} else {
					i := rnd.IntN(len(leaves))
					leaves[i]()
					leaves[i] = leaves[len(leaves)-1]
					leaves = leaves[:len(leaves)-1]
				}
				require.LessOrEqual(t, waiting(&f.s.core), len(leaves))
			}
			require.NotZero(t, waiting(&f.s.core), "those who stay are still there")
			p.Complete(1, nil)
		})
	}
}

type internalStep func(context.Context, Result[int]) (int, Future[int], error)

func (internalStep) Pass(Result[int]) (v int, passes bool) { return v, false }

func (fn internalStep) Run(ctx context.Context, in Result[int]) (int, Future[int], error) {
	return fn(ctx, in)
}
