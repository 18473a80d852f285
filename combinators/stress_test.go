package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	recovery "github.com/jade-go/jade/recover"
)

// crowd runs functions on promises that they race to complete, cancel and combine.
type crowd struct {
	*futuretest.Crowd
	ctx      context.Context
	scope    *future.Scope
	promises []*future.Promise[int]
	fs       []future.Future[int]
}

// crowds calls body many times, many more under JADE_STRESS. body sets the
// crowd up; what it returns is called when all is over.
func crowds(t *testing.T, n int, body func(c *crowd) (check func())) {
	t.Helper()
	seed, _ := baseSeed(t)
	for range scaled(n) {
		c := &crowd{Crowd: futuretest.NewCrowd(seed, 5)}
		c.ctx, c.scope = future.WithScope(context.Background())
		for range 1 + c.IntN(6) {
			p := future.NewPromise[int](c.ctx)
			c.promises, c.fs = append(c.promises, p), append(c.fs, p.Future())
		}
		check := body(c)
		c.Run()
		_ = c.scope.Close()
		check()
		if t.Failed() {
			t.Fatalf("JADE_SEED=%d", seed)
		}
		seed++
	}
}

// complete has each promise completed: with its index, or a failure.
func (c *crowd) complete(failing int) {
	for i, p := range c.promises {
		var err error
		if failing > 0 && c.IntN(failing) == 0 {
			err = fmt.Errorf("failure %d", i)
		}
		c.Add(func() { p.Complete(i, err) })
	}
}

// disturb has some of them cancelled, or the scope closed.
func (c *crowd) disturb() {
	for _, f := range c.fs {
		if c.IntN(4) == 0 {
			c.Add(func() { f.Cancel(errors.New("not wanted")) })
		}
	}
	if c.IntN(4) == 0 {
		c.Add(func() { _ = c.scope.Close() })
	}
}

// result is that of f, which must be complete.
func must[T any](t *testing.T, f future.Future[T]) future.Result[T] {
	t.Helper()
	r, ok := f.Peek()
	require.True(t, ok, "not complete after Close")
	return r
}

func TestStress_groupsAgreeWithTheirInputs(t *testing.T) {
	crowds(t, 1500, func(c *crowd) func() {
		c.complete(4)
		c.disturb()
		need := 1 + c.IntN(len(c.fs))
		var all, quorum future.Future[[]int]
		var settled future.Future[[]future.Result[int]]
		var anyOf, race future.Future[int]
		c.Add(func() { all = combinators.All(c.fs...) })
		c.Add(func() { settled = combinators.Settle(c.fs...) })
		c.Add(func() { race = combinators.Race(shieldAll(c.fs)...) })
		c.Add(func() { anyOf = combinators.Any(shieldAll(c.fs)...) })
		c.Add(func() { quorum = combinators.Quorum(need, shieldAll(c.fs)...) })
		return func() {
			finals := lo.Map(c.fs, func(f future.Future[int], _ int) future.Result[int] { return must(t, f) })
			values := lo.FilterMap(finals, func(r future.Result[int], _ int) (int, bool) { return r.Value, r.Err == nil })
			has := func(err error) bool {
				return lo.ContainsBy(finals, func(r future.Result[int]) bool { return r.Err == err })
			}
			require.Equal(t, finals, must(t, settled).Value)
			if r := must(t, all); r.Err == nil {
				require.Equal(t, lo.Range(len(c.fs)), r.Value)
			} else {
				require.True(t, has(r.Err), "All's failure is an input's")
			}
			if r := must(t, race); r.Err == nil {
				require.Contains(t, values, r.Value)
			} else {
				require.True(t, has(r.Err), "Race's failure is an input's")
			}
			if r := must(t, anyOf); r.Err == nil {
				require.Contains(t, values, r.Value)
			} else {
				require.Empty(t, values, "Any fails only if all do")
			}
			if r := must(t, quorum); r.Err == nil {
				require.Len(t, r.Value, need)
				require.Subset(t, values, r.Value)
				require.IsIncreasing(t, append([]int{-1}, r.Value...))
			} else {
				require.Less(t, len(values), need)
			}
		}
	})
}

func shieldAll(fs []future.Future[int]) []future.Future[int] {
	return lo.Map(fs, func(f future.Future[int], _ int) future.Future[int] { return future.Shield(f) })
}

