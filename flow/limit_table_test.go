package flow_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// This file is the table of what a limit means: each kind of node that can stand in for what hangs, under each sort of
// limit, run in each way. An engine that runs flows is held to it.

// verdictAt is what a flow comes to at its limit.
type verdictAt struct {
	value int            // if late is ""
	late  string         // the node that the failure names
	lost  []string       // what the answer does without
	more  time.Duration  // that the answer takes after the calls were given up
	class recovery.Class // of the failure; Timeout if it is None
}

// shapeAt is a flow, and what it comes to without time in reserve and with some.
type shapeAt struct {
	build    func(hang task.Task[int, int], in number) number
	finish   func(f *flow.Flow[int, int]) *flow.Flow[int, int]
	at       verdictAt
	reserved verdictAt
}

func same(v verdictAt) (at, reserved verdictAt) { return v, v }

func shapesAt() map[string]shapeAt {
	fine := plus("fine", 1)
	slowly := func(ctx context.Context, v int) (int, error) { return v, wait(ctx, 10*ms) }
	mend := func(ctx context.Context, err error) (int, error) { return slowly(ctx, 7) }
	hanging := func(ctx context.Context, err error) (int, error) { return 0, wait(ctx, time.Hour) }
	ignoring := func(context.Context, error) (int, error) { time.Sleep(time.Hour); return 5, nil }
	asValue := func(r future.Result[int]) int {
		if r.Err != nil {
			return 7 + r.Value
		}
		return r.Value
	}
	list := func(in number) flow.Node[[]int] { return flow.Map(in, func(n int) []int { return []int{n, n, n} }) }
	total := func(vs []int) (sum int) {
		for _, v := range vs {
			sum += v
		}
		return sum
	}
	shapes := map[string]shapeAt{}
	add := func(name string, build func(hang task.Task[int, int], in number) number, at, reserved verdictAt) {
		shapes[name] = shapeAt{build: build, at: at, reserved: reserved}
	}
	lost := func(value int, nodes ...string) verdictAt { return verdictAt{value: value, lost: nodes} }
	late := verdictAt{late: "hang"}

	at, res := same(late)
	add("required", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Step(hang, in), flow.Step(fine, in), sum2)
	}, at, res)
	at, res = same(lost(9, "hang"))
	add("Fallback", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Fallback(flow.Step(hang, in), 7), flow.Step(fine, in), sum2)
	}, at, res)
	add("Fallback of the task", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Step(hang.Fallback(7), in), flow.Step(fine, in), sum2)
	}, at, res)
	add("Fallback of the task, with a Timeout", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Step(hang.Timeout(time.Minute).Fallback(7), in), flow.Step(fine, in), sum2)
	}, at, res)
	add("Fallback of the task, with a Retry", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Step(hang.Retry(task.Retry{Attempts: 3}).Fallback(7), in), flow.Step(fine, in), sum2)
	}, at, res)
	add("Fallback behind an OnError that hangs", func(hang task.Task[int, int], in number) number {
		told := func(ctx context.Context, _ int, _ error) { _ = wait(ctx, time.Minute) }
		return flow.Map2(flow.Step(failing("hang", errSoldOut).OnError(told).Fallback(7), in), flow.Step(fine, in), sum2)
	}, verdictAt{value: 9, lost: []string{"hang"}, class: recovery.ClassUnknown}, verdictAt{value: 9, lost: []string{"hang"}, class: recovery.ClassUnknown})
	add("Try", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Map(flow.Try(flow.Step(hang, in)), asValue), flow.Step(fine, in), sum2)
	}, at, res)
	add("Recover", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Recover(flow.Step(hang, in), mend), flow.Step(fine, in), sum2)
	}, late, verdictAt{value: 9, lost: []string{"hang"}, more: 10 * ms})
	add("Recover that hangs", func(hang task.Task[int, int], in number) number {
		return flow.Recover(flow.Step(hang, in), hanging)
	}, late, verdictAt{late: "recover", more: 30 * ms}) // 29 of ctx
	add("Fallback of a Recover", func(hang task.Task[int, int], in number) number {
		return flow.Fallback(flow.Recover(flow.Step(hang, in), mend), 9)
	}, lost(9, "hang"), verdictAt{value: 7, lost: []string{"hang"}, more: 10 * ms})
	spent := func(value int, nodes ...string) verdictAt { return verdictAt{value: value, lost: nodes, more: 30 * ms} } // 29 of ctx
	add("Fallback of a Recover that hangs", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Fallback(flow.Recover(flow.Step(hang, in), hanging), 7), flow.Step(fine, in), sum2)
	}, lost(9, "hang"), spent(9, "recover"))
	add("Fallback of a Recover that ignores its ctx", func(hang task.Task[int, int], in number) number {
		return flow.Map2(flow.Fallback(flow.Recover(flow.Step(hang, in), ignoring), 7), flow.Step(fine, in), sum2)
	}, lost(9, "hang"), spent(9, "recover"))
	add("Try of a Recover that hangs", func(hang task.Task[int, int], in number) number {
		return flow.Map(flow.Try(flow.Recover(flow.Step(hang, in), hanging)), asValue)
	}, lost(7, "hang"), spent(7, "recover"))
	add("Recover of a Recover that hangs", func(hang task.Task[int, int], in number) number {
		return flow.Fallback(flow.Recover(flow.Recover(flow.Step(hang, in), hanging), hanging), 9)
	}, lost(9, "hang"), spent(9, "recover"))
	add("Recover that hangs of the task, and its Fallback", func(hang task.Task[int, int], in number) number {
		return flow.Step(hang.Recover(func(ctx context.Context, _ int, err error) (int, error) { return hanging(ctx, err) }).Fallback(9), in)
	}, lost(9, "hang"), spent(9, "hang"))
	add("Recover that ignores its ctx of the task, and its Fallback", func(hang task.Task[int, int], in number) number {
		return flow.Step(hang.Recover(func(ctx context.Context, _ int, err error) (int, error) { return ignoring(ctx, err) }).Fallback(9), in)
	}, lost(9, "hang"), spent(9, "hang"))
	add("Recover that hangs of the task", func(hang task.Task[int, int], in number) number {
		return flow.Fallback(flow.Step(hang.Recover(func(ctx context.Context, _ int, err error) (int, error) { return hanging(ctx, err) }), in), 9)
	}, lost(9, "hang"), spent(9, "hang"))
	add("Each with a Recover that hangs", func(hang task.Task[int, int], in number) number {
		some := hang.Recover(func(ctx context.Context, _ int, err error) (int, error) { return ignoring(ctx, err) }).Fallback(10)
		return flow.Map(flow.Each(some, list(in), 3), total)
	}, lost(30, "hang"), spent(30, "hang"))
	add("Any with a Recover that hangs", func(hang task.Task[int, int], in number) number {
		return flow.Fallback(flow.Any(flow.Recover(flow.Step(hang, in), hanging), flow.Step(hang.Named("other"), in)), 9)
	}, lost(9, "hang", "other"), spent(9, "recover", "other"))
	innerCatch := func(hang task.Task[int, int], with func(context.Context, error) (int, error)) task.Task[int, int] {
		return flow.New("inner", func(in number) number { return flow.Step(hang, in) }).Catch(func(ctx context.Context, _ int, err error) (int, error) {
			return with(ctx, err)
		}).Task()
	}
	add("Fallback of a nested Catch that hangs", func(hang task.Task[int, int], in number) number {
		return flow.Fallback(flow.Step(innerCatch(hang, hanging), in), 9)
	}, lost(9, "inner"), spent(9, "inner"))
	add("Fallback of a nested Catch that ignores its ctx", func(hang task.Task[int, int], in number) number {
		return flow.Fallback(flow.Step(innerCatch(hang, ignoring).Retry(task.Retry{Attempts: 2}), in), 9)
	}, lost(9, "inner"), spent(9, "inner"))
	add("Fallback of a nested Recover that hangs", func(hang task.Task[int, int], in number) number {
		inner := flow.New("inner", func(in number) number { return flow.Recover(flow.Step(hang, in), hanging) })
		return flow.Step(inner.Task().Fallback(9), in)
	}, lost(9, "inner"), spent(9, "inner"))
	add("Fallback in a nested flow, of a Recover that hangs", func(hang task.Task[int, int], in number) number {
		inner := flow.New("inner", func(in number) number { return flow.Fallback(flow.Recover(flow.Step(hang, in), ignoring), 9) })
		return flow.Fallback(flow.Step(inner.Task(), in), 5)
	}, lost(9, "inner/hang"), spent(9, "inner/recover"))
	add("Fallback in a nested flow with a Reserve, of a Recover that hangs", func(hang task.Task[int, int], in number) number {
		inner := flow.New("inner", func(in number) number { return flow.Fallback(flow.Recover(flow.Step(hang, in), ignoring), 9) })
		return flow.Fallback(flow.Step(inner.Reserve(10*ms).Task(), in), 5)
	}, lost(9, "inner/recover"), spent(9, "inner/recover"))
	add("Recover of the task", func(hang task.Task[int, int], in number) number {
		return flow.Step(hang.Recover(func(ctx context.Context, _ int, _ error) (int, error) { return slowly(ctx, 9) }), in)
	}, late, verdictAt{value: 9, lost: []string{"hang"}, more: 10 * ms})
	add("Any", func(hang task.Task[int, int], in number) number {
		return flow.Any(flow.Step(hang, in), flow.Step(failing("bad", errSoldOut), in), flow.Fallback(flow.Step(hang.Named("other"), in), 9))
	}, verdictAt{value: 9, lost: []string{"hang", "bad", "other"}}, verdictAt{value: 9, lost: []string{"hang", "bad", "other"}})
	at, res = same(verdictAt{late: "any"})
	add("Any of late ones", func(hang task.Task[int, int], in number) number {
		return flow.Any(flow.Step(hang, in), flow.Step(hang.Named("other"), in))
	}, at, res)
	at, res = same(lost(2, "hang"))
	add("Either", func(hang task.Task[int, int], in number) number {
		return flow.Either(flow.Map(flow.Fallback(flow.Step(hang, in), 7), even), in, flow.Map(in, func(n int) int { return n + 1 }))
	}, at, res)
	at, res = same(late)
	add("Either whose branch is late", func(hang task.Task[int, int], in number) number {
		return flow.Either(flow.Map(in, even), in, flow.Step(hang, in))
	}, at, res)
	add("After a gate that is late", func(hang task.Task[int, int], in number) number {
		return flow.After(flow.Step(fine.Fallback(7), in), flow.Step(hang, in))
	}, at, res)
	add("After a gate, and late", func(hang task.Task[int, int], in number) number {
		return flow.After(flow.Step(hang.Fallback(9), in), flow.Step(fine, in))
	}, lost(9, "hang"), lost(9, "hang"))
	add("After a late gate that is optional", func(hang task.Task[int, int], in number) number {
		gate := flow.Fallback(flow.Step(hang, in), 7)
		return flow.After(flow.Step(fine.Fallback(9), in), gate)
	}, lost(9, "hang", "fine"), lost(9, "hang", "fine"))
	add("Also", func(hang task.Task[int, int], in number) number {
		return flow.Also(flow.Fallback(flow.Step(hang, in), 7), flow.Step(hang.Named("effect"), in))
	}, lost(7, "hang"), lost(7, "hang"))
	add("what needs it has not begun", func(hang task.Task[int, int], in number) number {
		return flow.Step(fine.Fallback(9), flow.Step(hang, in))
	}, lost(9, "fine"), lost(9, "fine"))
	at, res = same(lost(22, "some"))
	add("Each", func(hang task.Task[int, int], in number) number {
		first := true
		some := task.New("some", func(ctx context.Context, n int) (int, error) {
			if first {
				first = false
				return 2, nil
			}
			return 0, wait(ctx, time.Hour)
		}).Fallback(10)
		return flow.Map(flow.Each(some, list(in), 1), total)
	}, at, res)
	at, res = same(late)
	add("Each without a Fallback", func(hang task.Task[int, int], in number) number {
		return flow.Map(flow.Each(hang, list(in), 2), total)
	}, at, res)
	at, res = same(lost(30, "hang"))
	add("Each with a Fallback, several at a time", func(hang task.Task[int, int], in number) number {
		return flow.Map(flow.Each(hang.Fallback(10), list(in), 2), total)
	}, at, res)
	settled := func(all []future.Result[int]) (sum int) {
		for _, r := range all {
			if r.Err != nil {
				r.Value = 10
			}
			sum += r.Value
		}
		return sum
	}
	at, res = same(lost(22, "some"))
	add("SettleEach", func(hang task.Task[int, int], in number) number {
		var first atomic.Bool
		some := task.New("some", func(ctx context.Context, n int) (int, error) {
			if !first.Swap(true) {
				return 2, nil
			}
			return hang.Do(ctx, n)
		})
		return flow.Map(flow.SettleEach(some, list(in), 2), settled)
	}, at, res)
	at, res = same(lost(30, "hang"))
	add("SettleEach with a Fallback", func(hang task.Task[int, int], in number) number {
		return flow.Map(flow.SettleEach(hang.Fallback(10), list(in), 2), settled)
	}, at, res)
	add("SettleEach with a Retry", func(hang task.Task[int, int], in number) number {
		return flow.Map(flow.SettleEach(hang.Retry(task.Retry{Attempts: 3}), list(in), 2), settled)
	}, at, res)
	at, res = same(verdictAt{late: "hang"})
	add("SettleEach of a list that is late", func(hang task.Task[int, int], in number) number {
		return flow.Map(flow.SettleEach(fine, list(flow.Step(hang, in)), 2), settled)
	}, at, res)
	nested := func(hang task.Task[int, int]) *flow.Flow[int, int] {
		return flow.New("inner", func(in number) number {
			return flow.Map2(flow.Fallback(flow.Step(hang, in), 7), flow.Step(fine, in), sum2)
		})
	}
	at, res = same(lost(9, "inner/hang"))
	add("nested", func(hang task.Task[int, int], in number) number {
		return flow.Step(nested(hang).Task(), in)
	}, at, res)
	at, res = same(lost(27, "inner/hang"))
	add("SettleEach of a nested flow", func(hang task.Task[int, int], in number) number {
		return flow.Map(flow.SettleEach(nested(hang).Task(), list(in), 3), settled)
	}, at, res)
	at, res = same(lost(9, "inner/hang"))
	add("nested with policies", func(hang task.Task[int, int], in number) number {
		return flow.Step(nested(hang).Task().Retry(task.Retry{Attempts: 2}).Fallback(5), in)
	}, at, res)
	add("nested that fails", func(hang task.Task[int, int], in number) number {
		inner := flow.New("inner", func(in number) number { return flow.Step(hang, in) })
		return flow.Fallback(flow.Step(inner.Task(), in), 9)
	}, lost(9, "inner"), lost(9, "inner"))
	add("nested that recovers", func(hang task.Task[int, int], in number) number {
		inner := flow.New("inner", func(in number) number { return flow.Recover(flow.Step(hang, in), mend) })
		return flow.Step(inner.Task(), in)
	}, verdictAt{late: "inner"}, verdictAt{value: 7, lost: []string{"inner/hang"}, more: 10 * ms})
	shapes["Catch"] = shapeAt{
		build: func(hang task.Task[int, int], in number) number { return flow.Step(hang, in) },
		finish: func(f *flow.Flow[int, int]) *flow.Flow[int, int] {
			return f.Catch(func(ctx context.Context, _ int, err error) (int, error) { return 9, nil })
		},
		at: verdictAt{value: 9}, reserved: verdictAt{value: 9},
	}
	shapes["Catch that takes time"] = shapeAt{
		build: func(hang task.Task[int, int], in number) number { return flow.Step(hang, in) },
		finish: func(f *flow.Flow[int, int]) *flow.Flow[int, int] {
			return f.Catch(func(ctx context.Context, _ int, err error) (int, error) { return slowly(ctx, 9) })
		},
		at: verdictAt{late: "hang"}, reserved: verdictAt{value: 9, more: 10 * ms},
	}
	also := shapes["Also"]
	also.finish = func(f *flow.Flow[int, int]) *flow.Flow[int, int] { // who is told of the effect, which is cut off
		return f.OnError(func(context.Context, int, error) {})
	}
	shapes["Also"] = also
	shapes["an OnError that hangs"] = shapeAt{
		build: func(hang task.Task[int, int], in number) number { return flow.Step(hang, in) },
		finish: func(f *flow.Flow[int, int]) *flow.Flow[int, int] {
			return f.OnError(func(context.Context, int, error) { time.Sleep(time.Minute) })
		},
		at: late, reserved: late,
	}
	return shapes
}

