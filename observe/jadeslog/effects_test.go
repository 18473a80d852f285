package jadeslog_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/task"
)

// A failure that an effect goes on without is no alarm, whatever takes it; one that the effect fails of is one.
func TestEffect_whatItGoesOnWithout(t *testing.T) {
	type node = flow.Node[string]
	audit := takes("audit", ms, flowtest.Unavailable{})
	bug := task.New("audit", func(context.Context, string) (string, error) { panic("a bug") })
	inner := func(build func(in node) node) task.Task[string, string] { return flow.New("inner", build).Task() }
	optional := inner(func(in node) node { return flow.Fallback(flow.Step(audit, in), "?") })
	required := inner(func(in node) node { return flow.Step(audit, in) })
	list := func(in node) flow.Node[[]string] {
		return flow.Map(in, func(s string) []string { return []string{s, s} })
	}
	first := func(all []string) string { return all[0] }
	for what, c := range map[string]struct {
		effect func(in node) node
		want   []string
	}{
		"nothing":                 {func(in node) node { return flow.Step(audit, in) }, []string{"failed audit dependency"}},
		"Fallback":                {func(in node) node { return flow.Fallback(flow.Step(audit, in), "?") }, []string{"degraded audit dependency"}},
		"Fallback of the task":    {func(in node) node { return flow.Step(audit.Fallback("?"), in) }, []string{"degraded audit dependency"}},
		"Fallback around a gate":  {func(in node) node { return flow.Fallback(flow.After(in, flow.Step(audit, in)), "?") }, []string{"degraded audit dependency"}},
		"Fallback around an Each": {func(in node) node { return flow.Fallback(flow.Map(flow.Each(audit, list(in), 1), first), "?") }, []string{"degraded audit dependency"}},
		"Try": {func(in node) node {
			return flow.Map(flow.Try(flow.Step(audit, in)), func(r future.Result[string]) string { return r.Value })
		}, []string{"degraded audit dependency"}},
		"Recover": {func(in node) node {
			return flow.Recover(flow.Step(audit, in), func(context.Context, error) (string, error) { return "?", nil })
		}, []string{"degraded audit dependency"}},
		"Recover that fails": {func(in node) node {
			return flow.Recover(flow.Step(audit, in), func(_ context.Context, err error) (string, error) { return "", errors.Join(err, errSoldOut) })
		}, []string{"degraded audit dependency", "failed dependency"}},
		"a flow, inside":         {func(in node) node { return flow.Step(optional, in) }, []string{"degraded inner/audit dependency"}},
		"a flow, around":         {func(in node) node { return flow.Fallback(flow.Step(required, in), "?") }, []string{"degraded inner/audit dependency"}},
		"a flow, nowhere":        {func(in node) node { return flow.Step(required, in) }, []string{"failed inner/audit dependency"}},
		"a flow with a Fallback": {func(in node) node { return flow.Step(required.Fallback("?"), in) }, []string{"degraded inner/audit dependency"}},
		"a bug, with a Fallback": {func(in node) node { return flow.Fallback(flow.Step(bug, in), "?") }, []string{"degraded audit code"}},
		"another effect needs it": {func(in node) node {
			shared := flow.Step(audit, in)
			return flow.Also(flow.Fallback(shared, "?"), shared)
		}, []string{"failed audit dependency"}},
	} {
		t.Run(what, func(t *testing.T) {
			j := logged(t, slog.LevelInfo, func(ctx context.Context) {
				page := flow.New("shop", func(in node) node { return flow.Also(in, c.effect(in)) }).OnError(func(context.Context, string, error) {})
				page.Do(ctx, "x")
				time.Sleep(time.Second)
			})
			for _, e := range j.entries(t)[1:] {
				alarm := e["msg"] == "failed" || e["class"] == "code"
				require.Equal(t, alarm, e["level"] == "ERROR", "%v", e)
			}
			require.Equal(t, append([]string{"run <nil>"}, c.want...), failures(t, j))
		})
	}
}

// What never began is on record as a task, too.
func TestLoss_thatNeverBegan(t *testing.T) {
	j := logged(t, slog.LevelWarn, func(ctx context.Context) {
		f := flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			return flow.Step(takes("price", ms, nil).Fallback("?"), flow.Step(takes("item", time.Second, nil), in))
		})
		_, err := f.Timeout(10*ms).Do(ctx, "x")
		require.NoError(t, err)
		time.Sleep(time.Second)
	})
	entries := j.entries(t)
	require.Len(t, entries, 2)
	require.Equal(t, "straggler", entries[0]["msg"])
	require.Equal(t, "degraded", entries[1]["msg"])
	require.Equal(t, "price", entries[1]["task"])
	require.NotContains(t, entries[1], "node")
}
