package jadeslog_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
)

// A failure in a flow in a flow is one record at a limit too, where the run around may be told of before what it lacks: the run
// and its node were warnings besides, and losses without a name.
func TestNested_oneRecordForEachLossAtALimit(t *testing.T) {
	hang := func(name string) task.Task[string, string] { return takes(name, time.Hour, nil) }
	join := func(a, b string) string { return a + b }
	nest := func(name, hanging string, inner flow.Node[string], in flow.Node[string]) flow.Node[string] {
		return flow.Map2(flow.Fallback(flow.Step(hang(hanging), in), "?"), inner, join)
	}
	for _, own := range []time.Duration{99 * ms, 100 * ms, 101 * ms} {
		c := flow.New("c", func(in flow.Node[string]) flow.Node[string] { return nest("c", "h3", in, in) }).Timeout(own)
		b := flow.New("b", func(in flow.Node[string]) flow.Node[string] { return nest("b", "h2", flow.Step(c.Task(), in), in) }).Timeout(own)
		a := flow.New("a", func(in flow.Node[string]) flow.Node[string] { return nest("a", "h1", flow.Step(b.Task(), in), in) }).Timeout(100 * ms)
		for range 20 {
			j := logged(t, slog.LevelWarn, func(ctx context.Context) {
				_, err := a.Do(ctx, "x")
				require.NoError(t, err)
			}, jadeslog.LineLevel(slog.LevelWarn))
			var about []string
			for _, e := range j.entries(t) {
				if e["msg"] == "run" {
					require.Equal(t, []any{"b/c/h3", "b/h2", "h1"}, e[jadeslog.KeyDegraded])
					continue
				}
				of := e[jadeslog.KeyTask]
				if of == nil { // the run knows of the loss before the call is told of
					of = e[jadeslog.KeyNode]
				}
				about = append(about, fmt.Sprint(e["msg"], " ", of))
			}
			require.ElementsMatch(t, []string{"degraded h1", "degraded h2", "degraded h3"}, about)
		}
	}
}
