package jadeotel_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

// collect returns what was measured, a line a series: a histogram's number of values and, if that is not zero, their sum.
func collect(t testing.TB, from sdkmetric.Reader) (lines []string) {
	t.Helper()
	for _, m := range measured(t, from) {
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			for _, p := range data.DataPoints {
				line := fmt.Sprintf("%s%s: %d", m.Name, labels(p.Attributes), p.Count)
				if sum := time.Duration(p.Sum * 1e9).Round(ms); sum >= ms {
					line += fmt.Sprint(" in ", sum)
				}
				lines = append(lines, line)
			}
		case metricdata.Sum[int64]:
			for _, p := range data.DataPoints {
				lines = append(lines, fmt.Sprintf("%s%s: %d", m.Name, labels(p.Attributes), p.Value))
			}
		default:
			t.Fatalf("%s is a %T", m.Name, data)
		}
	}
	slices.Sort(lines)
	return lines
}

func measured(t testing.TB, from sdkmetric.Reader) (all []metricdata.Metrics) {
	t.Helper()
	var data metricdata.ResourceMetrics
	require.NoError(t, from.Collect(context.Background(), &data))
	for _, scope := range data.ScopeMetrics {
		require.Equal(t, jadeotel.ScopeName, scope.Scope.Name)
		all = append(all, scope.Metrics...)
	}
	return all
}

func labels(of attribute.Set) (text string) {
	for _, a := range of.ToSlice() {
		text += " " + strings.TrimPrefix(string(a.Key), "jade.") + "=" + a.Value.String()
	}
	return text
}

// metered runs body in a bubble with a ctx whose calls are measured, and no spans.
func metered(t *testing.T, body func(t *testing.T, ctx context.Context, collected func() []string)) {
	synctest.Test(t, func(t *testing.T) {
		reader := sdkmetric.NewManualReader()
		o := jadeotel.New(jadeotel.TracerProvider(noop.NewTracerProvider()),
			jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
		body(t, observe.With(t.Context(), o), func() []string { return collect(t, reader) })
	})
}

func TestMetrics_ofAnOrderPage(t *testing.T) {
	metered(t, func(t *testing.T, ctx context.Context, collected func() []string) {
		page := orderPage()
		for range 2 {
			_, err := page.Do(ctx, "x")
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		require.Equal(t, strings.TrimSpace(`
jade.element.active flow=order-page task=review: 0
jade.element.duration flow=order-page outcome=ok task=review: 6 in 12ms
jade.run.active flow=order-page: 0
jade.run.active flow=rules: 0
jade.run.duration class=business flow=order-page outcome=degraded: 2 in 66ms
jade.run.duration class=business flow=rules outcome=degraded: 2 in 10ms
jade.run.losses class=business flow=rules node=country: 2
jade.run.losses class=timeout flow=order-page node=ads: 2
jade.task.active flow=order-page task=ads: 0
jade.task.active flow=order-page task=audit: 0
jade.task.active flow=order-page task=gross price: 0
jade.task.active flow=order-page task=item: 0
jade.task.active flow=order-page task=net price: 0
jade.task.active flow=order-page task=render: 0
jade.task.active flow=order-page task=review: 0
jade.task.active flow=order-page task=rules: 0
jade.task.active flow=rules task=age: 0
jade.task.active flow=rules task=country: 0
jade.task.duration class=business flow=order-page outcome=degraded task=rules: 2 in 10ms
jade.task.duration class=business flow=rules outcome=degraded task=country: 2 in 10ms
jade.task.duration class=timeout flow=order-page outcome=degraded task=ads: 2 in 20ms
jade.task.duration flow=order-page outcome=ok task=audit: 2 in 80ms
jade.task.duration flow=order-page outcome=ok task=item: 2 in 36ms
jade.task.duration flow=order-page outcome=ok task=net price: 2 in 12ms
jade.task.duration flow=order-page outcome=ok task=render: 2
jade.task.duration flow=order-page outcome=ok task=review: 2 in 8ms
jade.task.duration flow=rules outcome=ok task=age: 2 in 6ms
jade.task.lost_effects flow=order-page task=audit: 0
jade.task.retries flow=order-page task=item: 4
jade.task.stragglers flow=order-page task=ads: 0
`), strings.Join(collected(), "\n"))
	})
}

func TestMetrics_tellFailures(t *testing.T) {
	metered(t, func(t *testing.T, ctx context.Context, collected func() []string) {
		takes("item", 2*ms, unavailable{}).Do(ctx, "x")
		takes("item", 3*ms, errSoldOut).Do(ctx, "x")
		require.Equal(t, []string{
			"jade.task.active task=item: 0",
			"jade.task.duration error.type=dependency class=dependency outcome=failed task=item: 1 in 2ms",
			"jade.task.duration class=business outcome=failed task=item: 1 in 3ms",
		}, sortedAs(collected(), "active", "dependency", "business"))
	})
}

// sortedAs are the lines in the order of a word of each.
func sortedAs(lines []string, words ...string) (sorted []string) {
	for _, w := range words {
		for _, l := range lines {
			if strings.Contains(l, w) {
				sorted = append(sorted, l)
			}
		}
	}
	return sorted
}

// What is given up is measured then, and counted until it returns.
func TestMetrics_countWhatRuns(t *testing.T) {
	metered(t, func(t *testing.T, ctx context.Context, collected func() []string) {
		go line("shop", stubborn("item", 30*ms, nil)).Timeout(10*ms).Do(ctx, "x")
		time.Sleep(5 * ms)
		require.Equal(t, []string{"jade.run.active flow=shop: 1", "jade.task.active flow=shop task=item: 1"}, collected())
		time.Sleep(15 * ms)
		late := []string{
			"jade.run.active flow=shop: 0",
			"jade.run.duration error.type=timeout class=timeout flow=shop outcome=failed: 1 in 10ms",
			"jade.task.active flow=shop task=item: 0",
			"jade.task.duration class=timeout flow=shop outcome=straggler task=item: 1 in 10ms",
		}
		require.Equal(t, append(late, "jade.task.stragglers flow=shop task=item: 1"), collected())
		time.Sleep(15 * ms)
		require.Equal(t, append(late, "jade.task.stragglers flow=shop task=item: 0"), collected())
	})
}

func TestMetrics_haveUnitsAndBuckets(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	o := jadeotel.New(jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	line("shop", takes("item", 0, unavailable{}).Retry(task.Retry{Attempts: 2})).Do(observe.With(t.Context(), o), "x")
	units := map[string]string{}
	for _, m := range measured(t, reader) {
		units[m.Name] = m.Unit
		require.NotEmpty(t, m.Description, m.Name)
		if data, ok := m.Data.(metricdata.Histogram[float64]); ok {
			require.Equal(t, 0.001, data.DataPoints[0].Bounds[0])
			require.Equal(t, 30.0, data.DataPoints[0].Bounds[13])
		}
	}
	require.Equal(t, map[string]string{
		jadeotel.MetricRunDuration: "s", jadeotel.MetricRunActive: "{run}",
		jadeotel.MetricTaskDuration: "s", jadeotel.MetricTaskActive: "{call}", jadeotel.MetricTaskRetries: "{attempt}",
	}, units)
}

// From a slow task in a histogram to a trace of one such.
func TestMetrics_haveExemplars(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, recorder := sdkmetric.NewManualReader(), tracetest.NewSpanRecorder()
		o := jadeotel.New(jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))),
			jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
		line("shop", takes("item", 20*ms, nil)).Do(observe.With(t.Context(), o), "x")
		id := spans(recorder.Ended()).named(t, "item").SpanContext().SpanID()
		for _, m := range measured(t, reader) {
			if m.Name == jadeotel.MetricTaskDuration {
				exemplars := m.Data.(metricdata.Histogram[float64]).DataPoints[0].Exemplars
				require.Len(t, exemplars, 1)
				require.Equal(t, id[:], exemplars[0].SpanID)
				return
			}
		}
		t.Fatal("nothing was measured")
	})
}

