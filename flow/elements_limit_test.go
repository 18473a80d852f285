package flow_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// told is an observer that notes how calls of a kind end, and when.
type told struct {
	kind observe.Kind
	mu   sync.Mutex
	all  []string
}

func (o *told) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Kind != o.kind {
		return ctx, nil
	}
	return ctx, func(out observe.Outcome) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.all = append(o.all, fmt.Sprint(c.Node, " ", c.Element, " ", out.Status, " ", out.Class, " ", out.Elapsed))
	}
}

// An element that is given up at the limit is told as a straggler then, as a node is, and when it returns.
func TestElements_givenUpAtTheLimitAreStragglers(t *testing.T) {
	some := task.New("some", func(_ context.Context, in int) (int, error) { time.Sleep(time.Minute); return in, nil })
	list := func(in number) flow.Node[[]int] { return flow.Map(in, func(int) []int { return make([]int, 3) }) }
	for what, build := range map[string]func(in number) number{
		"Each": func(in number) number { return flow.Map(flow.Each(some, list(in), 2), func([]int) int { return 0 }) },
		"SettleEach": func(in number) number {
			return flow.Map(flow.SettleEach(some, list(in), 2), func([]future.Result[int]) int { return 0 })
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &told{kind: observe.KindElement}
				ctx, scope := future.WithScope(observe.With(t.Context(), o), future.Unobserved(func(error) {}))
				_, _ = flow.New("page", build).Timeout(10*time.Millisecond).Do(ctx, 1)
				time.Sleep(time.Second)
				synctest.Wait()
				o.mu.Lock()
				require.Equal(t, []string{"some 0 straggler timeout 10ms", "some 1 straggler timeout 10ms"}, slices.Sorted(slices.Values(o.all)))
				o.all = nil
				o.mu.Unlock()
				require.NoError(t, scope.Close())
				require.Equal(t, []string{"some 0 ok none 1m0s", "some 1 ok none 1m0s"}, slices.Sorted(slices.Values(o.all)))
			})
		})
	}
}

// What nothing needs any more, as something else was late, is no loss.
func TestSettleEach_thatIsDroppedAtTheLimitIsNoLoss(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			var lost []string
			f := flow.New("page", func(in number) number {
				slow := flow.Step(task.New("slow", func(_ context.Context, in int) (int, error) { time.Sleep(time.Minute); return in, nil }), in)
				some := flow.SettleEach(task.New("some", func(ctx context.Context, in int) (int, error) { return in, wait(ctx, time.Hour) }), flow.Map(in, func(int) []int { return make([]int, 2) }), 2)
				both := flow.Map2(slow, flow.Map(some, func([]future.Result[int]) int { return 0 }), sum2)
				return flow.Recover(both, func(ctx context.Context, _ error) (int, error) { return 1, wait(ctx, time.Millisecond) })
			}).Timeout(20 * time.Millisecond).Reserve(10 * time.Millisecond).Degraded(func(out int, all []flow.Loss) int {
				for _, l := range all {
					lost = append(lost, fmt.Sprint(l.Node, " ", l.Class))
				}
				return out
			})
			ctx, scope := future.WithScope(t.Context())
			_, err := f.Do(ctx, 1)
			require.NoError(t, err)
			require.NoError(t, scope.Close())
			require.Equal(t, []string{"slow timeout"}, lost)
		})
	}
}
