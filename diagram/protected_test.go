package diagram_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// protected is a flow whose tasks have gates and share calls. Nobody leaves the slots of the coupons.
func protected(t *testing.T) *flow.Flow[string, string] {
	takes := func(name string, d time.Duration) task.Task[string, string] {
		return task.New(name, func(_ context.Context, in string) (string, error) { time.Sleep(d); return in, nil })
	}
	slots := guard.Slots(1, guard.Name("promo backend"))
	_, err := slots.Enter(t.Context(), "")
	require.NoError(t, err)
	stock := guard.Hot(takes("stock", 4*time.Millisecond).Timeout(50*time.Millisecond).Gate(guard.Slots(8, guard.Queue(100))).Gate(guard.Breaker(.5)), 100, time.Second)
	coupons := takes("coupons", time.Millisecond).Gate(slots).Fallback("none")
	price := guard.Share(takes("price", 3*time.Millisecond)).Hedge(5*time.Millisecond, guard.Budget(.1))
	return flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		item := flow.Step(guard.Cache(takes("item", 2*time.Millisecond), guard.NewLRU[string, string](9), time.Minute), in)
		return flow.Map3(flow.Step(stock, item), flow.Step(coupons, item), flow.Step(price, item), func(a, b, c string) string { return a + b + c })
	})
}

func TestText_showsGatesAndSharing(t *testing.T) {
	var text strings.Builder
	require.NoError(t, diagram.Flow(protected(t).Graph()).WriteText(&text))
	for _, want := range []string{
		"timeout 50ms, 8 slots, 100 waiting, breaker 50% of 20 in 10s, open 5s, hot 1s", "[promo backend: 1 slot, fallback]",
		"[share, hedge after 5ms, budget 10% of 10 in 10s]", "[cache 1m0s]",
	} {
		require.Contains(t, text.String(), want)
	}
}

// protectedRun is a run of a flow, in virtual time.
func protectedRun(t *testing.T, make func(t *testing.T) *flow.Flow[string, string]) (f *flow.Flow[string, string], run *trace.Trace) {
	synctest.Test(t, func(t *testing.T) {
		f = make(t)
		runs := trace.NewHistory(1)
		_, _ = f.Do(observe.With(t.Context(), trace.NewRecorder(runs.Add)), "x")
		synctest.Wait()
		run = runs.Recent()[0]
	})
	return f, run
}

func TestRejected_isSaidEverywhere(t *testing.T) {
	f, run := protectedRun(t, protected)
	d := diagram.Overlay(f.Graph(), run)
	for name, write := range map[string]func(*strings.Builder) error{
		"text": func(w *strings.Builder) error { return d.WriteText(w) }, "SVG": func(w *strings.Builder) error { return d.WriteSVG(w) },
		"HTML": func(w *strings.Builder) error { return d.WriteHTML(w) }, "Mermaid": func(w *strings.Builder) error { return d.WriteMermaid(w) },
		"DOT": func(w *strings.Builder) error { return d.WriteDOT(w) },
	} {
		var text strings.Builder
		require.NoError(t, write(&text))
		require.Contains(t, text.String(), "rejected by promo backend", name)
	}
	var text strings.Builder
	require.NoError(t, d.WriteText(&text))
	require.Contains(t, text.String(), "page took 6 ms, degraded: coupons (rejected by promo backend) was replaced by its fallback.")
	require.Contains(t, text.String(), "degraded: rejected\n", "in the row")
}

func TestRejected_isTheVerdict(t *testing.T) {
	f, run := protectedRun(t, func(t *testing.T) *flow.Flow[string, string] {
		slots := guard.Slots(1)
		_, err := slots.Enter(t.Context(), "")
		require.NoError(t, err)
		return flow.New("page", func(in flow.Node[string]) flow.Node[string] {
			return flow.Step(task.New("coupons", func(_ context.Context, in string) (string, error) { return in, nil }).Gate(slots), in)
		})
	})
	var text strings.Builder
	require.NoError(t, diagram.Overlay(f.Graph(), run).WriteText(&text))
	require.Contains(t, text.String(), "page failed after 0 ms: coupons was rejected by slots.")
}
