package flow_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// This file is what a limit means where several rules meet.

// mending is a function of Recover that takes its time, unless its ctx ends first.
func (d *diary) mending(takes time.Duration) func(context.Context, int, error) (int, error) {
	return func(ctx context.Context, _ int, _ error) (int, error) {
		d.Note("mend starts")
		if cause := wait(ctx, takes); cause != nil {
			d.Note("mend is cancelled")
			return 0, cause
		}
		d.Note("mend ends")
		return 5, nil
	}
}

// The run was decided before its alarm was to be set, which then was not: it hung.
func TestLimit_ofARunThatHasFailedAtOnceAndIsHeldUp(t *testing.T) {
	bad := of(func(in number) number { return flow.Step(failing("bad", errSoldOut), in) }).Timeout(100 * ms).Reserve(30 * ms)
	for name, c := range map[string]struct {
		with func(stop chan struct{}) *flow.Flow[int, int]
		want time.Duration
	}{
		"OnError": {func(stop chan struct{}) *flow.Flow[int, int] {
			return bad.OnError(func(context.Context, int, error) { <-stop }).OnError(func(context.Context, int, error) { <-stop })
		}, 70 * ms},
		"Catch": {func(stop chan struct{}) *flow.Flow[int, int] {
			return bad.Catch(func(context.Context, int, error) (int, error) { <-stop; return 5, nil })
		}, 100 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					stop := make(chan struct{})
					time.AfterFunc(time.Second, func() { close(stop) })
					_, elapsed, err := took(ctx, c.with(stop), 1)
					require.ErrorIs(t, err, errSoldOut)
					require.Equal(t, c.want, elapsed)
				})
			}
		})
	}
}

// With a Reserve, a function of Recover of a task went on until the run was answered.
func TestReserve_aRecoverOfATaskThatNothingNeedsIsCancelled(t *testing.T) {
	for name, c := range map[string]struct {
		build func(d *diary, in number) number
		want  []string
	}{
		"before the limit": {func(d *diary, in number) number {
			other := named("other", func(ctx context.Context, n int) (int, error) { return n, wait(ctx, 20*ms) })
			return flow.Any(flow.Step(failing("bad", errSoldOut).Recover(d.mending(60*ms)), in), flow.Step(other, in))
		}, []string{"0s mend starts", "20ms mend is cancelled"}},
		"in the reserve": {func(d *diary, in number) number {
			quickly := func(ctx context.Context, _ error) (int, error) { return 3, wait(ctx, 5*ms) }
			return flow.Any(flow.Step(obedient("hang").Recover(d.mending(25*ms)), in), flow.Recover(flow.Step(obedient("other"), in), quickly))
		}, []string{"70ms mend starts", "75ms mend is cancelled"}},
		"of an element": {func(d *diary, in number) number {
			some := named("some", func(ctx context.Context, n int) (int, error) { return 0, errSoldOut }).
				Recover(func(ctx context.Context, n int, err error) (int, error) {
					if n == 1 {
						return d.mending(60*ms)(ctx, n, err)
					}
					_ = wait(ctx, 20*ms)
					return 0, errNoRoute
				})
			return flow.Fallback(flow.Map(flow.Each(some, flow.Map(in, each(1, 2)), 2), total), 7)
		}, []string{"0s mend starts", "20ms mend is cancelled"}},
	} {
		t.Run(name, func(t *testing.T) {
			inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
				f := of(func(in number) number {
					late := flow.Recover(flow.Step(obedient("late"), in), func(ctx context.Context, _ error) (int, error) { return 3, wait(ctx, 28*ms) })
					return flow.Map2(c.build(d, in), late, sum2)
				})
				_, elapsed, err := took(ctx, f.Timeout(100*ms).Reserve(30*ms), 1)
				require.NoError(t, err)
				require.Equal(t, 98*ms, elapsed)
				require.Equal(t, c.want, d.ByTime())
			})
		})
	}
}

