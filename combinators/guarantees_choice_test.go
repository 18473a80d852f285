package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

func TestG14_losersAreCancelledAndJoined(t *testing.T) {
	choices := map[string]func(fs ...fint) ending{
		"Race":   func(fs ...fint) ending { return endingOf(combinators.Race(fs...)) },
		"Any":    func(fs ...fint) ending { return endingOf(combinators.Any(fs...)) },
		"Quorum": func(fs ...fint) ending { return endingOf(combinators.Quorum(1, fs...)) },
		"Quorum out of reach": func(fs ...fint) ending {
			fs[0] = combinators.Then(bg(), fs[0], func(context.Context, int) (int, error) { return 0, errBoom })
			return endingOf(combinators.Quorum(len(fs), fs...))
		},
		"Race that a failure wins": func(fs ...fint) ending {
			fs[0] = combinators.Then(bg(), fs[0], func(context.Context, int) (int, error) { return 0, errBoom })
			return endingOf(combinators.Race(fs...))
		},
	}
	for name, choose := range choices {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				var ended atomic.Int32
				var losers []fint
				for range 5 {
					losers = append(losers, future.Go(ctx, func(ctx context.Context) (int, error) {
						<-ctx.Done()
						time.Sleep(time.Second) // a loser may take its time
						ended.Add(1)
						return 0, context.Cause(ctx)
					}))
				}
				p := future.NewPromise[int](ctx) // a loser that nobody works for
				shared := future.NewPromise[int](ctx)
				winner := future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Minute); return 1, nil })
				f := choose(append([]fint{winner, p.Future(), future.Shield(shared.Future())}, losers...)...)
				time.Sleep(time.Minute)
				synctest.Wait()
				require.True(t, f.done(), "it does not wait for the losers")
				require.Zero(t, ended.Load())
				require.ErrorIs(t, futuretest.Await(t, p.Future()).Err, combinators.ErrLost)
				require.ErrorIs(t, context.Cause(p.Context()), context.Canceled)
				require.True(t, futuretest.IsPending(shared.Future()), "a Shield keeps it")
				scope.Wait()
				require.EqualValues(t, 5, ended.Load())
				for _, l := range losers {
					err := futuretest.Await(t, l).Err
					require.ErrorIs(t, err, combinators.ErrLost)
					require.ErrorIs(t, err, context.Canceled)
					require.IsType(t, (*future.CanceledError)(nil), err)
				}
				_ = f.err(t)
				require.NoError(t, scope.Close())
			})
		})
	}
	t.Run("Each", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var started, lost atomic.Int32
			ctx, scope := future.WithScope(bg())
			f := combinators.Each(ctx, 3, make([]int, 100), func(ctx context.Context, _ int) (int, error) {
				if started.Add(1) == 3 {
					return 0, errBoom
				}
				<-ctx.Done()
				if errors.Is(context.Cause(ctx), combinators.ErrLost) {
					lost.Add(1)
				}
				return 0, nil
			})
			require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom)
			require.NoError(t, scope.Close())
			require.EqualValues(t, 2, lost.Load())
			require.EqualValues(t, 3, started.Load(), "no more are started")
		})
	})
	t.Run("what is complete is left alone", func(t *testing.T) {
		done := future.Of(2, nil)
		combinators.Race(future.Of(1, nil), done)
		require.Equal(t, future.Result[int]{Value: 2}, futuretest.Await(t, done))
	})
}

// complete settles promises in a random order and returns their futures.
func shuffled(n int, result func(i int) (int, error)) (fs []fint, complete func()) {
	ps := make([]*future.Promise[int], n)
	for i := range ps {
		ps[i] = future.NewPromise[int](bg())
		fs = append(fs, ps[i].Future())
	}
	return fs, func() {
		for _, i := range rand.Perm(n) {
			ps[i].Complete(result(i))
		}
	}
}

func TestG19_resultsKeepInputOrder(t *testing.T) {
	const n = 30
	var inOrder []int
	for i := range n {
		inOrder = append(inOrder, i)
	}
	for range 20 {
		fs, complete := shuffled(n, func(i int) (int, error) { return i, nil })
		all, settle, quorum := combinators.All(fs...), combinators.Settle(fs...), combinators.Quorum(n, fs...)
		var views []fint // so that Quorum cancels nothing that the others need
		for _, f := range fs {
			views = append(views, future.Shield(f))
		}
		some := combinators.Quorum(n/2, views...)
		byName := map[int]fint{}
		for i, f := range fs {
			byName[i] = f
		}
		named := combinators.AllMap(byName)
		complete()
		require.Equal(t, inOrder, futuretest.Await(t, all).Value)
		require.Equal(t, inOrder, futuretest.Await(t, quorum).Value)
		require.Len(t, futuretest.Await(t, some).Value, n/2)
		require.True(t, slices.IsSorted(futuretest.Await(t, some).Value))
		for i, r := range futuretest.Await(t, settle).Value {
			require.Equal(t, future.Result[int]{Value: i}, r)
		}
		for k, v := range futuretest.Await(t, named).Value {
			require.Equal(t, k, v)
		}
		require.Len(t, futuretest.Await(t, named).Value, n)
	}
	each := combinators.Each(bg(), 4, inOrder, func(_ context.Context, i int) (int, error) {
		for range rand.IntN(3) {
			runtime.Gosched()
		}
		return i, nil
	})
	require.Equal(t, inOrder, futuretest.Await(t, each).Value)
}

