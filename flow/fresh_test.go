package flow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

func one(name string, t task.Task[string, string]) *flow.Flow[string, string] {
	return flow.New(name, func(in flow.Node[string]) flow.Node[string] { return flow.Step(t, in) })
}

// Whatever is around a gate, it is a fresh one.
func TestFresh_gatesHaveNoMemory(t *testing.T) {
	for name, gated := range map[string]func(item task.Task[string, string], g task.Gate) task.Task[string, string]{
		"alone": func(item task.Task[string, string], g task.Gate) task.Task[string, string] { return item.Gate(g) },
		"by key": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return item.GateBy(g, func(in string) string { return in })
		},
		"inside of policies": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return item.Timeout(time.Second).Gate(g).Retry(task.Retry{Attempts: 1})
		},
		"inside of a Wrap": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return guard.Share(item.Gate(g)).Timeout(time.Second)
		},
		"inside of a Hedge": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return item.Gate(g).Hedge(time.Second, nil)
		},
		"around a nested flow": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return one("inner", item).Task().Gate(g)
		},
		"in a nested flow": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return one("inner", item.Gate(g)).Task()
		},
		"in a wrapped one": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return guard.Share(one("inner", item.Gate(g)).Task())
		},
		"as a budget": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return item.Retry(task.Retry{Attempts: 2, If: func(error) bool { return true }, Budget: g})
		},
		"inside of what a Batch calls": func(item task.Task[string, string], g task.Gate) task.Task[string, string] {
			return guard.Batch(task.New("items", func(ctx context.Context, ids []string) (map[string]string, error) {
				v, err := item.Do(ctx, ids[0])
				return map[string]string{ids[0]: v}, err
			}).Gate(g), 10, time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slots := guard.Slots(1)
				_, err := slots.Enter(t.Context(), "") // nobody leaves
				require.NoError(t, err)
				calls := 0
				f := one("shop", gated(task.New("item", func(_ context.Context, in string) (string, error) {
					if calls++; name == "as a budget" && calls%2 == 1 {
						return "", errors.New("no answer")
					}
					return in, nil
				}), slots))
				_, err = f.Do(t.Context(), "bell")
				require.Error(t, err)
				calls = 0
				fresh := f.Fresh()
				for range 2 {
					got, err := fresh.Do(t.Context(), "bell")
					require.NoError(t, err)
					require.Equal(t, "bell", got)
				}
				calls = 0
				_, err = f.Do(t.Context(), "bell")
				require.Error(t, err, "the receiver is untouched")
				require.Equal(t, 1, slots.InUse())
				require.Equal(t, f.Graph().Nodes[1].Policies, fresh.Graph().Nodes[1].Policies)
			})
		})
	}
}

// A limit for several tasks is one limit for them in the fresh flow, wherever they are.
func TestFresh_oneGateStaysOne(t *testing.T) {
	var gates []task.Gate
	slots, budget := guard.Slots(1), guard.Budget(.1)
	item := task.New("item", func(_ context.Context, in string) (string, error) { return in, nil }).Gate(slots)
	inner := one("inner", item)
	f := flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
		a := flow.Step(item.Retry(task.Retry{Attempts: 2, Budget: budget}), in)
		return flow.Step(inner.Task(), flow.Step(item.Named("again"), a))
	})
	var nodes []string
	flow.FreshAround(engine.Seal{}, f, func(path []string, n flow.GraphNode, g task.Gate) task.Gate {
		gates, nodes = append(gates, g), append(nodes, n.Name)
		return g
	})
	require.Equal(t, []string{"item", "again", "item"}, nodes, "no budget")
	require.Same(t, gates[0], gates[1])
	require.Same(t, gates[0], gates[2])
	require.NotSame(t, slots, gates[0])
}

func TestFresh_aCacheHasAStoreOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		item := guard.Cache(task.New("item", func(_ context.Context, in string) (string, error) { calls++; return in, nil }), guard.NewLRU[string, string](10), time.Hour)
		f := one("shop", item)
		for _, each := range []*flow.Flow[string, string]{f, f.Fresh(), f, f.Fresh()} {
			_, err := each.Do(t.Context(), "bell")
			require.NoError(t, err)
			_, err = each.Do(t.Context(), "bell")
			require.NoError(t, err)
		}
		require.Equal(t, 3, calls)
	})
}

// A variant of a flow has a memory for what its calls share, as the flow has.
func TestVariants_remember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		item := guard.Memo(task.New("item", func(_ context.Context, in string) (string, error) { calls++; return in, nil }))
		f := flow.New("shop", func(in flow.Node[[]string]) flow.Node[[]string] { return flow.Each(item, in, 1) })
		page := flow.New("page", func(in flow.Node[[]string]) flow.Node[[]string] { return flow.Step(f.Task(), in) })
		call := func(ctx context.Context, _ any, call func(context.Context) (any, error)) (any, error) {
			return call(ctx)
		}
		for name, f := range map[string]*flow.Flow[[]string, []string]{
			"itself": f, "fresh": f.Fresh(), "in a flow": page.Fresh(),
			"intercepted": f.Intercept(func([]string, flow.GraphNode) flow.Interceptor { return call }),
		} {
			calls = 0
			_, err := f.Do(t.Context(), []string{"bell", "bell", "bell"})
			require.NoError(t, err)
			require.Equal(t, 1, calls, name)
		}
	})
}

// odd is a gate that cannot be compared.
type odd struct{ of []int }

func (odd) Describe() task.Policy                         { return task.Policy{Gate: task.Admission{Kind: "odd"}} }
func (odd) Enter(context.Context, string) (uint64, error) { return 0, nil }
func (odd) Answered(uint64, observe.Outcome)              {}
func (odd) Left(uint64)                                   {}
func (o odd) Fresh() task.Gate {
	if o.of == nil {
		return nil
	}
	return o
}

func TestFresh_oddGates(t *testing.T) {
	item := task.New("item", func(_ context.Context, in string) (string, error) { return in, nil })
	got, err := one("shop", item.Gate(odd{[]int{1}})).Fresh().Do(t.Context(), "bell")
	require.NoError(t, err)
	require.Equal(t, "bell", got)
	require.PanicsWithValue(t, "flow.Flow.Fresh: Fresh of flow_test.odd has returned nil", func() { one("shop", item.Gate(odd{})).Fresh() })
}
