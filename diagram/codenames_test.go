package diagram_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// codeNames are names that mean something in a language that draws charts.
var codeNames = []string{
	`</script><script>alert(1)</script>`, `a"]; b["c`, `"`, `\`, `\"`, `\n`, `\N`, "a`b`", "`**bold**`", `end`, `end; end`, `#`, `#quot;`, `#35;`,
	`&lt;b&gt;`, `<b>bold</b>`, `%%{init: {}}%%`, `%% comment`, `--> x`, `a|b`, `{x}`, `[[x]]`, `(x)`, `:::class`, `click n0 "javascript:alert(1)"`,
	`style n0 fill:red`, `subgraph x`, `$$x^2$$`, `http://example.com`, `- a list`, `1. a list`, `# a title`, `* * *`, `a_b_c`, `__x__`, `~~x~~`,
	"标题 🎉", "👩‍👩‍👧", "مرحبا", "é", strings.Repeat("long ", 6) + "end", "A --- B", "o---o", "x", "default", "graph", "class", "_", ".", ",", "'", "´",
}

// codeRun is a trace whose nodes have those names.
func codeRun(names []string) *trace.Trace {
	run := &trace.Trace{Name: names[0], Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, Flow: names[0], End: ms}}}
	for i, name := range names {
		s := trace.Span{ID: i + 1, Kind: observe.KindNode, Node: name, End: ms}
		if i > 0 {
			s.Inputs = []string{names[i-1]}
			s.Start = ms
		}
		run.Spans = append(run.Spans, s)
	}
	return run
}

// randomGraph has nodes of every kind, and nested flows.
func randomGraph(r *rand.Rand, deep int) flow.Graph {
	kinds := []flow.Kind{flow.KindStep, flow.KindStep, flow.KindMap, flow.KindAfter, flow.KindEither, flow.KindEach, flow.KindAlso, flow.KindTry, flow.KindRecover, flow.KindAny}
	roles := []flow.Role{flow.RoleData, flow.RoleData, flow.RoleOrder, flow.RoleCondition, flow.RoleYes, flow.RoleNo, flow.RoleEffect}
	g := flow.Graph{Name: fmt.Sprintf("graph %d", r.IntN(100)), Nodes: []flow.GraphNode{{Kind: flow.KindIn, Name: "in"}}}
	for i := 1; i < 3+r.IntN(8); i++ {
		n := flow.GraphNode{ID: i, Kind: kinds[r.IntN(len(kinds))], Name: fmt.Sprintf("node %d %s", i, codeNames[r.IntN(len(codeNames))]), Out: "string"}
		if deep > 0 && n.Kind == flow.KindStep && r.IntN(3) == 0 {
			inner := randomGraph(r, deep-1)
			n.Flow = &inner
		}
		g.Nodes = append(g.Nodes, n)
		for range 1 + r.IntN(2) {
			g.Edges = append(g.Edges, flow.Edge{From: r.IntN(i), To: i, Role: roles[r.IntN(len(roles))], Type: "string"})
		}
	}
	g.Output = len(g.Nodes) - 1
	return g
}

// boxesOf lists the names of a graph's nodes, and how many edges there are.
func boxesOf(g flow.Graph) (names []string, edges int) {
	edges = len(g.Edges)
	for _, n := range g.Nodes {
		names = append(names, n.Name)
		if n.Flow != nil {
			inner, more := boxesOf(*n.Flow)
			names, edges = append(names, inner...), edges+more
		}
	}
	return names, edges
}
