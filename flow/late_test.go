package flow_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// This file is what a limit that has passed waits for, and what comes too late for it.

// ignoring is a task that hangs, and makes a value of the end of its ctx.
func ignoring() task.Task[int, int] {
	return named("hang", func(ctx context.Context, n int) (int, error) { return n, untilDone(ctx) }).
		Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
			return func(ctx context.Context, n int) (int, error) {
				if v, err := inside(ctx, n); err == nil || ctx.Err() == nil {
					return v, err
				}
				return 1000, nil
			}
		})
}

// A value that a function makes of the end of its ctx at the limit is too late, whoever is first. It was the answer now and then.
func TestLimit_aValueMadeOfTheEndOfTheCtxIsTooLate(t *testing.T) {
	nested := func(name string, limit time.Duration) task.Task[int, int] {
		f := flow.New(name, func(in number) number { return flow.Step(ignoring(), in) })
		if limit > 0 {
			f = f.Timeout(limit)
		}
		return f.Task()
	}
	deep := flow.New("deep", func(in number) number { return flow.Step(nested("deeper", 0), in) }).Task()
	both := func(in number) flow.Node[[]int] { return flow.Map(in, func(n int) []int { return []int{n, n} }) }
	first := func(all []int) int { return all[0] }
	for name, build := range map[string]func(in number) number{
		"a step":                   func(in number) number { return flow.Fallback(flow.Step(ignoring(), in), 7) },
		"a step with a Fallback":   func(in number) number { return flow.Step(ignoring().Fallback(7), in) },
		"a step with a Retry":      func(in number) number { return flow.Step(ignoring().Retry(task.Retry{Attempts: 2}).Fallback(7), in) },
		"an element":               func(in number) number { return flow.Map(flow.Each(ignoring().Fallback(7), both(in), 2), first) },
		"a nested flow":            func(in number) number { return flow.Fallback(flow.Step(nested("inner", 0), in), 7) },
		"of the same Timeout":      func(in number) number { return flow.Fallback(flow.Step(nested("inner", 100*ms), in), 7) },
		"two of them":              func(in number) number { return flow.Fallback(flow.Step(deep, in), 7) },
		"a nested flow an element": func(in number) number { return flow.Map(flow.Each(nested("inner", 0).Fallback(7), both(in), 2), first) },
		"a nested flow with Retry": func(in number) number {
			return flow.Step(nested("inner", 0).Retry(task.Retry{Attempts: 2}).Fallback(7), in)
		},
		"a nested flow in a Recover": func(in number) number {
			return flow.Step(nested("inner", 0).Recover(func(context.Context, int, error) (int, error) { return 8, nil }).Fallback(7), in)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := of(build)
			for i := range 60 {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					if i%2 > 0 {
						ctx = observe.With(ctx, &witness{diary: newDiary()})
					}
					v, elapsed, err := took(ctx, f.Timeout(100*ms), 1)
					require.NoError(t, err)
					require.Equal(t, 7, v)
					require.Equal(t, 100*ms, elapsed)
				})
			}
		})
	}
}

