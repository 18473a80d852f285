package flow_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// undone is a task that takes a time, and whose undoing is noted. It does not stop when its ctx ends.
func (d *diary) undone(name string, takes time.Duration) task.Task[int, int] {
	return task.New(name, func(context.Context, int) (int, error) {
		time.Sleep(takes)
		return 10, nil
	}).Undo(func(ctx context.Context, in, out int) error {
		key, _ := task.Key(ctx)
		d.Note("undo %s %d %d %s", name, in, out, key)
		time.Sleep(time.Millisecond / 2)
		return ctx.Err()
	})
}

// TestUndo_ofWhatTheAnswerDoesNotUse runs each flow in memory and by a machine.
func TestUndo_ofWhatTheAnswerDoesNotUse(t *testing.T) {
	type n = number
	fails := func(in n, after ...flow.Dependency) n {
		bad := flow.Step(failing("bad", errSoldOut), in)
		if len(after) == 0 {
			return bad
		}
		return flow.After(bad, after...)
	}
	for name, test := range map[string]struct {
		build func(d *diary, in n) n
		ends  func(*flow.Flow[int, int]) *flow.Flow[int, int]
		want  []string
	}{
		"nothing if the run succeeds": {
			build: func(d *diary, in n) n { return flow.Step(d.undone("b", ms), flow.Step(d.undone("a", ms), in)) },
		},
		"all if it fails, the last first": {
			build: func(d *diary, in n) n {
				a := flow.Step(d.undone("a", 2*ms), in)
				return fails(in, flow.Step(d.undone("b", ms), in), flow.Step(d.undone("c", ms), a))
			},
			want: []string{"3ms undo c 10 10 m/shop/c/undo", "3.5ms undo a 1 10 m/shop/a/undo", "4ms undo b 1 10 m/shop/b/undo"},
		},
		"all if a Catch answers": {
			build: func(d *diary, in n) n { return fails(in, flow.Step(d.undone("a", ms), in)) },
			ends: func(f *flow.Flow[int, int]) *flow.Flow[int, int] {
				return f.Catch(func(context.Context, int, error) (int, error) { time.Sleep(ms); return 1, nil })
			},
			want: []string{"2ms undo a 1 10 m/shop/a/undo"},
		},
		"what a fallback makes useless": {
			build: func(d *diary, in n) n {
				a, b := flow.Step(d.undone("a", ms), in), flow.Step(d.undone("b", ms), in)
				return flow.Map2(a, flow.Fallback(fails(in, b), 3), sum2)
			},
			want: []string{"1ms undo b 1 10 m/shop/b/undo"},
		},
		"a loser of an Any, when it ends": {
			build: func(d *diary, in n) n {
				return flow.Any(flow.Step(d.undone("a", 5*ms), in), flow.Step(d.undone("b", ms), in))
			},
			want: []string{"5ms undo a 1 10 m/shop/a/undo"},
		},
		"a call that is late, when it ends": {
			build: func(d *diary, in n) n { return flow.Fallback(flow.Step(d.undone("a", 5*ms), in), 3) },
			ends:  func(f *flow.Flow[int, int]) *flow.Flow[int, int] { return f.Timeout(2 * ms) },
			want:  []string{"5ms undo a 1 10 m/shop/a/undo"},
		},
		"not what stands in": {
			build: func(d *diary, in n) n {
				stands := task.New("s", func(context.Context, int) (int, error) { return 0, errSoldOut }).Fallback(4).Undo(func(context.Context, int, int) error { d.Note("undo s"); return nil })
				return fails(in, flow.Step(stands, in))
			},
		},
		"effects, if the run fails": {
			build: func(d *diary, in n) n {
				return flow.Also(fails(in, flow.Step(plus("ok", 1), in)), flow.Step(d.undone("a", ms), in))
			},
			want: []string{"1ms undo a 1 10 m/shop/a/undo"},
		},
		"elements": {
			build: func(d *diary, in n) n {
				each := flow.Each(d.undone("a", ms), flow.Map(in, func(int) []int { return []int{7, 8} }), 1)
				return fails(in, each)
			},
			want: []string{"2ms undo a 8 10 m/shop/a[1]/undo", "2.5ms undo a 7 10 m/shop/a[0]/undo"},
		},
		"a flow in the flow": {
			build: func(d *diary, in n) n {
				inner := flow.New("inner", func(in n) n { return flow.Step(d.undone("b", ms), flow.Step(d.undone("a", ms), in)) })
				return fails(in, flow.Step(inner.Task(), in))
			},
			want: []string{"2ms undo b 10 10 m/shop/inner/b/undo", "2.5ms undo a 1 10 m/shop/inner/a/undo"},
		},
		"a flow in the flow that fails itself": {
			build: func(d *diary, in n) n {
				inner := flow.New("inner", func(in n) n { return fails(in, flow.Step(d.undone("a", ms), in)) })
				return flow.Map2(flow.Fallback(flow.Step(inner.Task(), in), 3), flow.Step(d.undone("b", ms), in), sum2)
			},
			want: []string{"1ms undo a 1 10 m/shop/inner/a/undo"},
		},
		"the branch that a nested answer uses stays": {
			build: func(d *diary, in n) n {
				inner := flow.New("inner", func(in n) n {
					return flow.Either(flow.Const(true), flow.Step(d.undone("a", ms), in), flow.Step(d.undone("b", ms), in))
				})
				return flow.Step(inner.Task(), in)
			},
		},
	} {
		for how, do := range map[string]func(context.Context, *flow.Flow[int, int], int) (int, error){
			"Do":      func(ctx context.Context, f *flow.Flow[int, int], in int) (int, error) { return f.Do(ctx, in) },
			"machine": drive,
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					f := of(func(in n) n { return test.build(d, in) })
					if test.ends != nil {
						f = test.ends(f)
					}
					do(task.WithKey(ctx, "m"), f, 1)
					time.Sleep(time.Second)
					require.Equal(t, append([]string{}, test.want...), d.ByTime())
				})
			})
		}
	}
}