// The ctx of a function of Recover that has failed, after which another attempt has succeeded, never ended.
func TestReserve_theCtxOfARecoverEndsWithTheRun(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var kept context.Context
		var made atomic.Int32
		second := named("second", func(_ context.Context, n int) (int, error) {
			if made.Add(1) == 1 {
				return 0, errSoldOut
			}
			return n, nil
		}).Recover(func(ctx context.Context, _ int, err error) (int, error) { kept = ctx; return 0, err }).Retry(task.Retry{Attempts: 2})
		_, err := of(func(in number) number { return flow.Step(second, in) }).Timeout(100*ms).Reserve(30*ms).Do(ctx, 1)
		require.NoError(t, err)
		require.Error(t, kept.Err())
	})
}

// An effect outlives the answer, and so does what its Recover has.
func TestReserve_theRecoverOfAnEffectOutlivesTheAnswer(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			lost := flow.Fallback(flow.Step(failing("lost", errNoRoute), in), 1)
			return flow.Also(lost, flow.Step(failing("bad", errSoldOut).Recover(d.mending(60*ms)), in))
		}).Timeout(200 * ms).Reserve(30 * ms)
		_, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Zero(t, elapsed)
		time.Sleep(time.Second)
		require.Equal(t, []string{"0s mend starts", "60ms mend ends"}, d.ByTime())
	})
}

// The timer of the Timeout, which the limit of the flow comes before, and the flow gave the call up twice: then Recover was called twice.
func TestLimit_aRecoverInATimeoutIsCalledOnce(t *testing.T) {
	for range 30 {
		inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
			bad := named("bad", func(ctx context.Context, n int) (int, error) { _ = wait(ctx, 60*ms); return 0, errSoldOut })
			f := of(func(in number) number {
				return flow.Step(bad.Recover(d.mending(time.Hour)).Timeout(time.Minute).Fallback(9), in)
			})
			v, elapsed, err := took(ctx, f.Timeout(100*ms).Reserve(30*ms), 1)
			require.NoError(t, err)
			require.Equal(t, 9, v)
			require.Equal(t, 70*ms, elapsed)
			time.Sleep(time.Second)
			require.Equal(t, []string{"60ms mend starts", "70ms mend is cancelled"}, d.ByTime())
		})
	}
}

// untold is a ctx that ends with its deadline, and does not tell of it.
type untold struct{ context.Context }

func (untold) Deadline() (time.Time, bool) { return time.Time{}, false }

// A ctx that has ended by its deadline is a limit, whether it told so or not: the Fallback of a task that heeds its ctx did not act.
func TestLimit_aCtxThatDoesNotTellOfItsDeadline(t *testing.T) {
	hang := obedient("hang").Fallback(9)
	for name, build := range map[string]func(in number) number{
		"a task":                func(in number) number { return flow.Step(hang, in) },
		"a task with a Timeout": func(in number) number { return flow.Step(hang.Timeout(time.Minute), in) },
		"elements": func(in number) number {
			return flow.Map(flow.Each(hang, flow.Map(in, each(1, 2)), 2), func(vs []int) int { return vs[1] })
		},
		"elements, one at a time": func(in number) number {
			return flow.Map(flow.Each(hang, flow.Map(in, each(1, 2)), 1), func(vs []int) int { return vs[1] })
		},
		"elements that settle": func(in number) number {
			return flow.Map(flow.SettleEach(hang, flow.Map(in, each(1, 2)), 1), func(rs []future.Result[int]) int { return rs[1].Value })
		},
		"a flow": func(in number) number {
			return flow.Step(flow.New("inner", func(in number) number { return flow.Step(hang, in) }).Task(), in)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					ctx, cancel := context.WithTimeout(ctx, 50*ms)
					defer cancel()
					v, elapsed, err := took[int, int](untold{ctx}, of(build), 1)
					require.NoError(t, err)
					require.Equal(t, 9, v)
					require.Equal(t, 50*ms, elapsed)
				})
			}
		})
	}
}

// tardy is an observer that takes its time to be told that a node begins.
type tardy struct {
	node  string
	takes time.Duration
}

func (o tardy) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Node == o.node {
		time.Sleep(o.takes)
	}
	return ctx, func(observe.Outcome) {}
}

