package jadeprometheus_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe/jadeprometheus"
)

// What an answer does without is counted alike, whatever has taken the failure.
func TestCollector_losses(t *testing.T) {
	item := ends("item", errSoldOut)
	for what, build := range map[string]func(in flow.Node[string]) flow.Node[string]{
		"Fallback of a task": func(in flow.Node[string]) flow.Node[string] { return flow.Step(item.Fallback("?"), in) },
		"Fallback of a node": func(in flow.Node[string]) flow.Node[string] { return flow.Fallback(flow.Step(item, in), "?") },
		"Try": func(in flow.Node[string]) flow.Node[string] {
			return flow.Map(flow.Try(flow.Step(item, in)), func(r future.Result[string]) string { return r.Value })
		},
		"Recover": func(in flow.Node[string]) flow.Node[string] {
			return flow.Recover(flow.Step(item, in), func(context.Context, error) (string, error) { return "?", nil })
		},
		"Any": func(in flow.Node[string]) flow.Node[string] {
			return flow.Any(flow.Step(item, in), flow.Step(takes("price", ms, nil), in))
		},
	} {
		t.Run(what, func(t *testing.T) {
			c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
				_, err := flow.New("shop", build).Do(ctx, "bell")
				require.NoError(t, err)
			})
			n := read(t, c)
			require.Equal(t, numbers{"{class=business flow=shop node=item}": 1}, n.of("jade_losses_total"))
			require.Equal(t, numbers{"{class=business flow=shop outcome=degraded}": 1}, n.of("jade_runs_total"))
		})
	}
}

// An effect that is cut off is counted by name, once.
func TestCollector_lostEffects(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		_, err := flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			audit := flow.Step(takes("audit", time.Hour, nil), in)
			return flow.Also(in, flow.Step(takes("archive", ms, nil), audit), flow.Step(takes("mail", ms, nil), in))
		}).Timeout(10*ms).Do(ctx, "bell")
		require.NoError(t, err)
		time.Sleep(time.Second)
	})
	require.Equal(t, numbers{"{flow=shop task=archive}": 1, "{flow=shop task=audit}": 1}, read(t, c).of("jade_effects_lost_total"))
}

// An increase is seen only of a counter that is there before.
func TestCollector_hasCountersBeforeTheFirstLoss(t *testing.T) {
	c := observed(t, func(t *testing.T, ctx context.Context, _ *jadeprometheus.Collector) {
		_, err := flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(in, flow.Step(takes("mail", ms, nil), in))
		}).Do(ctx, "bell")
		require.NoError(t, err)
		time.Sleep(time.Second)
	})
	var zeros []string
	for _, f := range families(t, c) {
		for _, m := range f.GetMetric() {
			if m.GetCounter() == nil || m.GetCounter().GetValue() != 0 {
				continue
			}
			line := f.GetName()
			for _, l := range m.GetLabel() {
				line += " " + l.GetValue()
			}
			zeros = append(zeros, line)
		}
	}
	require.Contains(t, zeros, "jade_effects_lost_total shop mail")
	require.Contains(t, zeros, "jade_runs_total dependency shop degraded")
}
