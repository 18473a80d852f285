package trace_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

func TestRecorder_everyOutcome(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		f := of(func(in number) number {
			good := flow.Step(takes("good", 2*ms, nil), in)
			degraded := flow.Step(takes("degraded", 3*ms, errors.New("no route")).Fallback(1), in)
			bad := flow.Step(takes("bad", 10*ms, errSoldOut), in)
			polite := flow.Step(does("polite", func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(ms) // or else its end and that of the run may be told in any order
				return context.Cause(ctx)
			}), in)
			late := flow.Step(stubborn("late", 50*ms, nil), in)
			return flow.Step(takes("next", ms, nil), flow.Map5(good, degraded, bad, polite, late, func(a, b, c, d, e int) int { return 0 }))
		})
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, errSoldOut)
		synctest.Wait()
		tr := p.one(t)
		require.Equal(t, []string{
			"0s-10ms shop failed unknown",
			"0s-10ms shop/bad failed unknown",
			"0s-10ms shop/late straggler canceled",
			"0s-10ms shop/polite straggler canceled",
			"0s-2ms shop/good ok",
			"0s-3ms shop/degraded degraded unknown",
			"10ms-10ms shop/next skipped unknown",
		}, read(tr))
		require.Equal(t, "sold out", span(t, tr, "bad").Err)
		require.Equal(t, "no route", span(t, tr, "degraded").Err, "what was replaced")
		require.Contains(t, tr.Root().Err, "sold out")
		require.Empty(t, span(t, tr, "good").Err)
		require.Empty(t, span(t, tr, "next").Err, "it did not fail itself")
		time.Sleep(time.Second)
		require.Len(t, p.All(), 1, "once")
		require.Zero(t, span(t, tr, "late").Returned, "that was after the end of the run")
	})
}

// A run that nobody wants any more ends as canceled, and so do its nodes if they look at their ctx.
func TestRecorder_canceled(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		ctx, cancel := context.WithCancel(ctx)
		f := of(func(in number) number {
			quick, slow := flow.Step(takes("quick", ms, nil), in), flow.Step(takes("slow", time.Hour, nil), in)
			return flow.Step(takes("last", ms, nil), flow.Any(quick, slow))
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		time.AfterFunc(4*ms, cancel)
		_, err = takes("alone", time.Hour, nil).Do(ctx, 1)
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		require.Len(t, p.All(), 2)
		require.Equal(t, []string{
			"0s-1ms shop/quick ok", "0s-1ms shop/slow canceled canceled", "0s-2ms shop ok", "1ms-2ms shop/last ok",
		}, read(p.All()[0]))
		require.Equal(t, []string{"0s-4ms alone canceled canceled"}, read(p.All()[1]))
	})
}

func TestRecorder_whatIsKnownOfACall(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		ctx, cancel := context.WithTimeout(ctx, time.Hour+5*ms) // its calls are given up 5 ms before
		defer cancel()
		item, price := takes("item", 5*ms, nil), takes("price", 5*ms, nil)
		f := of(func(in number) number {
			a := flow.Step(item, in)
			return flow.After(flow.Step(price, in), a)
		})
		begun := time.Now()
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		tr := p.one(t)
		require.Equal(t, &trace.Trace{
			Run: tr.Run, Name: "shop", Start: begun, Deadline: begun.Add(time.Hour + 5*ms),
			Spans: []trace.Span{
				{ID: 0, Parent: -1, Kind: observe.KindRun, Flow: "shop", Place: f.Graph().Place, Inputs: []string{"price"}, End: 10 * ms, Deadline: time.Hour + 5*ms},
				{ID: 1, Parent: 0, Kind: observe.KindNode, Flow: "shop", Node: "item", Task: "item", Place: item.Place(), End: 5 * ms, Deadline: time.Hour},
				{
					ID: 2, Parent: 0, Kind: observe.KindNode, Flow: "shop", Node: "price", Task: "price", Place: price.Place(),
					After: []string{"item"}, Start: 5 * ms, End: 10 * ms, Deadline: time.Hour,
				},
			},
		}, tr)
		require.NotZero(t, tr.Run)
		require.Equal(t, []trace.Edge{{From: 1, To: 2, Order: true}, {From: 2, To: 0}}, tr.Edges())
	})
}

