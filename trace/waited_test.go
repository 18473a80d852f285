package trace_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// A span says how much of its time the call has waited for gates: all of them, in all attempts, for all that is made of it.
func TestSpan_waitedForGates(t *testing.T) {
	const ms = time.Millisecond
	work := func(_ context.Context, n int) (int, error) { time.Sleep(10 * ms); return n, nil }
	slots := func() task.Gate { return guard.Slots(1, guard.Queue(9)) }
	for name, c := range map[string]struct {
		build  func() *flow.Flow[int, int]
		waited time.Duration // of all nodes together
	}{
		"one after the other": {func() *flow.Flow[int, int] {
			g := slots()
			a, b := task.New("a", work).Gate(g), task.New("b", work).Gate(g)
			return flow.New("page", func(in flow.Node[int]) flow.Node[int] {
				return flow.Map2(flow.Step(a, in), flow.Step(b, in), func(a, b int) int { return a + b })
			})
		}, 10 * ms},
		"a gate around a timeout": {func() *flow.Flow[int, int] {
			g := slots()
			a, b := task.New("a", work).Timeout(time.Second).Gate(g), task.New("b", work).Gate(g).Timeout(time.Second)
			return flow.New("page", func(in flow.Node[int]) flow.Node[int] {
				return flow.Map2(flow.Step(a, in), flow.Step(b, in), func(a, b int) int { return a + b })
			})
		}, 10 * ms},
		"two gates": {func() *flow.Flow[int, int] {
			a := task.New("a", work).Gate(late(20 * ms)).Gate(late(30 * ms))
			return flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(a, in) })
		}, 50 * ms},
		"at once": {func() *flow.Flow[int, int] {
			a := task.New("a", work).Gate(slots())
			return flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(a, in) })
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got *trace.Trace
				ctx := observe.With(t.Context(), trace.NewRecorder(func(tr *trace.Trace) { got = tr }))
				_, err := c.build().Do(ctx, 1)
				require.NoError(t, err)
				synctest.Wait()
				sum := time.Duration(0)
				for _, s := range got.Spans {
					if s.Kind == observe.KindNode {
						sum += s.Waited
						require.LessOrEqual(t, s.Waited, s.Elapsed())
					} else {
						require.Zero(t, s.Waited)
					}
				}
				require.Equal(t, c.waited, sum)
			})
		})
	}
}

// late is a gate that lets a call in after a while.
type late time.Duration

func (g late) Describe() task.Policy { return task.Policy{Gate: task.Admission{Kind: "late"}} }
func (g late) Enter(ctx context.Context, _ string) (uint64, error) {
	select {
	case <-time.After(time.Duration(g)):
		return 0, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}
func (g late) Answered(uint64, observe.Outcome) {}
func (g late) Left(uint64)                      {}
func (g late) Fresh() task.Gate                 { return g }
