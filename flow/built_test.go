package flow_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

type described = interface{ Graph() flow.Graph }

func double(n int) int { return 2 * n }

// A tool gets each flow that is finished, with the one that it was derived from, also those that a function keeps to itself.
func TestBuilt_eachFlowThatIsFinished(t *testing.T) {
	var made, from []described
	stop := flow.Built(func(m, f described) { made, from = append(made, m), append(from, f) })
	nested := flow.New("nested", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, double) })
	outer := flow.New("outer", func(in flow.Node[int]) flow.Node[int] { return flow.Step(nested.Task(), in) })
	limited := outer.Timeout(time.Second)
	stop()
	stop()
	flow.New("later", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, double) })
	require.Equal(t, []described{nested, outer, limited}, made)
	require.Equal(t, []described{nil, nil, outer}, from)
	require.Equal(t, time.Second, made[2].Graph().Timeout)
}

// Several tools may watch at once, and flows may be built at once.
func TestBuilt_concurrently(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var mu sync.Mutex
			mine := 0
			stop := flow.Built(func(made, _ described) {
				mu.Lock()
				defer mu.Unlock()
				mine++
			})
			for range 10 {
				flow.New("f", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, double) }).Reserve(time.Second)
			}
			stop()
			mu.Lock()
			defer mu.Unlock()
			require.GreaterOrEqual(t, mine, 20)
		})
	}
	wg.Wait()
}

func TestBuilt_nilFunction(t *testing.T) {
	require.PanicsWithValue(t, "flow.Built: nil function", func() { flow.Built(nil) })
}

func ExampleBuilt() {
	stop := flow.Built(func(made, from interface{ Graph() flow.Graph }) {
		fmt.Println(made.Graph().Name, made.Graph().Timeout, from != nil)
	})
	defer stop()
	page := flow.New("page", func(user flow.Node[string]) flow.Node[string] {
		return flow.Step(task.New("name", func(_ context.Context, user string) (string, error) { return "Ada", nil }), user)
	})
	page.Timeout(time.Second)
	// Output:
	// page 0s false
	// page 1s true
}

// The hash is that of the structure: limits, policies, places and the order of writing are not part of it.
func TestGraph_Hash(t *testing.T) {
	a := task.New("a", func(_ context.Context, n int) (int, error) { return n, nil })
	b := task.New("b", func(_ context.Context, n int) (int, error) { return n, nil })
	sum := func(a, b int) int { return a + b }
	hash := func(build func(in flow.Node[int]) flow.Node[int]) string { return flow.New("f", build).Graph().Hash() }
	first := hash(func(in flow.Node[int]) flow.Node[int] { return flow.Map2(flow.Step(a, in), flow.Step(b, in), sum) })
	require.Len(t, first, 32)
	same := flow.New("f", func(in flow.Node[int]) flow.Node[int] {
		second := flow.Step(b.Timeout(time.Second).Retry(task.Retry{Attempts: 2}), in)
		return flow.Map2(flow.Step(a, in), second, sum)
	}).Timeout(time.Minute).Reserve(time.Second).Graph()
	require.Equal(t, first, same.Hash())
	others := map[string]string{
		"what stands in": hash(func(in flow.Node[int]) flow.Node[int] {
			return flow.Map2(flow.Step(a, in), flow.Step(b.Fallback(7), in), sum)
		}),
		"an undo": hash(func(in flow.Node[int]) flow.Node[int] {
			undone := b.Undo(func(context.Context, int, int) error { return nil })
			return flow.Map2(flow.Step(a, in), flow.Step(undone, in), sum)
		}),
		"a catch": flow.New("f", func(in flow.Node[int]) flow.Node[int] { return flow.Map2(flow.Step(a, in), flow.Step(b, in), sum) }).
			Catch(func(context.Context, int, error) (int, error) { return 0, nil }).Graph().Hash(),
		"a dependency": hash(func(in flow.Node[int]) flow.Node[int] {
			v := flow.Step(a, in)
			return flow.Map2(v, flow.Step(b, v), sum)
		}),
		"arguments": hash(func(in flow.Node[int]) flow.Node[int] { return flow.Map2(flow.Step(b, in), flow.Step(a, in), sum) }),
		"a role": hash(func(in flow.Node[int]) flow.Node[int] {
			return flow.Map2(flow.Step(a, in), flow.Fallback(flow.Step(b, in), 0), sum)
		}),
		"the result": hash(func(in flow.Node[int]) flow.Node[int] {
			v := flow.Map2(flow.Step(a, in), flow.Step(b, in), sum)
			return flow.Also(flow.Map(in, double), v)
		}),
		"inside": hash(func(in flow.Node[int]) flow.Node[int] {
			nested := flow.New("a", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, double) })
			return flow.Map2(flow.Step(nested.Task(), in), flow.Step(b, in), sum)
		}),
	}
	seen := map[string]string{first: "the first"}
	for what, h := range others {
		require.Empty(t, seen[h], "%s changes the hash", what)
		seen[h] = what
	}
}

// What a node takes and makes has types, so that tools can describe them.
func TestGraphNode_Types(t *testing.T) {
	g := flow.New("f", func(in flow.Node[int]) flow.Node[string] {
		return flow.Map2(in, flow.Map(in, func(n int) []string { return nil }), func(int, []string) string { return "" })
	}).Graph()
	in, out := g.Node(g.Output).Types()
	require.Equal(t, "[int []string] string", fmt.Sprint(in, out))
	in, out = flow.GraphNode{}.Types()
	require.Nil(t, in)
	require.Nil(t, out)
}

func ExampleGraph_Hash() {
	name := task.New("name", func(_ context.Context, user string) (string, error) { return "Ada", nil })
	page := func(name task.Task[string, string]) *flow.Flow[string, string] {
		return flow.New("page", func(user flow.Node[string]) flow.Node[string] { return flow.Step(name, user) })
	}
	was := page(name).Graph().Hash()
	fmt.Println(page(name.Timeout(time.Second)).Graph().Hash() == was)
	fmt.Println(page(name.Named("title")).Graph().Hash() == was)
	// Output:
	// true
	// false
}

func ExampleGraphNode_Types() {
	length := task.New("length", func(_ context.Context, text string) (int, error) { return len(text), nil })
	g := flow.New("page", func(text flow.Node[string]) flow.Node[int] { return flow.Step(length, text) }).Graph()
	in, out := g.Node(g.Output).Types()
	fmt.Println(in, out)
	// Output: [string] int
}
