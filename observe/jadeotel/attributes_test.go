package jadeotel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
)

// attributes are a span's, sorted, without what differs from one test to the other.
func attributes(s sdktrace.ReadOnlySpan) (all []string) {
	for _, a := range s.Attributes() {
		switch a.Key {
		case jadeotel.KeyRun, "code.line.number":
			continue
		case jadeotel.KeyTimeLeft:
			all = append(all, fmt.Sprintf("%s=%.3f", a.Key, a.Value.AsFloat64()))
			continue
		}
		all = append(all, fmt.Sprint(a.Key, "=", a.Value.String()))
	}
	slices.Sort(all)
	return all
}

func TestAttributes_sayWhatIsKnown(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		items := flow.New("items", func(in flow.Node[string]) flow.Node[[]string] {
			ids := flow.Step(takes("ids", ms, nil), in)
			checked := flow.Step(takes("check", 2*ms, nil), in)
			return flow.After(flow.Each(takes("item", ms, nil).Retry(always), flow.Map(ids, func(string) []string { return make([]string, 2) }), 1), checked)
		})
		flow.New("shop", func(in flow.Node[string]) flow.Node[[]string] { return flow.Step(items.Task(), in) }).Timeout(2*time.Second).Do(ctx, "x")
	})
	require.Equal(t, []string{
		"code.file.path=jadeotel/attributes_test.go", `jade.flow=shop`, `jade.inputs=["items"]`, "jade.kind=run", "jade.outcome=ok", "jade.time_left=2.000",
	}, attributes(all.named(t, "shop")))
	require.Equal(t, []string{
		"code.file.path=jadeotel/helpers_test.go", "jade.flow=items", `jade.inputs=["ids"]`,
		"jade.kind=node", "jade.node=item", "jade.outcome=ok", "jade.path=items", "jade.task=item", "jade.time_left=1.997",
	}, attributes(all.named(t, "item")))
	require.Equal(t, []string{
		"code.file.path=jadeotel/helpers_test.go", "jade.element=1", "jade.flow=items",
		"jade.kind=element", "jade.node=item", "jade.outcome=ok", "jade.path=items", "jade.task=item", "jade.time_left=1.996",
	}, attributes(all.allNamed("item element")[1]))
	require.Equal(t, []string{
		"code.file.path=jadeotel/helpers_test.go", "jade.attempt=1", "jade.flow=items",
		"jade.kind=attempt", "jade.node=item", "jade.outcome=ok", "jade.path=items", "jade.task=item", "jade.time_left=1.997",
	}, attributes(all.allNamed("item attempt")[0]))

	require.Equal(t, []string{
		"code.file.path=jadeotel/helpers_test.go", `jade.after=["check"]`, "jade.flow=items",
		"jade.kind=node", "jade.node=ids", "jade.outcome=ok", "jade.path=items", "jade.task=ids", "jade.time_left=1.998",
	}, attributes(all.named(t, "ids")))

	run := number(all[0], jadeotel.KeyRun)
	require.Positive(t, run)
	for _, s := range all {
		require.Equal(t, run, number(s, jadeotel.KeyRun), "the run of %s", s.Name())
		require.Positive(t, number(s, "code.line.number"))
		require.Equal(t, trace.SpanKindInternal, s.SpanKind())
		require.Equal(t, jadeotel.ScopeName, s.InstrumentationScope().Name)
		require.Contains(t, s.InstrumentationScope().SchemaURL, "opentelemetry.io/schemas/")
	}
}

// A name that is not UTF-8 would cost a whole batch of spans. Tasks and flows have none, but others may tell of calls.
func TestAttributes_areUTF8(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		ctx, end := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: "shop\xff"})
		for _, c := range []observe.Call{
			{Kind: observe.KindNode, Node: "item\xff", Place: observe.Place{File: "\xff.go"}},
			{Kind: observe.KindNode, Node: "price 🎉", Inputs: []string{"item\xff"}, After: []string{"item\xff"}, Path: []string{"\xff"}},
		} {
			_, end := observe.Begin(ctx, c)
			end(observe.Outcome{Status: observe.StatusFailed, Err: errors.New("\xff")})
		}
		end(observe.Outcome{})
	})
	require.Len(t, all, 3)
	for _, s := range all {
		for _, a := range append(attributes(s), s.Name(), s.Status().Description) {
			require.Equal(t, strings.ToValidUTF8(a, "?"), a)
		}
	}
	require.Equal(t, []string{"item\uFFFD"}, value(all.named(t, "price 🎉"), jadeotel.KeyInputs).AsStringSlice())
	require.Len(t, all.named(t, "price 🎉").Links(), 1)
}

func TestSpans_takeTheirNamesFromFewWords(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		item := takes("item", ms, nil)
		line("shop", item, item).Do(ctx, "x")
		_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Task: "render"})
		end(observe.Outcome{})
		_, end = observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: "filter"})
		end(observe.Outcome{})
	})
	var names []string
	for _, s := range all {
		names = append(names, s.Name())
	}
	require.ElementsMatch(t, []string{"shop", "item", "item#2", "render", "filter"}, names)
}