func TestRecorder_panicAndGoexit(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		explode := does("explode", func(context.Context) error { panic("out of paper") })
		_, err := of(func(in number) number { return flow.Step(explode, in) }).Do(ctx, 1)
		require.Error(t, err)
		exit := does("exit", func(context.Context) error { runtime.Goexit(); return nil })
		_, err = of(func(in number) number { return flow.Step(exit, in) }).Do(ctx, 1)
		require.ErrorIs(t, err, future.ErrGoexit)

		synctest.Wait()
		require.Len(t, p.All(), 2)
		s := span(t, p.All()[0], "explode")
		require.Equal(t, observe.StatusFailed, s.Status)
		require.Equal(t, recovery.ClassCode, s.Class)
		require.Equal(t, "out of paper", s.Panic)
		require.Contains(t, s.Err, "out of paper")
		require.Contains(t, s.Stack, "TestRecorder_panicAndGoexit")
		s = span(t, p.All()[1], "exit")
		require.Equal(t, observe.StatusFailed, s.Status)
		require.Equal(t, future.ErrGoexit.Error(), s.Err)
		require.Empty(t, s.Panic)
		require.Empty(t, s.Stack)
	})
}

func TestRecorder_attempts(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		tries := 0
		unsteady := does("unsteady", func(context.Context) error {
			time.Sleep(4 * ms)
			if tries++; tries < 3 {
				return flowtest.Unavailable{}
			}
			return nil
		}).Retry(task.Retry{Attempts: 3, Delay: 2 * ms})
		late := stubborn("late", 15*ms, nil).Timeout(10 * ms).Fallback(7)
		f := of(func(in number) number {
			return flow.Map2(flow.Step(unsteady, in), flow.Step(late, in), sum)
		})
		v, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 8, v)
		require.Equal(t, []string{
			"0s-10ms shop/late degraded timeout, 1 attempts",
			"0s-10ms shop/late/attempt 1 straggler timeout, returned 15ms",
			"0s-18ms shop degraded timeout",
			"0s-18ms shop/unsteady ok, 3 attempts",
			"0s-4ms shop/unsteady/attempt 1 failed dependency",
			"6ms-10ms shop/unsteady/attempt 2 failed dependency",
			"14ms-18ms shop/unsteady/attempt 3 ok",
		}, read(p.one(t)))
	})
}

func TestRecorder_elementsAndNestedFlows(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		inner := flow.New("inner", func(in number) number { return flow.Step(takes("deep", 5*ms, nil), in) })
		f := of(func(in number) number {
			part := flow.Step(inner.Task().Named("part"), in)
			list := flow.Map(part, func(int) []int { return []int{1, 2, 3} })
			each := flow.Each(does("each", func(ctx context.Context) error {
				_, err := takes("call", 2*ms, nil).Do(ctx, 1)
				return err
			}), list, 2)
			return flow.Map(each, func(l []int) int { return len(l) })
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		tr := p.one(t)
		require.Equal(t, []string{
			"0s-5ms shop/part ok",
			"0s-5ms shop/part/inner ok",
			"0s-5ms shop/part/inner/deep ok",
			"0s-9ms shop ok",
			"5ms-7ms shop/each/[0] ok",
			"5ms-7ms shop/each/[0]/call ok",
			"5ms-7ms shop/each/[1] ok",
			"5ms-7ms shop/each/[1]/call ok",
			"5ms-9ms shop/each ok",
			"7ms-9ms shop/each/[2] ok",
			"7ms-9ms shop/each/[2]/call ok",
		}, read(tr))
		deep := span(t, tr, "deep")
		require.Equal(t, "inner", deep.Flow)
		for i, s := range tr.Spans {
			require.Equal(t, i, s.ID)
			require.Less(t, s.Parent, i)
		}
	})
}

func TestRecorder_aTaskThatRunsAlone(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		outer := does("outer", func(ctx context.Context) error {
			_, err := takes("inner", 3*ms, nil).Do(ctx, 1)
			return err
		})
		_, err := outer.Timeout(time.Second).Do(ctx, 1)
		require.NoError(t, err)
		tr := p.one(t)
		require.Equal(t, "outer", tr.Name)
		require.Equal(t, []string{"0s-3ms outer ok, 1 attempts", "0s-3ms outer/attempt 1 ok", "0s-3ms outer/attempt 1/inner ok"}, read(tr))
	})
}

// Code that makes itself seen as a run of its own is one, by whatever name it has.
func TestRecorder_whatBeginsByItself(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		inside, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: "render"})
		time.Sleep(2 * ms)
		_, err := takes("item", 3*ms, nil).Do(inside, 1)
		require.NoError(t, err)
		end(observe.Outcome{Elapsed: 5 * ms})
		require.Equal(t, "render", p.one(t).Name)
		require.Equal(t, []string{"0s-5ms render ok", "2ms-5ms render/item ok"}, read(p.one(t)))
	})
}