// Two made the node: its Recover, since the limit, and its function, once nothing needed it any more. They wrote to one place.
func TestLimit_whatARecoverStandsInForIsNotCalledOnceNothingNeedsIt(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var b bin
		slow := named("slow", func(context.Context, int) (int, error) { d.Note("called"); return 7, nil }).
			Recover(func(context.Context, int, error) (int, error) { time.Sleep(20 * ms); return 5, nil }).Discard(b.Add)
		quickly := func(ctx context.Context, _ error) (int, error) { return 3, wait(ctx, 5*ms) }
		f := of(func(in number) number {
			won := flow.Any(flow.Step(slow, in), flow.Recover(flow.Step(obedient("other"), in), quickly))
			late := flow.Recover(flow.Step(obedient("late"), in), func(ctx context.Context, _ error) (int, error) { return 3, wait(ctx, 28*ms) })
			return flow.Map2(won, late, sum2)
		}).Timeout(100 * ms).Reserve(30 * ms)
		v, err := f.Do(observe.With(ctx, tardy{"slow", 80 * ms}), 1)
		require.NoError(t, err)
		require.Equal(t, 6, v)
		time.Sleep(time.Second)
		require.Empty(t, d.ByTime())
		require.Equal(t, []int{5}, b.read())
	})
}

// Limits of microseconds come while a run is being opened, answered and given up by others: nothing hangs, and no two make one node.
func TestStress_limitsOfMicroseconds(t *testing.T) {
	notes.Log(t)
	upTo := func(most int) time.Duration { return time.Duration(rand.IntN(most)) * time.Microsecond }
	sleep := func(ctx context.Context, d time.Duration) error {
		if rand.IntN(2) == 0 { // whether anybody wants it or not
			time.Sleep(d)
			return nil
		}
		return wait(ctx, d)
	}
	var b bin
	sleepy := func(name string) task.Task[int, int] {
		return named(name, func(ctx context.Context, n int) (int, error) { return 1, sleep(ctx, upTo(300)) }).Discard(b.Add)
	}
	mend := func(ctx context.Context, _ int, _ error) (int, error) { return 1, sleep(ctx, upTo(200)) }
	list := func(in number) flow.Node[[]int] { return flow.Map(in, func(n int) []int { return []int{n, n, n} }) }
	inner := flow.New("inner", func(in number) number {
		return flow.Map2(flow.Step(sleepy("a").Recover(mend), in), flow.Fallback(flow.Step(sleepy("b"), in), 7), sum2)
	}).Catch(mend).Reserve(50 * time.Microsecond)
	page := of(func(in number) number {
		tried := sleepy("c").Timeout(100 * time.Microsecond).Recover(mend).Timeout(150 * time.Microsecond).Retry(task.Retry{Attempts: 2})
		first := flow.Any(flow.Step(inner.Task(), in), flow.Step(tried, in))
		some := flow.Map(flow.SettleEach(sleepy("d").Recover(mend), list(in), 2), func(r []future.Result[int]) int { return len(r) })
		all := flow.Fallback(flow.Map(flow.Each(sleepy("e").Recover(mend), list(in), 2), func(l []int) int { return len(l) }), 3)
		return flow.Also(flow.Map3(first, some, all, sum3), flow.Step(inner.Task().Named("effect").Fallback(0), in))
	}).OnError(func(context.Context, int, error) { time.Sleep(upTo(100)) })
	for i := range 1500 {
		ctx, scope := future.WithScope(observe.With(context.Background(), brisk{}), future.Unobserved(func(error) {}))
		limited := page
		if limit := 20*time.Microsecond + upTo(400); i%2 == 0 {
			limited = limited.Timeout(limit)
		} else {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, limit)
			defer cancel()
		}
		if i%3 == 0 {
			limited = limited.Reserve(upTo(100))
		}
		_, _ = limited.Do(ctx, 1)
		closed := make(chan struct{})
		go func() { _ = scope.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(time.Minute):
			require.Fail(t, "a run hangs")
		}
	}
}

// brisk is an observer that takes a little to be told that something has ended.
type brisk struct{}

func (brisk) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(observe.Outcome) { time.Sleep(10 * time.Microsecond) }
}
