package trace_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// critical is a line for each span but the run: whether it is on the path, its slack, its saving.
func critical(tr *trace.Trace) []string {
	path := tr.CriticalPath()
	var lines []string
	for i := range tr.Spans {
		if i == 0 {
			continue
		}
		line := strings.TrimPrefix(where(tr, i), tr.Name+"/")
		switch {
		case path.Has(i):
			line = "* " + line + fmt.Sprintf(", saves %v", path.Saving[i])
		case path.Slack[i] == trace.Unlimited:
			line += ", unlimited"
		default:
			line += fmt.Sprintf(", slack %v", path.Slack[i])
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b string) int {
		return strings.Compare(strings.TrimPrefix(a, "* "), strings.TrimPrefix(b, "* "))
	})
	return lines
}

// criticalOf runs a flow and requires lines of what was critical.
func criticalOf(t *testing.T, f *flow.Flow[int, int], want ...string) {
	t.Helper()
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		_, _ = f.Do(ctx, 1)
		time.Sleep(time.Second)
		require.Equal(t, want, critical(p.one(t)), "%v", read(p.one(t)))
	})
}

func TestCriticalPath_whatIsDeclared(t *testing.T) {
	criticalOf(t, of(func(in number) number {
		rules := flow.Step(takes("rules", 12*ms, nil), in)
		a := flow.Step(takes("a", 10*ms, nil), in)
		b := flow.After(flow.Step(takes("b", 5*ms, nil), a), rules)
		c := flow.Step(takes("c", 4*ms, nil), a)
		audit := flow.Step(takes("audit", 50*ms, nil), in)
		return flow.Also(flow.Map2(b, c, sum), audit)
	}), // rules 0-12, a 0-10, b 12-17, c 10-14
		"a, slack 2ms",
		"audit, unlimited",
		"* b, saves 3ms",
		"c, slack 3ms",
		"* rules, saves 2ms",
	)
}

func TestCriticalPath_attempts(t *testing.T) {
	tries := 0
	unsteady := does("unsteady", func(context.Context) error {
		time.Sleep(4 * ms)
		if tries++; tries < 3 {
			return flowtest.Unavailable{}
		}
		return nil
	}).Retry(task.Retry{Attempts: 3, Delay: 2 * ms}) // 0-4, 6-10, 14-18
	criticalOf(t, of(func(in number) number {
		late := flow.Step(stubborn("late", 15*ms, nil).Timeout(10*ms).Fallback(7), in)
		return flow.Map2(flow.Step(unsteady, in), late, sum)
	}),
		"late, slack 8ms",
		"late/attempt 1, slack 8ms",
		"* unsteady, saves 8ms",
		"* unsteady/attempt 1, saves 4ms",
		"* unsteady/attempt 2, saves 4ms",
		"* unsteady/attempt 3, saves 4ms",
	)
}

// Elements that run at once wait for each other as their limit has it: each for the last that ended before it began.
func TestCriticalPath_elements(t *testing.T) {
	times := []time.Duration{3 * ms, 5 * ms, 4 * ms, ms} // 0-3, 0-5, 3-7, 5-6
	each := task.New("each", func(_ context.Context, i int) (int, error) { time.Sleep(times[i]); return i, nil })
	criticalOf(t, of(func(in number) number {
		list := flow.Map(in, func(int) []int { return []int{0, 1, 2, 3} })
		return flow.Map(flow.Each(each, list, 2), func(l []int) int { return len(l) })
	}),
		"* each, saves 7ms",
		"* each/[0], saves 1ms",
		"each/[1], slack 1ms",
		"* each/[2], saves 1ms",
		"each/[3], slack 1ms",
	)
}

// A function declares nothing: what it calls goes by time.
func TestCriticalPath_tasksThatAFunctionCalls(t *testing.T) {
	criticalOf(t, of(func(in number) number {
		return flow.Step(does("node", func(ctx context.Context) error {
			if _, err := takes("first", 3*ms, nil).Do(ctx, 1); err != nil {
				return err
			}
			time.Sleep(2 * ms)
			slow, quick := takes("slow", 7*ms, nil).Go(ctx, 1), takes("quick", 3*ms, nil).Go(ctx, 1)
			_, err := slow.Await(ctx)
			_, _ = quick.Await(ctx)
			time.Sleep(ms)
			return err
		}), in)
	}),
		"* node, saves 13ms",
		"* node/first, saves 3ms",
		"node/quick, slack 4ms",
		"* node/slow, saves 4ms",
	)
}

// Nobody waits for what outlives the function that called it.
func TestCriticalPath_callsThatOutliveTheirCaller(t *testing.T) {
	criticalOf(t, of(func(in number) number {
		return flow.Step(does("node", func(ctx context.Context) error {
			takes("background", 20*ms, nil).Go(context.WithoutCancel(ctx), 1)
			_, err := takes("call", 3*ms, nil).Do(ctx, 1)
			return err
		}), in)
	}),
		"* node, saves 3ms",
		"node/background, unlimited",
		"* node/call, saves 3ms",
	)
}