// What goes on after the answer is part of the trace, which comes when it ends; the run took as long as its answer.
func TestRecorder_waitsForWhatRunsAfterTheAnswer(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		audit := does("audit", func(ctx context.Context) error {
			time.Sleep(10 * ms)
			_, err := takes("send", 10*ms, nil).Do(ctx, 1)
			return err
		})
		f := of(func(in number) number {
			n := flow.Step(takes("item", 5*ms, nil), in)
			return flow.Also(n, flow.Step(audit, in))
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		synctest.Wait()
		require.Empty(t, p.All())
		time.Sleep(14 * ms)
		synctest.Wait()
		require.Empty(t, p.All())
		time.Sleep(ms)
		synctest.Wait()
		tr := p.one(t)
		require.Equal(t, 5*ms, tr.Elapsed())
		require.Equal(t, []string{"0s-20ms shop/audit ok", "0s-5ms shop ok", "0s-5ms shop/item ok", "10ms-20ms shop/audit/send ok"}, read(tr))
	})
}

// Neither a straggler is waited for nor anything inside it, be it never so alive; what runs beside it is.
func TestRecorder_doesNotWaitForStragglers(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		late := does("late", func(ctx context.Context) error {
			_, err := does("child", func(ctx context.Context) error {
				_, err := stubborn("grandchild", time.Hour, nil).Do(context.WithoutCancel(ctx), 1)
				return err
			}).Do(context.WithoutCancel(ctx), 1)
			return err
		})
		f := of(func(in number) number {
			a := flow.Step(late.Timeout(10*ms).Fallback(1), in)
			return flow.Also(a, flow.Step(takes("audit", 20*ms, nil), in))
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		synctest.Wait()
		require.Empty(t, p.All(), "the audit runs")
		time.Sleep(10 * ms)
		synctest.Wait()
		require.Equal(t, []string{
			"0s-10ms shop degraded timeout",
			"0s-10ms shop/late degraded timeout, 1 attempts",
			"0s-10ms shop/late/attempt 1 straggler timeout",
			"0s-20ms shop/audit ok",
			"0s-20ms shop/late/attempt 1/child straggler",
			"0s-20ms shop/late/attempt 1/child/grandchild straggler",
		}, read(p.one(t)))
	})
}

func TestRecorder_leavesOutWhatBeginsAfterTheEnd(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		var called atomic.Int32
		late := does("late", func(ctx context.Context) error {
			time.Sleep(50 * ms)
			_, err := does("too late", func(context.Context) error { called.Add(1); return nil }).Do(context.WithoutCancel(ctx), 1)
			return err
		})
		_, err := of(func(in number) number { return flow.Step(late.Timeout(10*ms), in) }).Do(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		before := read(p.one(t))
		time.Sleep(time.Second)
		require.EqualValues(t, 1, called.Load())
		require.Equal(t, before, read(p.one(t)))
		require.Zero(t, p.one(t).Dropped)
	})
}

// A mock prints its ctx by reflection, unless that says what to print: and the recording around it is written to meanwhile.
func TestRecorder_itsCtxSaysWhatToPrint(t *testing.T) {
	ctx, _ := trace.NewRecorder(func(*trace.Trace) {}).Begin(t.Context(), observe.Call{Kind: observe.KindRun, Flow: "shop"})
	require.Equal(t, "jade.Context jade.Context", fmt.Sprintf("%v %#v", ctx, ctx))
}

// A gate is named by the call that it has rejected, and by no call around that.
func TestRecorder_rejected(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		coupons := takes("coupons", ms, nil).Gate(full("back\xffend"))
		page := task.New("page", func(ctx context.Context, n int) (int, error) {
			return coupons.Retry(task.Retry{Attempts: 2}).Fallback(0).Do(ctx, n)
		})
		_, err := of(func(in number) number { return flow.Step(task.New("again", coupons.Do), flow.Step(page, in)) }).Do(ctx, 1)
		require.Error(t, err)
		gates := map[string]string{}
		for _, s := range p.one(t).Spans {
			gates[s.Task+" "+s.Kind.String()+" "+s.Status.String()] = s.Gate
		}
		const gate = "back\uFFFDend"
		require.Equal(t, map[string]string{" run failed": "", "page node ok": "", "again node failed": "", "coupons node degraded": gate, "coupons node failed": gate}, gates)
	})
}