// limitsAt are the sorts of limits; at is when calls are given up. The third is whether Reserve leaves time.
var limitsAt = map[string]struct {
	set      func(f *flow.Flow[int, int]) *flow.Flow[int, int]
	ctx      time.Duration
	at       time.Duration
	reserved bool
	own      bool
}{
	"own":               {func(f *flow.Flow[int, int]) *flow.Flow[int, int] { return f.Timeout(100 * ms) }, 0, 100 * ms, false, true},
	"own, with Reserve": {func(f *flow.Flow[int, int]) *flow.Flow[int, int] { return f.Timeout(100 * ms).Reserve(30 * ms) }, 0, 70 * ms, true, true},
	"ctx":               {func(f *flow.Flow[int, int]) *flow.Flow[int, int] { return f }, 100 * ms, 99 * ms, false, false},
	"ctx, with Reserve": {func(f *flow.Flow[int, int]) *flow.Flow[int, int] { return f.Reserve(30 * ms) }, 100 * ms, 70 * ms, true, false},
}

var waysAt = map[string]func(ctx context.Context, f *flow.Flow[int, int]) (int, error){
	"Do":      func(ctx context.Context, f *flow.Flow[int, int]) (int, error) { return f.Do(ctx, 1) },
	"Go":      func(ctx context.Context, f *flow.Flow[int, int]) (int, error) { return f.Go(ctx, 1).Await(ctx) },
	"Task.Do": func(ctx context.Context, f *flow.Flow[int, int]) (int, error) { return f.Task().Do(ctx, 1) },
}

