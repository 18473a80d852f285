package diagram_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// The shop whose runs are drawn.

const milli = time.Millisecond

// call is a task that takes a while, unless ctx ends first.
func call(name string, takes time.Duration, err error) task.Task[string, string] {
	return task.New(name, func(ctx context.Context, s string) (string, error) {
		select {
		case <-time.After(takes):
			return s, err
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	})
}

// two joins two inputs for a task of one.
func two(a, b flow.Node[string]) flow.Node[string] {
	return flow.Map2(a, b, func(a, _ string) string { return a })
}

func same(s string) string { return s }

// shopPage is a page whose coupons may be slow, and whose item may fail.
func shopPage(coupons time.Duration, item error) *flow.Flow[string, string] {
	return flow.New("order-page", func(in flow.Node[string]) flow.Node[string] {
		found := flow.Step(call("item", 40*milli, item), flow.Map(in, same))
		address := flow.Step(call("address", 60*milli, nil), flow.Map(in, same))
		coins := flow.Step(call("coins", 20*milli, errors.New("coins: connection refused")), flow.Map(in, same))
		offers := flow.Step(call("coupons", coupons, nil).Timeout(300*milli).Fallback("none"), two(found, address))
		freight := flow.Step(call("freight", 80*milli, nil).Retry(task.Retry{Attempts: 3}), two(found, address))
		return flow.Map4(found, flow.Try(coins), offers, freight,
			func(a string, _ future.Result[string], _, _ string) string { return a })
	}).Timeout(500 * milli)
}

// nestedPage has a flow in it, a choice and elements.
func nestedPage() *flow.Flow[string, string] {
	inner := flow.New("recommend", func(in flow.Node[string]) flow.Node[string] {
		return two(flow.Step(call("history", 30*milli, nil), in), flow.Step(call("similar", 10*milli, nil), in))
	})
	return flow.New("home", func(in flow.Node[string]) flow.Node[string] {
		user := flow.Step(call("user", 15*milli, nil), in)
		price := flow.Either(flow.Map(user, func(string) bool { return false }),
			flow.Step(call("vip-price", 10*milli, nil), user), flow.Step(call("price", 10*milli, nil), user))
		stock := flow.Each(call("stock", 8*milli, nil), flow.Map(user, func(string) []string { return []string{"a", "b", "c"} }), 2)
		known := flow.Require(flow.Map(user, func(string) bool { return true }), errors.New("nobody"))
		shown := flow.Map3(flow.Step(inner.Task(), user), price, stock, func(a, _ string, _ []string) string { return a })
		return flow.After(shown, known)
	})
}

// traceOf is the trace of a run, in virtual time.
func traceOf(t *testing.T, f *flow.Flow[string, string]) *trace.Trace {
	t.Helper()
	var seen *trace.Trace
	synctest.Test(t, func(t *testing.T) {
		ctx := observe.With(t.Context(), trace.NewRecorder(func(t *trace.Trace) { seen = t }))
		_, _ = future.Run(ctx, func(ctx context.Context) (string, error) { return f.Do(ctx, "o-1") })
	})
	require.NotNil(t, seen)
	return seen
}

// hostileNames are names that try to be something else.
var hostileNames = []string{
	"</script><script>alert(1)</script>", `quotes " and ' and ` + "`", "line\nbreak", "עברית שלום עולם", "🚀👩‍👩‍👧 emoji 🎉",
	"获取订单商品信息", strings.Repeat("long name ", 30), "\u202eevil", "</style></svg>]]>", "\x00nul\xff", "", "{{.}} ${x} &amp;",
	strings.Repeat("W", 30), strings.Repeat("商", 60), strings.Repeat("👩‍👩‍👧", 20), strings.Repeat("Щ", 40), "<!-- ﷽ -->", "javascript:alert(3)",
}

// hostile is a graph, and a run, with those names wherever one can be.
func hostile() (flow.Graph, *trace.Trace) {
	g := flow.Graph{Name: hostileNames[0], Nodes: []flow.GraphNode{{Kind: flow.KindIn, Name: "in"}}}
	t := &trace.Trace{Name: g.Name, Run: 7, Spans: []trace.Span{{Parent: -1, Flow: g.Name, End: 200 * milli, Status: observe.StatusFailed, Err: hostileNames[0]}}}
	for i, n := range hostileNames {
		g.Nodes = append(g.Nodes, flow.GraphNode{ID: i + 1, Kind: flow.KindStep, Name: n, Out: n, In: n, Place: observe.Place{File: n}})
		g.Edges = append(g.Edges, flow.Edge{From: 0, To: i + 1, Role: flow.RoleData, Type: n})
		t.Spans = append(t.Spans, trace.Span{
			ID: i + 1, Kind: observe.KindNode, Node: n, Flow: g.Name, Task: n, Place: observe.Place{File: n}, End: time.Duration(i) * 10 * milli,
			Status: observe.Status(i % 6), Err: n, Panic: n, Stack: n,
		})
	}
	g.Nodes = append(g.Nodes, flow.GraphNode{ID: len(g.Nodes), Kind: flow.KindAny, Name: "any"})
	for i := range hostileNames {
		g.Edges = append(g.Edges, flow.Edge{From: i + 1, To: len(hostileNames) + 1, Role: flow.RoleData, Type: "x"})
	}
	g.Output = len(hostileNames) + 1
	return g, t
}

// busyPage is a page of 24 calls in four layers, some of them optional, one in a flow of its own.
func busyPage() *flow.Flow[string, string] {
	reviews := flow.New("reviews", func(in flow.Node[string]) flow.Node[string] {
		list := flow.Step(call("review-list", 35*milli, nil), in)
		return two(flow.Step(call("review-authors", 25*milli, nil), list), list)
	})
	return flow.New("product-page", func(in flow.Node[string]) flow.Node[string] {
		optional := func(n flow.Node[string]) flow.Node[string] {
			return flow.Map(flow.Try(n), func(r future.Result[string]) string { return r.Value })
		}
		step := func(name string, takes time.Duration, err error, from flow.Node[string]) flow.Node[string] {
			return flow.Step(call(name, takes, err), from)
		}
		session := step("session", 12*milli, nil, flow.Map(in, same))
		item := step("item", 40*milli, nil, flow.Map(in, same))
		flags := step("feature-flags", 6*milli, nil, in)
		user := step("user-profile", 30*milli, nil, session)
		address := step("address", 25*milli, nil, session)
		cart := step("cart", 28*milli, nil, session)
		price := step("price", 22*milli, nil, two(item, flags))
		stock := step("stock", 60*milli, nil, item)
		images := step("images", 18*milli, nil, item)
		seller := step("seller", 33*milli, nil, item)
		about := flow.Step(reviews.Task(), item)
		category := step("category", 15*milli, nil, item)
		coupons := optional(step("coupons", 45*milli, errors.New("coupons: connection refused"), two(user, price)))
		freight := step("freight", 50*milli, nil, two(address, stock))
		tax := step("tax", 20*milli, nil, two(address, price))
		points := flow.Step(call("loyalty-points", 300*milli, nil).Timeout(60*milli).Fallback("none"), user)
		related := optional(step("related-items", 70*milli, nil, two(category, user)))
		ads := optional(step("sponsored-items", 55*milli, nil, two(category, flags)))
		rating := step("seller-rating", 20*milli, nil, seller)
		wish := step("wish-list", 24*milli, nil, user)
		total := step("total", 15*milli, nil, flow.Map4(freight, tax, coupons, points, func(a, _, _, _ string) string { return a }))
		crumbs := step("breadcrumbs", 8*milli, nil, category)
		meta := step("page-meta", 10*milli, nil, two(item, crumbs))
		top := flow.Map6(total, images, about, related, ads, rating, func(a, _, _, _, _, _ string) string { return a })
		return flow.Map4(top, wish, cart, meta, func(a, _, _, _ string) string { return a })
	}).Timeout(400 * milli)
}

// thousand is a graph of a thousand calls in twenty layers, and a run of it.
func thousand() (flow.Graph, *trace.Trace) { return layered(1000, 50) }

// layered is a graph of that many calls in layers, and a run of it.
func layered(size, wide int) (flow.Graph, *trace.Trace) {
	r := rand.New(rand.NewPCG(1, 2))
	g := flow.Graph{Name: "thousand", Nodes: []flow.GraphNode{{Kind: flow.KindIn, Name: "in"}}}
	t := &trace.Trace{Name: g.Name, Run: 8, Spans: []trace.Span{{Parent: -1, Flow: g.Name}}}
	layer, next := []int{0}, []int{}
	ends := map[int]time.Duration{}
	for i := 1; i <= size; i++ {
		name := fmt.Sprintf("call-%d", i)
		g.Nodes = append(g.Nodes, flow.GraphNode{ID: i, Kind: flow.KindStep, Name: name, Out: "int"})
		s := trace.Span{ID: i, Kind: observe.KindNode, Node: name, Flow: g.Name, Task: name}
		for range 2 {
			from := layer[r.IntN(len(layer))]
			g.Edges = append(g.Edges, flow.Edge{From: from, To: i, Role: flow.RoleData, Type: "int"})
			s.Start = max(s.Start, ends[from])
			if from > 0 {
				s.Inputs = append(s.Inputs, g.Nodes[from].Name)
			}
		}
		s.End = s.Start + time.Duration(1+r.IntN(20))*milli
		ends[i] = s.End
		t.Spans = append(t.Spans, s)
		t.Spans[0].End = max(t.Spans[0].End, s.End)
		if next = append(next, i); len(next) == wide {
			layer, next = next, nil
		}
	}
	g.Output = size
	return g, t
}