// A program may make names as it runs.
func TestMetrics_haveALimitOfNames(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	o := jadeotel.New(jadeotel.TracerProvider(noop.NewTracerProvider()),
		jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithCardinalityLimit(0)))) // none of its own
	ctx := observe.With(t.Context(), o)
	for i := range 600 {
		_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: fmt.Sprint("flow ", i)})
		defer end(observe.Outcome{})
	}
	lines := collect(t, reader)
	require.True(t, len(lines) == 501, "%d lines", len(lines))
	require.Contains(t, lines, "jade.run.active flow=flow 499: 1")
	require.Equal(t, "jade.run.active overflow=true: 100", lines[500])
}

// What is lost is counted once, whatever has taken the failure, and a counter of effects is there before the first is lost.
func TestMetrics_ofWhatIsLost(t *testing.T) {
	metered(t, func(t *testing.T, ctx context.Context, collected func() []string) {
		rules := flow.New("rules", func(in flow.Node[string]) flow.Node[string] {
			return flow.Fallback(flow.Step(takes("muted", ms, unavailable{}), in), "?")
		})
		f := flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			ads := flow.Step(takes("ads", ms, errSoldOut).Fallback("?"), flow.Step(rules.Task(), in))
			return flow.Also(ads, flow.Step(takes("audit", time.Hour, nil), in), flow.Step(takes("mail", ms, nil), in))
		}).Timeout(10 * ms)
		_, err := f.Do(ctx, "x")
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.Equal(t, []string{
			"jade.run.losses class=business flow=shop node=ads: 1",
			"jade.run.losses class=dependency flow=rules node=muted: 1",
			"jade.task.lost_effects flow=shop task=audit: 1",
			"jade.task.lost_effects flow=shop task=mail: 0",
		}, sortedAs(collected(), "losses", "lost_effects"))
	})
}