func TestLimit_theTable(t *testing.T) {
	hangs := map[string]task.Task[int, int]{
		"obedient": obedient("hang"),
		"stubborn": named("hang", func(context.Context, int) (int, error) { time.Sleep(10 * time.Second); return 0, nil }),
	}
	for what := range shapesAt() {
		for how, run := range waysAt {
			for sort, l := range limitsAt {
				if what == "Catch that takes time" && sort == "ctx" {
					continue // who waits with ctx may give up at the same moment
				}
				for manner, hang := range hangs {
					for _, observed := range []bool{false, true} {
						t.Run(what+"/"+sort+"/"+how+"/"+manner, func(t *testing.T) {
							inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
								if observed {
									ctx = observe.With(ctx, slowAtTheEnd{})
								}
								s := shapesAt()[what]
								want := s.at
								if l.reserved {
									want = s.reserved
								}
								if what == "Catch that takes time" && sort == "own" { // it has the caller's ctx
									want = verdictAt{value: 9, more: 10 * ms}
								}
								if want.more == 30*ms && sort == "ctx, with Reserve" {
									want.more = 29 * ms // a moment before the deadline
								}
								var lost [][]flow.Loss
								f := l.set(of(func(in number) number { return s.build(hang, in) })).Degraded(func(v int, l []flow.Loss) int {
									lost = append(lost, l)
									return v
								})
								if s.finish != nil {
									f = s.finish(f)
								}
								if l.ctx > 0 {
									var cancel context.CancelFunc
									ctx, cancel = context.WithTimeout(ctx, l.ctx)
									defer cancel()
								}
								begun := time.Now()
								v, err := run(ctx, f)
								require.Equal(t, l.at+want.more, time.Since(begun), "%v, %v", v, err)
								synctest.Wait()
								want.check(t, v, err, lost)
								time.Sleep(2 * time.Hour)
							})
						})
					}
				}
			}
		}
	}
}