func TestG19_emptyAndUnreachable(t *testing.T) {
	require.Equal(t, future.Result[[]int]{Value: []int{}}, futuretest.Await(t, combinators.All[int]()))
	require.Equal(t, future.Result[[]future.Result[int]]{Value: []future.Result[int]{}}, futuretest.Await(t, combinators.Settle[int]()))
	require.Equal(t, future.Result[map[string]int]{Value: map[string]int{}}, futuretest.Await(t, combinators.AllMap[string, int](nil)))
	require.ErrorIs(t, futuretest.Await(t, combinators.Race[int]()).Err, combinators.ErrEmpty)
	require.ErrorIs(t, futuretest.Await(t, combinators.Any[int]()).Err, combinators.ErrEmpty)
	require.Equal(t, future.Result[[]int]{Value: []int{}}, futuretest.Await(t, combinators.Each(bg(), 1, nil, again)))
	for range combinators.AsCompleted[int](bg()) {
		t.Error("yielded")
	}
	for _, n := range []int{1, 2, 100} {
		fs := make([]fint, n-1)
		for i := range fs {
			fs[i] = future.NewPromise[int](bg()).Future() // would hang
		}
		r := futuretest.Await(t, combinators.Quorum(n, fs...))
		require.Error(t, r.Err)
		require.Nil(t, r.Value)
		require.NotContains(t, r.Err.Error(), "\n")
	}
	t.Run("Quorum fails as soon as it is out of reach", func(t *testing.T) {
		a, b, c := future.NewPromise[int](bg()), future.NewPromise[int](bg()), future.NewPromise[int](bg())
		f := combinators.Quorum(2, a.Future(), b.Future(), c.Future())
		third := errors.New("third")
		c.Complete(0, third)
		require.True(t, futuretest.IsPending(f))
		a.Complete(0, errBoom)
		r := futuretest.Await(t, f)
		require.Equal(t, errors.Join(errBoom, third).Error(), r.Err.Error(), "in the order of inputs")
		require.False(t, b.Complete(1, nil), "cancelled")
	})
}

func TestG20_anyFailsOnlyWhenAllFail(t *testing.T) {
	const n = 12
	for range 20 {
		fs, complete := shuffled(n, func(i int) (int, error) { return 0, fmt.Errorf("failure %02d", i) })
		f := combinators.Any(fs...)
		complete()
		err := futuretest.Await(t, f).Err
		parts := err.(interface{ Unwrap() []error }).Unwrap()
		require.Len(t, parts, n, "every error")
		for i, part := range parts {
			require.EqualError(t, part, fmt.Sprintf("failure %02d", i), "in order")
		}

		lucky := rand.IntN(n)
		fs, complete = shuffled(n, func(i int) (int, error) {
			if i == lucky {
				return i, nil
			}
			return 0, errBoom
		})
		f = combinators.Any(fs...)
		complete()
		require.Equal(t, future.Result[int]{Value: lucky}, futuretest.Await(t, f))
	}
	t.Run("pending until the last one", func(t *testing.T) {
		a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
		f := combinators.Any(a.Future(), b.Future())
		b.Complete(0, errBoom)
		require.True(t, futuretest.IsPending(f))
		a.Complete(7, nil)
		require.Equal(t, future.Result[int]{Value: 7}, futuretest.Await(t, f))
	})
	t.Run("a lone error is found too", func(t *testing.T) {
		require.ErrorIs(t, futuretest.Await(t, combinators.Any(future.Of(0, errBoom))).Err, errBoom)
	})
}

func TestRaceAndAny_amongCompleteFuturesTheLowestIndexWins(t *testing.T) {
	for range 50 {
		a, b, bad := future.Of(1, nil), future.Of(2, nil), future.Of(0, errBoom)
		pending := future.NewPromise[int](bg()).Future()
		require.Equal(t, 1, futuretest.Await(t, combinators.Race(a, b, bad)).Value)
		require.Equal(t, 2, futuretest.Await(t, combinators.Race(pending, b, a)).Value)
		require.ErrorIs(t, futuretest.Await(t, combinators.Race(bad, a)).Err, errBoom)
		require.Equal(t, 1, futuretest.Await(t, combinators.Any(bad, a, b)).Value)
		require.Equal(t, []int{1, 2}, futuretest.Await(t, combinators.Quorum(2, bad, a, b, future.Of(3, nil))).Value)
	}
}