// A function of Degraded or Catch that blocks was waited for if the answer was there as the calls were given up.
func TestG15_theAnswerDoesNotWaitForWhatBlocksAtTheLimit(t *testing.T) {
	hang := named("hang", func(ctx context.Context, n int) (int, error) { return n, untilDone(ctx) })
	blocking := func(context.Context, int, error) (int, error) { time.Sleep(time.Second); return 5, nil }
	waiting := func(ctx context.Context, _ int, err error) (int, error) { return 5, wait(ctx, time.Second) }
	optional := of(func(in number) number { return flow.Fallback(flow.Step(hang, in), 7) }).Timeout(100 * ms)
	required := of(func(in number) number { return flow.Step(hang, in) }).Timeout(100 * ms)
	mixed := of(func(in number) number {
		return flow.Map2(flow.Step(hang, in), flow.Fallback(flow.Step(hang, in), 7), sum2)
	}).Timeout(100 * ms)
	for name, c := range map[string]struct {
		f    *flow.Flow[int, int]
		node string
		took time.Duration
	}{
		"Degraded":                      {optional.Degraded(func(v int, _ []flow.Loss) int { time.Sleep(time.Second); return v }), "Degraded", 105 * ms},
		"Degraded in the reserve":       {optional.Reserve(20 * ms).Degraded(func(v int, _ []flow.Loss) int { time.Sleep(time.Second); return v }), "Degraded", 100 * ms},
		"Catch in the reserve":          {required.Reserve(20 * ms).Catch(blocking), "hang", 100 * ms},
		"Catch that waits for its ctx":  {required.Reserve(20 * ms).Catch(waiting), "hang", 100 * ms},
		"Catch where something is lost": {mixed.Reserve(20 * ms).Catch(waiting), "hang", 100 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			for _, observed := range []bool{false, true} {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					if observed {
						ctx = observe.With(ctx, &witness{diary: newDiary()})
					}
					_, elapsed, err := took(ctx, c.f, 1)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					failure, ok := err.(*flow.Error)
					require.True(t, ok)
					require.Equal(t, c.node, failure.Node)
					require.Equal(t, c.took, elapsed)
				})
			}
		})
	}
}

// An observer that blocks at the end of a flow in a flow delays neither of them.
func TestG27_anObserverOfANestedRunThatBlocksAtTheLimit(t *testing.T) {
	hang := named("hang", func(ctx context.Context, n int) (int, error) { return n, untilDone(ctx) })
	inner := flow.New("inner", func(in number) number { return flow.Fallback(flow.Step(hang, in), 7) })
	f := of(func(in number) number {
		return flow.Map2(flow.Step(inner.Task(), in), flow.Fallback(flow.Step(hang, in), 7), sum2)
	})
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		v, elapsed, err := took(observe.With(ctx, sleeper{}), f.Timeout(100*ms), 1)
		require.NoError(t, err)
		require.Equal(t, 14, v)
		require.Equal(t, 100*ms, elapsed)
	})
}

// sleeper is an observer that sleeps at each end.
type sleeper struct{}

func (sleeper) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(observe.Outcome) { time.Sleep(time.Second) }
}

// The losses of an answer are what it lacks. What only an effect does without is none, whether that ends before the answer or after it.
func TestDegraded_whatAnEffectDoesWithoutIsNoLossOfTheAnswer(t *testing.T) {
	broken := func(d *diary) task.Task[int, int] { return d.ends("audit", ms, errNoRoute) }
	for name, effect := range map[string]func(d *diary, in number) number{
		"Fallback of the task": func(d *diary, in number) number { return flow.Step(broken(d).Fallback(0), in) },
		"Fallback":             func(d *diary, in number) number { return flow.Fallback(flow.Step(broken(d), in), 0) },
		"Recover": func(d *diary, in number) number {
			return flow.Recover(flow.Step(broken(d), in), func(context.Context, error) (int, error) { return 0, nil })
		},
		"Try": func(d *diary, in number) number {
			return flow.Map(flow.Try(flow.Step(broken(d), in)), func(r future.Result[int]) int { return r.Value })
		},
		"Any": func(d *diary, in number) number {
			return flow.Any(flow.Step(broken(d), in), flow.Step(d.works("other", 2*ms), in))
		},
		"an Each": func(d *diary, in number) number {
			return flow.Map(flow.Each(broken(d).Fallback(0), flow.Map(in, func(n int) []int { return []int{n} }), 1), func([]int) int { return 0 })
		},
		"a flow": func(d *diary, in number) number {
			return flow.Step(flow.New("inner", func(in number) number { return flow.Fallback(flow.Step(broken(d), in), 0) }).Task(), in)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, takes := range []time.Duration{0, 10 * ms} {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					f := of(func(in number) number { return flow.Also(flow.Step(d.works("page", takes), in), effect(d, in)) }).
						Degraded(func(v int, lost []flow.Loss) int { t.Errorf("lost: %v", lost); return v })
					_, err := f.Do(ctx, 1)
					require.NoError(t, err)
					time.Sleep(20 * ms)
				})
			}
		})
	}
}

