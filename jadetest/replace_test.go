package jadetest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// A task is replaced wherever it is called, under any name and at any depth, inside of its policies.
func TestReplace_atAnyDepth(t *testing.T) {
	item := task.New("item", func(context.Context, int) (int, error) { return 0, future.ErrGoexit })
	inner := flow.New("inner", func(in number) number { return flow.Step(item.Named("thing").Fallback(-1), in) })
	f := flow.New("page", func(in number) number {
		list := flow.Each(item, flow.Map(in, func(n int) []int { return []int{n} }), 1)
		return flow.Map3(flow.Step(item, in), flow.Step(inner.Task(), in), list, func(a, b int, c []int) int { return 100*a + 10*b + c[0] })
	})
	g := jadetest.Replace(f, item, func(_ context.Context, n int) (int, error) { return n + 1, nil })
	v, err := g.Do(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, 222, v)
	_, err = f.Do(t.Context(), 1)
	require.ErrorIs(t, err, future.ErrGoexit, "the flow itself is as it was")

	g = jadetest.Replace(g, inner.Task(), func(context.Context, int) (int, error) { return 7, nil })
	v, err = g.Do(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, 272, v)
	g = jadetest.Replace(g, item, func(context.Context, int) (int, error) { return 3, nil })
	v, err = g.Do(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, 373, v, "the last one counts")
}

// An argument of an interface type may be nil.
func TestReplace_ofANilArgument(t *testing.T) {
	says := task.New("says", func(_ context.Context, err error) (string, error) { return "", nil })
	f := flow.New("page", func(in flow.Node[error]) flow.Node[string] { return flow.Step(says, in) })
	g := jadetest.Replace(f, says, func(_ context.Context, err error) (string, error) { return fmt.Sprint(err), nil })
	v, err := g.Do(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "<nil>", v)
}

func TestReplace_misuse(t *testing.T) {
	same := func(_ context.Context, n int) (int, error) { return n, nil }
	f := one(quick("a"))
	require.PanicsWithValue(t, "jadetest.Replace: one does not call b", func() { jadetest.Replace(f, quick("b"), same) })
	require.PanicsWithValue(t, "jadetest.Replace: zero Task", func() { jadetest.Replace(f, task.Task[int, int]{}, same) })
	require.PanicsWithValue(t, "jadetest.Replace: nil function", func() { jadetest.Replace[int, int, int, int](f, quick("a"), nil) })
	require.PanicsWithValue(t, "jadetest.Replace: nil Flow", func() { jadetest.Replace[int, int](nil, quick("a"), same) })
}

func ExampleReplace() {
	fetchItem := task.New("item", func(context.Context, string) (string, error) { panic("asks a service") })
	page := flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(fetchItem, id) })

	fake := jadetest.Replace(page, fetchItem, func(_ context.Context, id string) (string, error) { return "a fake " + id, nil })
	fmt.Println(fake.Do(context.Background(), "bell"))
	// Output:
	// a fake bell <nil>
}
