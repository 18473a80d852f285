package jadeotel_test

import (
	"context"
	"testing"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
)

// An engine may begin nodes in any order. A link is to what has ended, with something to take, before the node began.
func TestLinks_areToWhatANodeHasFrom(t *testing.T) {
	inputs := []string{"ok", "degraded", "failed", "canceled", "straggler", "skipped", "running", "unknown"}
	all := traced(t, func(ctx context.Context) {
		run, endRun := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: "shop"})
		begin := func(name string, inputs ...string) (context.Context, func(observe.Outcome)) {
			return observe.Begin(run, observe.Call{Kind: observe.KindNode, Node: name, Inputs: inputs})
		}
		for status := observe.StatusOK; status <= observe.StatusStraggler; status++ {
			node, end := begin(status.String())
			require.True(t, trace.SpanFromContext(node).IsRecording())
			end(observe.Outcome{Status: status})
			defer end(observe.Outcome{}) // of the straggler
		}
		_, end := begin("running")
		page, endPage := begin("page", inputs...)
		time.Sleep(ms)
		end(observe.Outcome{Elapsed: ms})
		require.True(t, trace.SpanFromContext(page).IsRecording()) // its span begins only now
		endPage(observe.Outcome{Elapsed: ms})
		endRun(observe.Outcome{Elapsed: ms})
	})
	names := map[trace.SpanID]string{}
	for _, s := range all {
		names[s.SpanContext().SpanID()] = s.Name()
	}
	var linked []string
	for _, l := range all.named(t, "page").Links() {
		linked = append(linked, names[l.SpanContext.SpanID()])
	}
	require.Equal(t, []string{"ok", "degraded", "failed"}, linked)
}

// A node's inputs are of its own run: another one may have nodes of the same name.
func TestLinks_stayInTheRun(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		inner := line("inner", takes("item", ms, nil), takes("inner page", ms, nil))
		line("outer", takes("item", 0, nil), inner.Task(), takes("page", ms, nil)).Do(ctx, "x")
	})
	items := all.allNamed("item")
	require.Len(t, items, 2)
	require.Equal(t, items[1].SpanContext().SpanID(), all.named(t, "inner page").Links()[0].SpanContext.SpanID())
	require.Len(t, all.named(t, "page").Links(), 1)
}

// How long a call took is what its outcome says, not when that is told.
func TestSpan_endsWhenTheCallHas(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Task: "item"})
		time.Sleep(5 * ms)
		end(observe.Outcome{Elapsed: 3 * ms})
	})
	item := all.named(t, "item")
	require.Equal(t, 3*ms, item.EndTime().Sub(item.StartTime()))
}
