package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

var update = flag.Bool("update", false, "write the golden files")

const golden = "testdata/graph.golden.json"

func TestGraph_golden(t *testing.T) {
	text, err := json.MarshalIndent(flowEveryKind.Graph(), "", "  ")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(golden, append(text, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(text)+"\n", "if that is meant: go test ./flow -run TestGraph_golden -update")
}

// The golden flow has every kind and every role, so that none is forgotten in its schema.
func TestGraph_goldenIsComplete(t *testing.T) {
	kinds, roles, policies := map[flow.Kind]bool{}, map[flow.Role]bool{}, map[string]bool{}
	g := flowEveryKind.Graph()
	for _, n := range g.Nodes {
		kinds[n.Kind] = true
		for _, p := range n.Policies {
			policies[p.Kind] = true
		}
	}
	for _, e := range g.Edges {
		roles[e.Role] = true
	}
	require.Len(t, kinds, 14)
	require.Len(t, roles, 6)
	require.Len(t, policies, 8)
	_, err := flowEveryKind.Do(plainCtx(), basket{"ada", []string{"bell", "book"}})
	require.NoError(t, err)
}

func TestGraph_nodesAndEdges(t *testing.T) {
	user := plus("user", 1)
	inner := flow.New("inner", func(in number) number { return flow.Step(user, in) })
	f := of(func(in number) number {
		a := flow.Step(user.Timeout(ms), in)
		b := flow.Step(user, a)
		return flow.After(flow.Step(inner.Task(), b), a)
	})
	g := f.Graph()
	var names []string
	for i, n := range g.Nodes {
		require.Equal(t, i, n.ID)
		names = append(names, n.Name)
	}
	require.Equal(t, []string{"in", "user", "user#2", "inner", "after"}, names)
	require.Equal(t, []flow.Edge{
		{From: 0, To: 1, Role: flow.RoleData, Type: "int"},
		{From: 1, To: 2, Role: flow.RoleData, Type: "int"},
		{From: 2, To: 3, Role: flow.RoleData, Type: "int"},
		{From: 3, To: 4, Role: flow.RoleData, Type: "int"},
		{From: 1, To: 4, Role: flow.RoleOrder, Type: "int"},
	}, g.Edges)
	require.Equal(t, 4, g.Output)
	require.Equal(t, []task.Policy{{Kind: "timeout", Limit: ms}}, g.Node(1).Policies)
	require.Empty(t, g.Node(2).Policies)
	require.Equal(t, user.Place(), *g.Node(2).TaskAt)
	nested := g.Node(3).Flow
	require.NotNil(t, nested)
	require.Equal(t, "inner", nested.Name)
	require.Equal(t, "user", nested.Node(1).Name, "names are scoped by flow")
	require.Equal(t, [...]string{"int", "int"}, [...]string{g.In, g.Out})
	require.Zero(t, g.Timeout+f.Timeout(ms).Graph().Timeout-ms)
}

func TestGraphNode_Run_misuse(t *testing.T) {
	g := of(func(in number) number {
		a := flow.Step(plus("one", 1), in)
		return flow.Map2(a, flow.Recover(a, func(context.Context, error) (int, error) { return 0, nil }), sum2)
	}).Graph()
	for want, inputs := range map[string]struct {
		node   int
		inputs []any
	}{
		"flow.GraphNode.Run: one of shop has 1 inputs, not 2":                                {1, []any{1, 2}},
		"flow.GraphNode.Run: sum2 of shop has 2 inputs, not 0":                               {3, nil},
		"flow.GraphNode.Run: one of shop takes a int as input 0, not a string":               {1, []any{"1"}},
		"flow.GraphNode.Run: sum2 of shop takes a int as input 1, not a int64":               {3, []any{1, int64(2)}},
		"flow.GraphNode.Run: in of shop is a int, not a string":                              {0, []any{"1"}},
		"flow.GraphNode.Run: in of shop is the input of the flow and takes one value, not 2": {0, []any{1, 2}},
		"flow.Failed without an error":                                                       {1, []any{flow.Failed{}}},
	} {
		v, err := g.Node(inputs.node).Run(plainCtx(), inputs.inputs)
		require.Nil(t, v)
		require.EqualError(t, err, want)
	}
	var read flow.Graph
	text, err := json.Marshal(g)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &read))
	_, err = read.Node(1).Run(plainCtx(), []any{1})
	require.EqualError(t, err, "flow.GraphNode.Run: one was not made by Flow.Graph")
	_, err = read.Resolve(plainCtx(), 1, errSoldOut)
	require.Equal(t, errSoldOut, err)
	_, err = g.Resolve(plainCtx(), "1", errSoldOut)
	require.EqualError(t, err, "flow.Graph: shop: the input is a string")
	again, err := json.Marshal(read)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(again))
}

// Run guards what it calls, and obeys ctx.
func TestGraphNode_Run_guards(t *testing.T) {
	g := of(func(in number) number {
		return flow.Step(panicking("bad", errSoldOut), flow.Map(in, func(int) int { goexit(); return 1 }))
	}).Graph()
	_, err := g.Node(1).Run(plainCtx(), []any{1})
	require.Error(t, err)
	_, err = g.Node(2).Run(plainCtx(), []any{1})
	require.ErrorIs(t, err, errSoldOut)
	_, err = g.Node(2).Run(canceledBy(errNoRoute), []any{1})
	require.ErrorIs(t, err, errNoRoute)
	require.False(t, errors.Is(err, errSoldOut))
}