// A task that calls the flow it is part of fails by itself: the nodes of that other run have failed nothing here. They were blamed.
func TestIssue_aFlowThatCallsItselfBlamedANodeOfTheOtherRun(t *testing.T) {
	var tree *flow.Flow[int, int]
	leaf := named("leaf", func(_ context.Context, n int) (int, error) {
		if n == 0 {
			return 0, errSoldOut
		}
		return n, nil
	})
	child := named("child", func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			return 0, untilDone(ctx)
		}
		return tree.Do(ctx, n-1)
	})
	build := func(optional bool) *flow.Flow[int, int] {
		return of(func(in number) number {
			below := flow.Step(child, in)
			if optional {
				below = flow.Fallback(below, 5)
			}
			return flow.Map2(flow.Step(leaf, in), below, sum2)
		})
	}
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		tree = build(false)
		_, err := tree.Do(ctx, 1)
		require.ErrorIs(t, err, errSoldOut)
		failure, ok := err.(*flow.Error)
		require.True(t, ok)
		require.Equal(t, "child", failure.Node)

		var lost []flow.Loss
		tree = build(true).Degraded(func(v int, losses []flow.Loss) int { lost = losses; return v })
		v, err := tree.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 6, v)
		require.Len(t, lost, 1)
		require.Equal(t, "child", lost[0].Node)

		tree = of(func(in number) number {
			return flow.Recover(flow.Step(leaf, in), func(ctx context.Context, err error) (int, error) { return 0, err })
		})
		_, err = tree.Do(ctx, 0)
		failure, ok = err.(*flow.Error)
		require.True(t, ok)
		require.Equal(t, "leaf", failure.Node, "what Recover hands on is that of the node")
	})
}

// Whether an effect was cut off is found out without methods of the user's errors: one that blocked held the lock of the run for ever.
func TestG8_noMethodOfAnErrorUnderTheLockOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		ctx, scope := future.WithScope(observe.With(plainCtx(), &witness{diary: newDiary()}))
		d := newDiary()
		var told atomic.Int32
		f := of(func(in number) number {
			return flow.Also(flow.Step(d.works("page", time.Hour), in), flow.Step(failing("audit", blocking{gate}), in), flow.Step(d.ends("mail", 60*ms, errNoRoute), in))
		}).Timeout(100 * ms).Reserve(50 * ms).OnError(func(context.Context, int, error) { told.Add(1) })
		_, elapsed, err := took(ctx, f, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 50*ms, elapsed)
		time.Sleep(50 * ms)
		require.EqualValues(t, 3, told.Load(), "audit, the run, and mail")
		close(gate)
		require.NoError(t, scope.Close())
	})
}

// blocking is an error whose method Is waits, if it is asked for what was late.
type blocking struct{ gate chan struct{} }

func (blocking) Error() string { return "blocking" }

func (b blocking) Is(target error) bool {
	if _, late := target.(*deadline.Error); late {
		<-b.gate
	}
	return false
}

// A flow in a flow that has answered at the limit has ended: it was told as a straggler without a reason, if the run around was quick.
func TestLimit_aNestedFlowThatHasAnsweredIsNoStraggler(t *testing.T) {
	hang := named("hang", func(ctx context.Context, n int) (int, error) { return n, untilDone(ctx) })
	inner := flow.New("inner", func(in number) number { return flow.Fallback(flow.Step(hang, in), 7) }).Task()
	f := of(func(in number) number { return flow.Map(flow.Step(inner, in), func(n int) int { return n }) }).Timeout(100 * ms)
	for range 50 {
		inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
			w := &witness{diary: newDiary()}
			v, err := f.Do(observe.With(ctx, w), 1)
			require.NoError(t, err)
			require.Equal(t, 7, v)
			synctest.Wait()
			var told []string
			for _, line := range w.Read() {
				if _, what, _ := strings.Cut(line, " "); strings.HasPrefix(what, "shop inner: ") || strings.HasPrefix(what, "shop: ") {
					told = append(told, what)
				}
			}
			require.Equal(t, []string{"shop inner: degraded", "shop: degraded"}, told)
		})
	}
}