// A failure of an Undo is told, and the others are undone all the same.
func TestUndo_thatFails(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		bad := func(name string, undo func() error) task.Task[int, int] {
			return plus(name, 1).Undo(func(context.Context, int, int) error { return undo() })
		}
		f := of(func(in number) number {
			a := flow.Step(d.undone("a", ms), in)
			b := flow.Step(bad("b", func() error { return errNoRoute }), a)
			return flow.Step(failing("c", errSoldOut), flow.Step(bad("p", func() error { panic("oh") }), b))
		}).OnError(func(_ context.Context, _ int, err error) { d.Note("told %v", err) })
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, errSoldOut)
		time.Sleep(time.Second)
		require.Equal(t, []string{
			"1ms told shop: b (flow/helpers_test.go:80): undo: no route", // the diary sorts what happens at one moment
			fmt.Sprintf("1ms told %v", err),
			"1ms told shop: p (flow/helpers_test.go:80): undo: panic: oh",
			"1ms undo a 1 10 ",
		}, d.ByTime())
	})
}

// The attempts of a call have one key: what comes late of one is the work of another.
func TestUndo_isNotForAnAttemptThatAnotherOneStandsFor(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		var attempt atomic.Int32
		slow := func(times int) task.Task[int, int] {
			return task.New("slow", func(context.Context, int) (int, error) {
				n := int(attempt.Add(1))
				if n <= times {
					time.Sleep(10 * ms)
				}
				return n, nil
			}).Timeout(ms).Retry(task.Retry{Attempts: 2}).Undo(func(_ context.Context, _, out int) error { d.Note("undo %d", out); return nil })
		}
		_, err := of(func(in number) number { return flow.Step(slow(1), in) }).Do(ctx, 1)
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.Empty(t, d.ByTime())

		attempt.Store(0)
		_, err = of(func(in number) number { return flow.Step(slow(2), in) }).Do(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Second)
		require.Len(t, d.ByTime(), 2, "both came late, and the call has failed")
	})
}

// When the caller leaves, what has succeeded is undone.
func TestUndo_whenTheCallerLeaves(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		left, cancel := context.WithCancel(ctx)
		time.AfterFunc(3*ms, cancel)
		f := of(func(in number) number { return flow.Step(d.undone("b", 5*ms), flow.Step(d.undone("a", ms), in)) })
		_, err := f.Do(left, 1)
		require.True(t, future.IsCanceled(err))
		time.Sleep(time.Second)
		require.Equal(t, []string{"3ms undo a 1 10 ", "6ms undo b 10 10 "}, d.ByTime())
	})
}