func TestStress_chainsRegisteredWhileTheyComplete(t *testing.T) {
	crowds(t, 1500, func(c *crowd) func() {
		c.complete(5)
		c.disturb()
		var running, cleanups atomic.Int64
		body := func(_ context.Context, v int) (int, error) {
			running.Add(1)
			defer running.Add(-1)
			runtime.Gosched()
			return v, nil
		}
		type link struct{ from, to future.Future[int] }
		var mu sync.Mutex
		var links []link
		wantCleanups := int64(0)
		for range 1 + c.IntN(6) {
			how, f := c.IntN(9), c.fs[c.IntN(len(c.fs))]
			if how == 3 {
				wantCleanups++
			}
			c.Add(func() {
				for range 3 {
					g := c.behind(how, f, body, &cleanups)
					mu.Lock()
					links = append(links, link{f, g})
					mu.Unlock()
					f = g
					if how == 3 {
						return
					}
				}
			})
		}
		return func() {
			require.Zero(t, running.Load(), "functions run after Close")
			require.Equal(t, wantCleanups, cleanups.Load(), "each cleanup runs once")
			for _, l := range links {
				from, to := must(t, l.from), must(t, l.to)
				switch {
				case to.Err == nil:
					require.NoError(t, from.Err)
					require.Equal(t, from.Value, to.Value)
				case from.Err != to.Err:
					require.True(t, future.IsCanceled(to.Err), "a failure of its own: %v", to.Err)
				}
			}
		}
	})
}

// behind puts one of the combinators behind f that keep its value.
func (c *crowd) behind(how int, f future.Future[int], body func(context.Context, int) (int, error), cleanups *atomic.Int64) future.Future[int] {
	switch how {
	case 0:
		return combinators.Map(f, func(v int) int { return v })
	case 1:
		return combinators.Then(c.ctx, f, body)
	case 2:
		return combinators.FlatMap(c.ctx, f, func(ctx context.Context, v int) future.Future[int] { return future.Call(ctx, body, v) })
	case 3:
		return combinators.Finally(c.ctx, f, func(context.Context, future.Result[int]) { cleanups.Add(1) })
	case 4:
		return combinators.Tap(f, func(int) {})
	case 5:
		return recovery.Recover(c.ctx, f, func(_ context.Context, err error) (int, error) { return 0, err })
	case 6:
		return deadline.Within(future.Shield(f), time.Hour)
	case 7:
		both := combinators.Then2(c.ctx, f, f, func(_ context.Context, a, _ int) (int, error) { return a, nil })
		return combinators.Map(combinators.All(both), func(vs []int) int { return vs[0] })
	}
	return recovery.OnError(f, func(error) {})
}

func TestStress_eachStopsAndAwaitsGiveUp(t *testing.T) {
	crowds(t, 1000, func(c *crowd) func() {
		c.complete(6)
		n, limit := c.IntN(30), 1+c.IntN(5)
		failAt := c.IntN(60)
		var running, most atomic.Int64
		var each future.Future[[]int]
		c.Add(func() {
			each = combinators.Each(c.ctx, limit, lo.Range(n), func(ctx context.Context, i int) (int, error) {
				most.Store(max(most.Load(), running.Add(1)))
				defer running.Add(-1)
				runtime.Gosched()
				if i == failAt {
					return 0, errors.New("enough")
				}
				return i, nil
			})
			if failAt > 45 {
				each.Cancel(nil)
			}
			_, _ = each.Await(context.Background())
		})
		short, giveUp := context.WithCancel(context.Background())
		c.Add(giveUp)
		c.Add(func() { _, _, _ = combinators.Await2(short, c.fs[0], c.fs[len(c.fs)-1]) })
		c.Add(func() {
			yielded := 0
			for range combinators.AsCompleted(short, c.fs...) {
				yielded++
			}
			if yielded != len(c.fs) {
				t.Error("AsCompleted yielded ", yielded, " of ", len(c.fs))
			}
		})
		return func() {
			require.Zero(t, running.Load(), "functions run after Close")
			require.LessOrEqual(t, most.Load(), int64(limit))
			if r := must(t, each); r.Err == nil {
				require.Equal(t, lo.Range(n), r.Value)
			} else if failAt <= 45 {
				require.Less(t, failAt, n)
			}
		}
	})
}