func TestG21_doneBeforeTheStart(t *testing.T) {
	ended, cancel := context.WithCancelCause(bg())
	cancel(errBoom)
	late, stop := context.WithTimeout(bg(), 0)
	defer stop()
	closed, scope := future.WithScope(bg())
	scope.Close()
	within, outer := future.WithScope(ended)
	defer outer.Close()
	for name, ctx := range map[string]context.Context{"cancelled": ended, "late": late, "closed scope": closed, "scope of an ended ctx": within, "named": future.Named(ended, "n"), "value": context.WithValue(closed, "k", 1)} { //nolint:staticcheck
		called := func() { t.Errorf("called: %s", name) }
		one := future.Of(1, nil)
		for kind, f := range map[string]ending{
			"Go":        endingOf(future.Go(ctx, func(context.Context) (int, error) { called(); return 0, nil })),
			"Then":      endingOf(combinators.Then(ctx, one, func(context.Context, int) (int, error) { called(); return 0, nil })),
			"Then2":     endingOf(combinators.Then2(ctx, one, one, func(context.Context, int, int) (int, error) { called(); return 0, nil })),
			"FlatMap":   endingOf(combinators.FlatMap(ctx, one, func(context.Context, int) fint { called(); return one })),
			"Each":      endingOf(combinators.Each(ctx, 2, []int{1, 2, 3}, func(context.Context, int) (int, error) { called(); return 0, nil })),
			"Then late": endingOf(combinators.Then(ctx, future.NewPromise[int](bg()).Future(), func(context.Context, int) (int, error) { called(); return 0, nil })),
		} {
			err := f.err(t)
			require.ErrorIs(t, err, ctx.Err(), "%s %s", name, kind)
			require.ErrorIs(t, err, context.Cause(ctx), "%s %s", name, kind)
		}
	}
}

func TestG22_zeroFuturesNeverHang(t *testing.T) {
	var zero fint
	for name, kind := range reaches {
		t.Run(name, func(t *testing.T) {
			f := kind.build(bg(), zero, zero)
			err := f.err(t)
			switch name {
			case "Recover", "Fallback", "Settle", "Partial", "dressed three times":
				require.NoError(t, err, "a failure like any other")
			default:
				require.ErrorIs(t, err, future.ErrZero)
			}
			f.cancel(nil)
			g := kind.build(bg(), zero, future.NewPromise[int](bg()).Future())
			switch name {
			case "Any", "Settle", "Partial":
				require.False(t, g.done())
			default:
				_ = g.err(t)
			}
			g.cancel(errBoom)
			require.True(t, g.done())
		})
	}
	for i, r := range combinators.AsCompleted(bg(), zero, zero) {
		require.Contains(t, []int{0, 1}, i)
		require.Same(t, future.ErrZero, r.Err)
	}
	_, _, err := combinators.Await2(bg(), zero, future.Of(1, nil))
	require.Same(t, future.ErrZero, err)
	require.Same(t, future.ErrZero, futuretest.Await(t, combinators.FlatMap(bg(), future.Of(1, nil), func(context.Context, int) fint { return zero })).Err)
	called := false
	require.Same(t, future.ErrZero, futuretest.Await(t, combinators.Finally(bg(), zero, func(_ context.Context, r future.Result[int]) { called = r.Err == future.ErrZero })).Err)
	require.True(t, called)
}

func TestAsCompleted_yieldsInOrderOfCompletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fs []fint
		delays := []int{3, 1, 2, 0}
		for _, d := range delays {
			fs = append(fs, future.Go(bg(), func(context.Context) (int, error) {
				time.Sleep(time.Duration(d) * time.Second)
				return d, nil
			}))
		}
		ctx, cancel := context.WithTimeout(bg(), 2500*time.Millisecond)
		defer cancel()
		for _, want := range [][]int{{3, 1, 2, 0}, {1, 2, 3, 0}} { // it may be ranged over again
			var order []int
			for i, r := range combinators.AsCompleted(ctx, fs...) {
				order = append(order, i)
				if i == 0 {
					require.ErrorIs(t, r.Err, context.DeadlineExceeded, "the missing ones come with ctx's cause")
					continue
				}
				require.Equal(t, future.Result[int]{Value: delays[i]}, r)
			}
			require.Equal(t, want, order)
		}
		futuretest.Await(t, fs[0])
	})
}

// One goroutine that completes several after one another decides their order,
// whatever other goroutines do.
func TestAsCompleted_keepsTheOrderOfOneGoroutine(t *testing.T) {
	ps := make([]*future.Promise[int], 500)
	fs := make([]fint, len(ps))
	for i := range ps {
		ps[i] = future.NewPromise[int](bg())
		fs[i] = ps[i].Future()
	}
	order := rand.Perm(len(ps))
	ps[order[0]].Complete(0, nil)
	var got []int
	for i := range combinators.AsCompleted(bg(), fs...) {
		if got = append(got, i); len(got) == 1 { // now all are watched
			go func() {
				for _, i := range order[1:] {
					ps[i].Complete(0, nil)
				}
			}()
		}
	}
	require.Equal(t, order, got)
}
