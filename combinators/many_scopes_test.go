package combinators_test

import (
	"context"
	"errors"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// G9: Races in a row whose losers belong to another scope need no more stack than others.
func TestG09_racesAcrossScopes(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(16 << 20)) // to go beyond it is fatal
	a, scopeA := future.WithScope(bg())
	b, scopeB := future.WithScope(bg())
	p := future.NewPromise[int](a)
	f := p.Future()
	for range 100_000 {
		f = combinators.Race(f, future.NewPromise[int](b).Future())
	}
	p.Complete(1, nil)
	v, err := f.Await(bg())
	require.NoError(t, err)
	require.Equal(t, 1, v)
	require.NoError(t, scopeA.Close())
	require.NoError(t, scopeB.Close())
}

// What is four times as large takes about four times as long, not sixteen times.
func TestLinear_manyScopesAndJoins(t *testing.T) {
	for name, build := range map[string]func(n int) (act func()){
		"Close of nested scopes": func(n int) func() {
			ctx, scope := future.WithScope(bg())
			for range n {
				nested, _ := future.WithScope(ctx)
				future.NewPromise[int](nested)
			}
			return func() { scope.Close() }
		},
		"Complete with a scope behind each continuation": func(n int) func() {
			p := future.NewPromise[int](bg())
			for range n {
				ctx, _ := future.WithScope(bg())
				combinators.Then(ctx, p.Future(), func(context.Context, int) (int, error) { return 0, nil })
			}
			return func() { p.Complete(0, errBoom) }
		},
		"a failure below a chain of Any": func(n int) func() {
			p := future.NewPromise[int](bg())
			f := p.Future()
			for range n {
				f = combinators.Any(f)
			}
			return func() { p.Complete(0, errBoom) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			measure := func(n int) time.Duration {
				best := time.Hour
				for range 3 {
					act := build(n)
					begun := time.Now()
					act()
					best = min(best, time.Since(begun))
				}
				return best
			}
			small, large := measure(5_000), measure(20_000)
			require.Less(t, large, 10*small+100*time.Millisecond, "5,000 took %v", small)
		})
	}
}

// A diamond of Any has as many paths to its failure as 2 to the power of its levels.
func TestLinear_diamondOfAny(t *testing.T) {
	p := future.NewPromise[int](bg())
	f := p.Future()
	for range 40 {
		f = combinators.Any(f, future.Shield(f))
	}
	done := make(chan struct{})
	go func() { defer close(done); p.Complete(0, errors.New("x")) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Complete goes through all paths")
	}
}
