package future_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// becoming is a body whose result is that of the future in the box, once it is there.
func becoming(ctx context.Context, in future.Future[int], box *future.Future[int], ready <-chan struct{}) future.Future[int] {
	return future.Follow(ctx, in, 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] {
		<-ready
		return *box
	}))
}

// Futures that name each other as their result can never have one: that is an error, not a wait for ever.
func TestCycle_ofForwardsIsAnError(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10} {
		for _, start := range []string{"complete inputs", "pending inputs", "one after another", "in a scope", "with a foreign ctx"} {
			t.Run(fmt.Sprintf("%d/%s", n, start), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, end := context.WithCancel(bg())
					defer end()
					if start == "in a scope" {
						inside, scope := future.WithScope(bg())
						ctx = inside
						defer scope.Close()
					} else if start != "with a foreign ctx" {
						ctx = bg()
					}
					boxes := make([]future.Future[int], n)
					fs := make([]future.Future[int], n)
					gates := make([]chan struct{}, n)
					in := future.NewPromise[int](bg())
					for i := range fs {
						gates[i] = make(chan struct{})
						input := in.Future()
						if start == "complete inputs" {
							input = future.Of(1, nil)
						}
						fs[i] = becoming(ctx, input, &boxes[(i+1)%n], gates[i])
						boxes[i] = fs[i]
					}
					in.Complete(1, nil)
					for _, gate := range gates {
						close(gate)
						if start == "one after another" {
							synctest.Wait()
						}
					}
					synctest.Wait()
					time.Sleep(time.Minute) // virtual
					for i, f := range fs {
						r, done := f.Peek()
						if !done {
							t.Errorf("future %d waits for itself", i)
							f.Cancel(nil)
							continue
						}
						require.Error(t, r.Err)
					}
				})
			})
		}
	}
}

// A cycle that is closed while somebody cancels one of it ends too, whoever is first.
func TestCycle_againstACancellation(t *testing.T) {
	for range 200 {
		ready := make(chan struct{})
		var a, b future.Future[int]
		a = becoming(bg(), future.Of(1, nil), &b, ready)
		b = becoming(bg(), future.Of(1, nil), &a, ready)
		close(ready)
		go a.Cancel(errBoom)
		require.Error(t, futuretest.Await(t, a).Err)
		b.Cancel(errBoom)
		require.Error(t, futuretest.Await(t, b).Err)
	}
}

// What a cycle looks like, and is not: two forwards to one, and a long chain of them.
func TestCycle_aChainOfForwardsIsNone(t *testing.T) {
	p := future.NewPromise[int](bg())
	ready := make(chan struct{})
	close(ready)
	last := p.Future()
	var all []future.Future[int]
	for range 1000 {
		next := last
		last = becoming(bg(), future.Of(1, nil), &next, ready)
		all = append(all, last, becoming(bg(), future.Of(1, nil), &next, ready))
	}
	p.Complete(7, nil)
	for _, f := range all {
		require.Equal(t, future.Result[int]{Value: 7}, futuretest.Await(t, f))
	}
}
