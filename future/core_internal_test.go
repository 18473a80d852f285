package future

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// census counts who waits for c: those who still do, and those who have left.
func census(c *core) (live, dead int) {
	list, ok := c.lock()
	if !ok {
		return 0, 0
	}
	for n := list; n != nil; n = n.next {
		if n.act != nil {
			live++
		} else {
			dead++
		}
	}
	c.unlock(list)
	return live, dead
}

// Whoever leaves a pending future is swept out before there are more of them
// than of the living and 32.
func TestG18_abandonedWaitsAreSweptOut(t *testing.T) {
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
			most := 0
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
				live, dead := census(&f.s.core)
				require.LessOrEqual(t, dead, live+32)
				require.LessOrEqual(t, live, len(leaves))
				most = max(most, dead)
			}
			require.NotZero(t, most, "the walk sees the dead")
			p.Complete(1, nil)
		})
	}
}

type internalStep func(context.Context, Result[int]) (int, Future[int], error)

func (internalStep) Pass(Result[int]) (v int, passes bool) { return v, false }

func (fn internalStep) Run(ctx context.Context, in Result[int]) (int, Future[int], error) {
	return fn(ctx, in)
}
