package trace_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// chat is a flow whose trace has every kind of call, every status and every field.
func chat() *flow.Flow[int, int] {
	busies := 0
	members := does("members", func(context.Context) error {
		time.Sleep(4 * ms)
		if busies++; busies < 3 {
			return flowtest.Unavailable{}
		}
		return nil
	}).Retry(task.Retry{Attempts: 3, Delay: 2 * ms})
	rules := flow.New("rules", func(in number) number { return flow.Step(takes("muted?", 5*ms, nil), in) })
	emoji := does("emoji", func(context.Context) error { panic("no such face") }).Fallback(0)
	return flow.New("chat", func(in number) number {
		passed := flow.Step(rules.Task(), in)
		title := flow.Step(takes("标题 🎉", 7*ms, nil), in)
		gift := flow.Try(flow.Step(takes("gift", 3*ms, errors.New("none left\nsorry")), title))
		ads := flow.Step(stubborn("ads", 50*ms, nil).Timeout(10*ms).Fallback(0), title)
		list := flow.Map(flow.Step(members, in), func(int) []int { return make([]int, 3) })
		avatars := flow.Each(takes("avatars", 2*ms, nil), list, 1)
		greeting := flow.Any(flow.Step(takes("hello", ms, nil), in), flow.Step(takes("good day", time.Hour, nil), in))
		look := flow.Either(flow.Map(in, func(n int) bool { return n > 0 }), flow.Step(emoji, in), flow.Step(takes("plain", ms, nil), in))
		wishes := flow.Recover(flow.Step(takes("wishes", 2*ms, nil).Gate(full("wishes backend")), in), func(context.Context, error) (int, error) { return 0, nil })
		all := flow.Map6(gift, ads, avatars, greeting, look, wishes, func(future.Result[int], int, []int, int, int, int) int { return 1 })
		return flow.Also(flow.After(all, passed), flow.Step(takes("audit", 80*ms, nil), in))
	})
}

// full is a gate that lets nobody in, and takes a moment to say so.
func full(name string) task.Gate {
	slots := guard.Slots(1, guard.Name(name))
	_, _ = slots.Enter(context.Background(), "")
	return hesitant{slots}
}

type hesitant struct{ task.Gate }

func (h hesitant) Enter(ctx context.Context, key string) (uint64, error) {
	time.Sleep(ms)
	return h.Gate.Enter(ctx, key)
}

// chatted is the trace of a run of chat. It is the same each time: but for ids and stacks, which are no
// two times the same, and the order in which calls begin at one moment, which is a matter of chance.
func chatted(t *testing.T) (same *trace.Trace) {
	t.Helper()
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, _ = chat().Do(ctx, 1)
		time.Sleep(time.Second)
		same = inOrder(p.one(t))
	})
	same.Run = 1
	same.Start, same.Deadline = same.Start.UTC(), same.Deadline.UTC()
	for i := range same.Spans {
		if s := &same.Spans[i]; s.Stack != "" {
			s.Stack = "its stack"
		}
	}
	return same
}

// inOrder is a trace in which what began at one moment is in the order of its names.
func inOrder(t *trace.Trace) *trace.Trace {
	order := make([]int, len(t.Spans))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(t.Spans[a].Start, t.Spans[b].Start), strings.Compare(where(t, a), where(t, b)))
	})
	sorted := *t
	sorted.Spans = make([]trace.Span, len(order))
	for id, was := range order {
		s := t.Spans[was]
		s.ID, s.Parent = id, slices.Index(order, s.Parent)
		if s.Cause > 0 {
			s.Cause = slices.Index(order, s.Cause)
		}
		sorted.Spans[id] = s
	}
	return &sorted
}
