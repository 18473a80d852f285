package flow_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// passOn is an interceptor that changes nothing.
func passOn(ctx context.Context, _ any, call func(context.Context) (any, error)) (any, error) {
	return call(ctx)
}

// Interceptors that pass everything on change no answer, of no kind of node, at no depth.
func TestIntercept_passesOn(t *testing.T) {
	inner := everyKind("inner")
	for name, f := range map[string]*flow.Flow[int, int]{
		"alone":  everyKind("shop"),
		"nested": of(func(in number) number { return flow.Step(inner.Task().Timeout(time.Minute), in) }),
	} {
		t.Run(name, func(t *testing.T) {
			var paths []string
			g := f.Intercept(func(path []string, n flow.GraphNode) flow.Interceptor {
				if n.Flow != nil {
					return nil
				}
				paths = append(paths, strings.Join(append(path, n.Name), "/"))
				return passOn
			})
			for n := 1; n < 5; n++ {
				v, err := g.Do(plainCtx(), n)
				require.NoError(t, err)
				require.Equal(t, answerFor(n), v)
			}
			_, err := g.Do(plainCtx(), 5)
			require.ErrorIs(t, err, errSoldOut)
			require.Len(t, paths, 8, "%q", paths)
			if name == "nested" {
				require.Contains(t, paths, "inner/moody")
			}
			require.Equal(t, f.Graph().Nodes[1].Place, g.Graph().Nodes[1].Place)
		})
	}
}

// The policies of a task are around what stands in for its function; those of the original do not know of it.
func TestIntercept_isInsideOfThePolicies(t *testing.T) {
	var mu sync.Mutex
	calls := map[string]int{}
	failing := func(_ context.Context, in any, _ func(context.Context) (any, error)) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		calls[fmt.Sprint(in)]++
		return nil, errNoRoute
	}
	deep := flow.New("deep", func(in number) number {
		return flow.Step(plus("price", 1).Retry(task.Retry{Attempts: 3, If: always}), in)
	})
	f := of(func(in number) number {
		list := flow.Each(plus("list", 1).Fallback(-3), flow.Map(in, func(n int) []int { return []int{n + 1, n + 2} }), 2)
		return flow.Map2(flow.Step(deep.Task().Fallback(-1), in), list, func(a int, b []int) int { return a + b[0] + b[1] })
	})
	g := f.Intercept(func(_ []string, n flow.GraphNode) flow.Interceptor {
		if n.Flow != nil {
			return nil
		}
		return failing
	})
	v, err := g.Do(plainCtx(), 10)
	require.NoError(t, err)
	require.Equal(t, -1-3-3, v)
	require.Equal(t, map[string]int{"10": 3, "11": 1, "12": 1}, calls)

	v, err = f.Do(plainCtx(), 10)
	require.NoError(t, err)
	require.Equal(t, 11+12+13, v, "the flow itself is as it was")
}

// One may be put around another, around a flow as a whole too; a task is found by its origin.
func TestIntercept_again(t *testing.T) {
	item := plus("item", 1)
	inner := flow.New("inner", func(in number) number { return flow.Step(item.Named("thing"), in) })
	f := of(func(in number) number { return flow.Step(inner.Task().Named("part"), in) })
	times := func(t task.Task[int, int], by int) func([]string, flow.GraphNode) flow.Interceptor {
		return func(_ []string, n flow.GraphNode) flow.Interceptor {
			if !flow.Calls(n, t) {
				return nil
			}
			return func(ctx context.Context, _ any, call func(context.Context) (any, error)) (any, error) {
				v, err := call(ctx)
				return v.(int) * by, err
			}
		}
	}
	g := f.Intercept(times(item, 3)).Intercept(times(item, 5)).Intercept(times(inner.Task(), 7))
	v, err := g.Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Equal(t, 2*3*5*7, v)

	// A variant of a flow counts as that flow: under one name, both may be there.
	both := of(func(in number) number {
		other := inner.Intercept(times(item, 3))
		return flow.Map2(flow.Step(inner.Task(), in), flow.Step(other.Task(), in), sum2)
	})
	v, err = both.Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Equal(t, 2+2*3, v)
}

func TestIntercept_aResultOfTheWrongType(t *testing.T) {
	returns := func(v any) func([]string, flow.GraphNode) flow.Interceptor {
		return func([]string, flow.GraphNode) flow.Interceptor {
			return func(context.Context, any, func(context.Context) (any, error)) (any, error) { return v, nil }
		}
	}
	f := of(func(in number) number { return flow.Step(plus("item", 1), in) })
	_, err := f.Intercept(returns("seven")).Do(plainCtx(), 1)
	require.ErrorContains(t, err, "flow.Flow.Intercept: the interceptor of item returned a string, not a int")
	v, err := f.Intercept(returns(nil)).Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Zero(t, v)
	require.PanicsWithValue(t, "flow.Flow.Intercept: nil function", func() { f.Intercept(nil) })
}

func ExampleFlow_Intercept() {
	page := flow.New("page", func(id flow.Node[string]) flow.Node[Item] { return flow.Step(FetchItem, id) })
	loud := page.Intercept(func(_ []string, n flow.GraphNode) flow.Interceptor {
		return func(ctx context.Context, in any, call func(context.Context) (any, error)) (any, error) {
			v, err := call(ctx)
			fmt.Printf("%s(%v) = %v, %v\n", n.Name, in, v, err)
			return v, err
		}
	})
	item, err := loud.Do(context.Background(), "bell")
	fmt.Println(item, err)
	// Output:
	// item(bell) = {brass bell 1900}, <nil>
	// {brass bell 1900} <nil>
}

// An Interceptor may answer in place of the function.
func ExampleInterceptor() {
	var sold flow.Interceptor = func(context.Context, any, func(context.Context) (any, error)) (any, error) {
		return nil, errNoItem
	}
	page := flow.New("page", func(id flow.Node[string]) flow.Node[Item] { return flow.Step(FetchItem.Fallback(Item{Name: "?"}), id) })
	fmt.Println(page.Intercept(func([]string, flow.GraphNode) flow.Interceptor { return sold }).Do(context.Background(), "bell"))
	// Output:
	// {? 0} <nil>
}

func ExampleCalls() {
	page := flow.New("page", func(id flow.Node[string]) flow.Node[Item] { return flow.Step(FetchItem.Named("bell"), id) })
	for _, n := range page.Graph().Nodes {
		fmt.Println(n.Name, flow.Calls(n, FetchItem))
	}
	// Output:
	// in false
	// bell true
}

func always(error) bool { return true }

// An intercepted flow is seen by an observer as any other.
func TestIntercept_isSeen(t *testing.T) {
	f := everyKind("shop")
	told := func(f *flow.Flow[int, int]) map[string]observe.Status {
		var mu sync.Mutex
		all := map[string]observe.Status{}
		o := telling(func(c observe.Call, o observe.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			all[c.Kind.String()+" "+c.Node] = o.Status
		})
		_, err := f.Do(observe.With(plainCtx(), o), 2)
		require.NoError(t, err)
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(all)
	}
	g := f.Intercept(func([]string, flow.GraphNode) flow.Interceptor { return passOn })
	require.Subset(t, slices.Collect(maps.Keys(told(g))), []string{"run ", "node moody", "node one"})
}