// slowAtTheEnd is an observer that takes a minute to be told that something has ended.
type slowAtTheEnd struct{}

func (slowAtTheEnd) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(observe.Outcome) { time.Sleep(time.Minute) }
}

func (want verdictAt) check(t *testing.T, v int, err error, told [][]flow.Loss) {
	t.Helper()
	class := want.class
	if class == recovery.ClassNone {
		class = recovery.ClassTimeout
	}
	if want.late != "" {
		failed, ok := errors.AsType[*flow.Error](err)
		require.True(t, ok, "%d, %T %v", v, err, err)
		require.Equal(t, want.late, failed.Node)
		_, ok = errors.AsType[*deadline.Error](err)
		require.True(t, ok, "%v", err)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, class, recovery.Classify(err))
		require.Empty(t, told)
		return
	}
	require.NoError(t, err)
	require.Equal(t, want.value, v)
	if len(want.lost) == 0 {
		require.Empty(t, told)
		return
	}
	require.Len(t, told, 1, "once")
	var nodes []string
	for _, l := range told[0] {
		nodes = append(nodes, l.Node)
		require.Error(t, l.Err)
		require.NotEmpty(t, l.Place.File)
		if l.Node != "bad" {
			require.Equal(t, class, l.Class, "%v", l.Err)
		}
	}
	require.Equal(t, want.lost, nodes)
}

// A caller who has left gets the cause, and nothing is made for it.
func TestLimit_whoHasLeftGetsNoAnswer(t *testing.T) {
	for what := range shapesAt() {
		for how, run := range waysAt {
			if what == "Fallback behind an OnError that hangs" {
				continue // which has failed before
			}
			t.Run(what+"/"+how, func(t *testing.T) {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					s := shapesAt()[what]
					f := of(func(in number) number { return s.build(obedient("hang"), in) }).Timeout(100 * ms).Reserve(30 * ms).
						Degraded(func(v int, _ []flow.Loss) int { t.Error("told"); return v })
					if s.finish != nil {
						f = s.finish(f)
					}
					ctx, cancel := context.WithCancelCause(ctx)
					time.AfterFunc(50*ms, func() { cancel(errNoRoute) })
					begun := time.Now()
					_, err := run(ctx, f)
					require.ErrorIs(t, err, errNoRoute)
					require.True(t, future.IsCanceled(err), "%v", err)
					require.Equal(t, 50*ms, time.Since(begun))
					time.Sleep(time.Hour)
				})
			})
		}
	}
}
