package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// through is middleware that changes nothing.
func through(inside task.Func[int, int]) task.Func[int, int] {
	return func(ctx context.Context, n int) (int, error) { return inside(ctx, n) }
}

// What stands in inside of a Wrap is a loss as it is outside of it, for Degraded and for observers.
func TestDegraded_whatStandsInInsideOfAWrap(t *testing.T) {
	rescued := func(context.Context, int, error) (int, error) { return 7, nil }
	rules := flow.New("rules", func(in number) number {
		return flow.Fallback(flow.Step(failing("muted", errNoRoute), in), 7)
	}).Task()
	bad := func() task.Task[int, int] { return failing("item", errNoRoute) }
	for name, c := range map[string]struct {
		tk   task.Task[int, int]
		lost string
	}{
		"Fallback":              {bad().Fallback(7).Wrap(through), "item"},
		"Recover":               {bad().Recover(rescued).Wrap(through), "item"},
		"two of them":           {bad().Fallback(7).Wrap(through).Wrap(through), "item"},
		"with policies around":  {bad().Fallback(7).Wrap(through).Timeout(100 * ms).Retry(task.Retry{Attempts: 2}), "item"},
		"with OnError between":  {bad().Fallback(7).Wrap(through).OnError(func(context.Context, int, error) {}).Wrap(through), "item"},
		"with policies between": {bad().Fallback(7).Wrap(through).Timeout(100 * ms).Wrap(through), "item"},
		"a flow":                {rules.Named("item").Wrap(through), "item/muted"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, observed := range []bool{false, true} {
				inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
					if observed {
						ctx = observe.With(ctx, &witness{diary: newDiary()})
					}
					var lost []string
					f := of(func(in number) number { return flow.Step(c.tk, in) }).Degraded(func(out int, losses []flow.Loss) int {
						for _, l := range losses {
							require.ErrorIs(t, l.Err, errNoRoute)
							lost = append(lost, l.Node)
						}
						return out + 1
					})
					v, err := f.Do(ctx, 1)
					require.NoError(t, err)
					require.Equal(t, 8, v)
					require.Equal(t, []string{c.lost}, lost)
				})
			}
		})
	}
	t.Run("an element", func(t *testing.T) {
		inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
			var lost []flow.Loss
			f := flow.New("shop", func(in flow.Node[[]int]) flow.Node[[]int] { return flow.Each(bad().Fallback(7).Wrap(through), in, 2) }).
				Degraded(func(out []int, losses []flow.Loss) []int { lost = losses; return out })
			_, err := f.Do(ctx, []int{1, 2, 3})
			require.NoError(t, err)
			require.Len(t, lost, 1)
			require.Equal(t, "item", lost[0].Node)
			require.Equal(t, 3, lost[0].Count)
		})
	})
}

// What a task that the function calls puts in place of a failure is that task's affair, and so is what the middleware does.
func TestDegraded_whatIsNoLoss(t *testing.T) {
	ignores := func(inside task.Func[int, int]) task.Func[int, int] {
		return func(ctx context.Context, n int) (int, error) {
			if _, err := inside(ctx, n); err != nil {
				return 7, nil
			}
			return n, nil
		}
	}
	other := failing("other", errNoRoute).Fallback(7).Wrap(through)
	calls := task.New("item", func(ctx context.Context, n int) (int, error) { return other.Do(ctx, n) })
	for _, tk := range []task.Task[int, int]{failing("item", errNoRoute).Wrap(ignores), calls.Fallback(0).Wrap(through)} {
		inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
			f := of(func(in number) number { return flow.Step(tk, in) }).Degraded(func(int, []flow.Loss) int { return 0 })
			v, err := f.Do(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, 7, v)
		})
	}
}
