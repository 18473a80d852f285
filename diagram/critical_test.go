package diagram_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// criticalLines are the lines of the critical path of a run of f, as its SVG draws them.
func criticalLines(t *testing.T, f *flow.Flow[string, string]) (lines []string) {
	t.Helper()
	svg := svgOf(t, diagram.Overlay(f.Graph(), traceOf(t, f)).Detailed())
	for _, m := range regexp.MustCompile(`class="line[^"]* critical"[^>]*><title>([^:<]*)`).FindAllStringSubmatch(svg, -1) {
		lines = append(lines, m[1])
	}
	slices.Sort(lines)
	return lines
}

func pageOf(build func(in flow.Node[string]) flow.Node[string]) *flow.Flow[string, string] {
	return flow.New("page", build)
}

// The path runs from the input to the result, by what each call waited for.
func TestOverlay_theCriticalPathRunsFromInputToResult(t *testing.T) {
	for name, row := range map[string]struct {
		flow *flow.Flow[string, string]
		want []string
	}{
		"through maps": {pageOf(func(in flow.Node[string]) flow.Node[string] {
			return flow.Map(flow.Step(call("item", 5*milli, nil), flow.Map(in, same)), same)
		}), []string{"in → same", "item → same#2", "same → item"}},
		"through what an After waits for": {pageOf(func(in flow.Node[string]) flow.Node[string] {
			rules := flow.Step(call("rules", 30*milli, nil), in)
			user := flow.Step(call("user", 5*milli, nil), in)
			return two(flow.After(flow.Step(call("gated", 10*milli, nil), user), rules), user)
		}), []string{"after → map", "gated → after", "in → rules", "rules → after"}},
		"through all that an After holds back": {pageOf(func(in flow.Node[string]) flow.Node[string] {
			rules := flow.Step(call("rules", 30*milli, nil), in)
			user := flow.Step(call("user", 5*milli, nil), in)
			return flow.After(flow.Step(call("gated", 10*milli, nil), user), rules)
		}), []string{"gated → after", "in → rules", "rules → after", "user → gated"}},
		"not through an After that was open already": {pageOf(func(in flow.Node[string]) flow.Node[string] {
			rules := flow.Step(call("rules", 2*milli, nil), in)
			user := flow.Step(call("user", 5*milli, nil), in)
			other := flow.Step(call("other", milli, nil), user)
			return two(flow.After(flow.Step(call("gated", 10*milli, nil), user), rules), other)
		}), []string{"after → map", "gated → after", "in → user", "user → gated"}},
		"through the condition of an Either": {pageOf(func(in flow.Node[string]) flow.Node[string] {
			vip := flow.Step(call("vip", 30*milli, nil), in)
			return flow.Either(flow.Map(vip, func(string) bool { return true }), flow.Step(call("yes", 10*milli, nil), in), flow.Step(call("no", 10*milli, nil), in))
		}), []string{"in → vip", "map → either", "vip → map", "yes → either"}},
		"to what failed": {pageOf(func(in flow.Node[string]) flow.Node[string] {
			a := flow.Step(call("a", 5*milli, nil), in)
			return two(flow.Step(call("bad", 5*milli, errBroken), a), flow.Step(call("slow", 50*milli, nil), in))
		}), []string{"a → bad", "in → a"}},
		"of no call": {pageOf(func(in flow.Node[string]) flow.Node[string] { return flow.Map(in, same) }), []string{"in → same"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, row.want, criticalLines(t, row.flow)) })
	}
}

// A fallback joins calls, as a Try does: it is glue, and it runs when its call was given up, as does what takes its value.
func TestOverlay_aFallbackRunsWhenItsCallIsGivenUp(t *testing.T) {
	shop := flow.New("shop", func(in flow.Node[int]) flow.Node[int] {
		ads := flow.Step(task.New("ads", func(_ context.Context, n int) (int, error) { return n, nil }), in)
		return flow.Map2(in, flow.Fallback(ads, 0), func(a, b int) int { return a + b })
	})
	run := &trace.Trace{Name: "shop", Spans: []trace.Span{
		{Parent: -1, Kind: observe.KindRun, Flow: "shop", Inputs: []string{"ads"}, End: 50 * ms, Status: observe.StatusDegraded, Losses: []string{"ads"}},
		{ID: 1, Kind: observe.KindNode, Node: "ads", Task: "ads", Inputs: []string{"in"}, End: 50 * ms, Status: observe.StatusStraggler, Class: recovery.ClassTimeout},
	}}
	for name, svg := range map[string]string{
		"shown":    svgOf(t, diagram.Overlay(shop.Graph(), run)),
		"detailed": svgOf(t, diagram.Overlay(shop.Graph(), run).Detailed()),
	} {
		require.NotContains(t, svg, "did not run", name)
		require.Equal(t, name == "detailed", strings.Contains(svg, ">fallback<"), name)
	}
}