// What may have been waited for was not if it had not ended.
func TestCriticalPath_theSlowerOnesOfAny(t *testing.T) {
	criticalOf(t, of(func(in number) number {
		first := flow.Any(flow.Step(stubborn("slow", 50*ms, nil), in), flow.Step(takes("quick", ms, nil), in))
		return flow.Step(takes("next", 5*ms, nil), first)
	}),
		"* next, saves 5ms",
		"* quick, saves 1ms",
		"slow, unlimited",
	)
}

func TestCriticalPath_nestedFlows(t *testing.T) {
	inner := flow.New("inner", func(in number) number {
		return flow.Map2(flow.Step(takes("x", 6*ms, nil), in), flow.Step(takes("y", 4*ms, nil), in), sum)
	})
	criticalOf(t, of(func(in number) number {
		return flow.Map2(flow.Step(inner.Task(), in), flow.Step(takes("other", 5*ms, nil), in), sum)
	}),
		"* inner, saves 1ms",
		"* inner/inner, saves 1ms",
		"* inner/inner/x, saves 1ms", // y would save no more than 2ms, other no more than 1ms
		"inner/inner/y, slack 2ms",
		"other, slack 1ms",
	)
	criticalOf(t, of(func(in number) number {
		return flow.Map2(flow.Step(inner.Task(), in), flow.Step(takes("other", 9*ms, nil), in), sum)
	}),
		"inner, slack 3ms",
		"inner/inner, slack 3ms",
		"inner/inner/x, slack 3ms",
		"inner/inner/y, slack 5ms",
		"* other, saves 3ms",
	)
}

// A failure comes when what it is the failure of ends; what would have taken longer did not matter.
func TestCriticalPath_failed(t *testing.T) {
	criticalOf(t, of(func(in number) number {
		a := flow.Step(takes("a", 3*ms, nil), in)
		bad := flow.Step(takes("bad", 4*ms, errSoldOut), a)
		fine := flow.Step(takes("fine", 6*ms, nil), in)
		polite := flow.Step(takes("polite", time.Second, nil), in)
		tried := flow.Map(flow.Try(flow.Step(takes("tried", 5*ms, errors.New("none left")), in)), func(future.Result[int]) int { return 0 })
		return flow.Step(takes("next", ms, nil), flow.Map4(bad, fine, polite, tried, func(a, b, c, d int) int { return 0 }))
	}),
		"* a, saves 3ms",
		"* bad, saves 4ms",
		"fine, unlimited",
		"next, unlimited",
		"polite, unlimited",
		"tried, unlimited",
	)
}

// An answer that replaces a failure waited for that failure, and not for one that was made good before.
func TestCriticalPath_degraded(t *testing.T) {
	f := of(func(in number) number {
		good := flow.Recover(flow.Step(takes("early", 2*ms, errors.New("no route")), in), func(context.Context, error) (int, error) { return 0, nil })
		bad := flow.Step(takes("bad", 7*ms, errSoldOut), good)
		fine := flow.Step(takes("fine", 8*ms, nil), in)
		return flow.Map2(bad, fine, sum)
	}).Catch(func(context.Context, int, error) (int, error) { return 7, nil })
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		v, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		synctest.Wait()
		tr := p.one(t)
		require.Equal(t, observe.StatusDegraded, tr.Root().Status)
		require.Subset(t, critical(tr), []string{"* bad, saves 7ms", "* early, saves 2ms", "fine, unlimited"})
	})
}

// A run that was too late waited for what was given up, and for what that had waited for.
func TestCriticalPath_late(t *testing.T) {
	f := of(func(in number) number {
		a := flow.Step(takes("a", 4*ms, nil), in)
		slow := flow.Step(stubborn("slow", 50*ms, nil), a)
		quick := flow.Step(takes("quick", 5*ms, nil), in)
		return flow.Map2(slow, quick, sum)
	}).Timeout(20 * ms)
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Second)
		tr := p.one(t)
		require.Equal(t, 20*ms, tr.Elapsed())
		require.Equal(t, observe.StatusStraggler, span(t, tr, "slow").Status)
		require.Equal(t, []string{"* a, saves 4ms", "quick, unlimited", "* slow, saves 16ms"}, critical(tr))
	})
}

// What was never started, and what is no part of the run, is on no path.
func TestCriticalPath_runsWithoutParts(t *testing.T) {
	path := took(1, 5*ms, observe.StatusOK).CriticalPath()
	require.Equal(t, trace.CriticalPath{Slack: []time.Duration{0}, Saving: []time.Duration{0}}, path)
	require.False(t, path.Has(0))

	tr := took(1, 5*ms, observe.StatusFailed)
	tr.Spans = append(tr.Spans, trace.Span{ID: 1, Kind: observe.KindNode, Node: "next", Status: observe.StatusSkipped, Start: 5 * ms, End: 5 * ms})
	path = tr.CriticalPath()
	require.Empty(t, path.Spans)
	require.Equal(t, []time.Duration{0, trace.Unlimited}, path.Slack)
}
