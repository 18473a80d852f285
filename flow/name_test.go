package flow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
)

type purchase struct{ user string }

func (o purchase) UserID() string   { return o.user }
func (o *purchase) Pointer() string { return o.user }

type site struct{ purchase } // whose methods are promoted

type crate[T any] struct{ v T }

func (b crate[T]) Open() string { return fmt.Sprint(b.v) }

func shown(o purchase) string        { return o.user }
func spelt[T any](v T) string        { return fmt.Sprint(v) }
func func1(o purchase) string        { return o.user } // a name as the compiler gives it
func glue(a, b string) string        { return a + b }
func lead[A, B any](a A, _ B) string { return fmt.Sprint(a) }
func patch(context.Context, error) (string, error) {
	return "", nil
}

// nameOf is what the only node between input and output is called.
func nameOf[In any](node func(flow.Node[In]) flow.Node[string]) string {
	f := flow.New("f", node)
	g := f.Graph()
	return g.Node(g.Output).Name
}

func mapped[In any](fn func(In) string) string {
	return nameOf(func(in flow.Node[In]) flow.Node[string] { return flow.Map(in, fn) })
}

func TestMap_isCalledAfterItsFunction(t *testing.T) {
	some := purchase{"ann"}
	closure := func(o purchase) string { return some.user }
	for want, got := range map[string]string{
		"shown":            mapped(shown),
		"purchase.UserID":  mapped(purchase.UserID),
		"purchase.Pointer": mapped((*purchase).Pointer),
		"ToUpper":          mapped(strings.ToUpper),
		"Stringer.String":  mapped(fmt.Stringer.String),
		"crate.Open":       mapped(crate[map[string]int].Open),
		"glue":             nameOf(func(in flow.Node[string]) flow.Node[string] { return flow.Map2(in, in, glue) }),
		"patch":            nameOf(func(in flow.Node[string]) flow.Node[string] { return flow.Recover(in, patch) }),
		"any":              nameOf(func(in flow.Node[string]) flow.Node[string] { return flow.Any(in, in) }),
	} {
		require.Equal(t, want, got)
	}
	require.Contains(t, []string{"site.UserID", "purchase.UserID", "map"}, mapped(site.UserID))
	for _, got := range []string{
		mapped(closure), mapped(func(o purchase) string { return o.user }), mapped(func1),
		nameOf(func(in flow.Node[purchase]) flow.Node[string] {
			return flow.Map(in, func(purchase) string { return "" })
		}),
		mapped(spelt[purchase]), nameOf(func(in flow.Node[purchase]) flow.Node[string] { return flow.Map2(in, in, lead[purchase, purchase]) }),
	} {
		t.Log(got)
		require.Contains(t, []string{"map", "spelt", "lead"}, got)
	}
	require.Equal(t, "prefix.before", mapped(prefix{"a"}.before), "a method value")
}

type prefix struct{ text string }

func (p prefix) before(s string) string { return p.text + s }

// A task has its name, whatever quick function is built before it and called the same.
func TestMap_namesOfTasksComeFirst(t *testing.T) {
	f := flow.New("f", func(in number) number {
		return flow.Step(plus("twice", 1), flow.Map(flow.Map(in, twice), twice))
	})
	var names []string
	for _, n := range f.Graph().Nodes {
		names = append(names, n.Name)
	}
	require.Equal(t, []string{"in", "twice#2", "twice#3", "twice"}, names)
	g := f.Graph()
	require.Equal(t, flow.KindStep, g.Node(g.Output).Kind)
}

func twice(n int) int { return 2 * n }

func TestNamed_isTheNameEverywhere(t *testing.T) {
	f := of(func(in number) number {
		seller := flow.Named(flow.Step(failing("user", errSoldOut), in), "seller")
		return flow.Map2(seller, flow.Step(plus("total", 1), flow.Named(flow.Map(in, func(n int) int { return n }), "amount")), sum2)
	})
	_, err := f.Do(plainCtx(), 1)
	require.ErrorContains(t, err, "shop: seller (")
	var names []string
	for _, n := range f.Graph().Nodes {
		names = append(names, n.Name)
	}
	require.Equal(t, []string{"in", "seller", "amount", "total", "sum2"}, names)
	require.Equal(t, "user", f.Graph().Node(1).Task)
}

func TestNamed_mistakes(t *testing.T) {
	require.PanicsWithValue(t, "flow.Named: zero Node", func() { flow.Named(number{}, "x") })
	require.PanicsWithValue(t, "flow.Named: empty name", func() {
		of(func(in number) number { return flow.Named(flow.Map(in, twice), "") })
	})
	require.PanicsWithValue(t, `flow.Named: name "a#2" has a # in it: #, [, ] and / number names and join them to paths`, func() {
		of(func(in number) number { return flow.Named(flow.Map(in, twice), "a#2") })
	})
	require.PanicsWithValue(t, "flow.Named: y has a name already: x", func() {
		of(func(in number) number { return flow.Named(flow.Named(flow.Map(in, twice), "x"), "y") })
	})
	require.PanicsWithValue(t, "flow.New: shop: two nodes are called x ("+here(2)+" and "+here(2)+")", func() {
		of(func(in number) number {
			return flow.Named(flow.Map(flow.Named(flow.Map(in, twice), "x"), twice), "x")
		})
	})
	var kept number
	of(func(in number) number { kept = in; return in })
	require.PanicsWithValue(t, "flow.Named: a node of a flow that is built already", func() { flow.Named(kept, "x") })
}
