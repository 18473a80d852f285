package jadeotel_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

// busyPage is a flow whose nodes run at once, ask for their span and start tasks of their own. Every fifth fails.
func busyPage() *flow.Flow[int, []int] {
	part := func(name string) task.Task[int, int] {
		inner := task.New(name+" part", func(ctx context.Context, in int) (int, error) {
			trace.SpanFromContext(ctx).AddEvent("here")
			if in%5 == 0 {
				return 0, unavailable{}
			}
			return in, nil
		})
		return task.New(name, func(ctx context.Context, in int) (int, error) {
			var wg sync.WaitGroup
			for range 2 { // both may be the first to ask
				wg.Go(func() { trace.SpanFromContext(ctx).AddEvent("there") })
			}
			wg.Wait()
			return inner.Do(ctx, in)
		}).Timeout(time.Minute).Retry(task.Retry{Attempts: 2})
	}
	return flow.New("page", func(in flow.Node[int]) flow.Node[[]int] {
		a := flow.Step(part("a").Fallback(5), in)
		b := flow.Step(part("b").Fallback(6), in)
		c := flow.Map2(a, b, func(a, b int) []int { return []int{a, b, a + b} })
		return flow.Each(part("c").Fallback(7), c, 2)
	})
}

func TestRunsAtOnce_keepApart(t *testing.T) {
	const runs = 30
	reader, recorder := sdkmetric.NewManualReader(), tracetest.NewSpanRecorder()
	o := jadeotel.New(jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))),
		jadeotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	page := busyPage()
	ctx, scope := future.WithScope(observe.With(t.Context(), o))
	var asked sync.WaitGroup
	for i := range runs {
		asked.Go(func() {
			_, err := page.Do(ctx, i)
			require.NoError(t, err)
		})
		if i%10 == 0 {
			asked.Go(func() { collect(t, reader) })
		}
	}
	asked.Wait()
	require.NoError(t, scope.Close())

	traces := map[trace.TraceID]spans{}
	for _, s := range recorder.Ended() {
		traces[s.SpanContext().TraceID()] = append(traces[s.SpanContext().TraceID()], s)
	}
	require.Len(t, traces, runs)
	for id, all := range traces {
		drawn := all.tree(t) // all of them, each below a parent in the same trace
		require.True(t, strings.HasPrefix(drawn[0], "page "), drawn[0])
		c := all.named(t, "c")
		require.Len(t, c.Links(), 2)
		for _, l := range c.Links() {
			require.Equal(t, id, l.SpanContext.TraceID())
		}
		for _, s := range all {
			require.Equal(t, number(all[0], jadeotel.KeyRun), number(s, jadeotel.KeyRun))
		}
	}
	lines := strings.Join(collect(t, reader), "\n")
	require.Contains(t, lines, fmt.Sprintf("jade.run.duration class=dependency flow=page outcome=degraded: %d", runs/5))
	require.Contains(t, lines, fmt.Sprintf("jade.run.duration flow=page outcome=ok: %d", runs-runs/5))
	require.Contains(t, lines, "jade.run.active flow=page: 0")
	require.Contains(t, lines, "jade.element.active flow=page task=c: 0")
}

// A run may go on for ever and meet one panic after the other: each is told, and not for ever known.
func TestRun_thatHasManyPanics(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		boom := task.New("boom", func(context.Context, string) (string, error) { panic("boom") }).Timeout(time.Minute)
		task.New("loop", func(ctx context.Context, in string) (string, error) {
			for range 50 {
				boom.Do(ctx, in)
			}
			return in, nil
		}).Do(ctx, "x")
	})
	for _, s := range all.allNamed("boom attempt") {
		require.Len(t, s.Events(), 1)
	}
	for _, s := range all.allNamed("boom") {
		require.Empty(t, s.Events())
	}
	require.Len(t, all, 101)
}
