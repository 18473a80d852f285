package jadeotel_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

// sampler decides by a span's name, and knows what it was asked.
type sampler struct {
	mu    sync.Mutex
	drops map[string]bool
	asked []string
}

func (s *sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, p.Name)
	if s.drops[p.Name] {
		return sdktrace.SamplingResult{Decision: sdktrace.Drop}
	}
	return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample}
}

func (s *sampler) Description() string { return "by name" }

func sampled(t *testing.T, by *sampler, body func(ctx context.Context)) (names []string) {
	synctest.Test(t, func(t *testing.T) {
		recorder := tracetest.NewSpanRecorder()
		tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(by))
		body(observe.With(t.Context(), jadeotel.New(jadeotel.TracerProvider(tracers))))
		time.Sleep(time.Minute)
		for _, s := range recorder.Ended() {
			names = append(names, s.Name())
		}
	})
	return names
}

func TestSampling_isForARunAsAWhole(t *testing.T) {
	by := &sampler{drops: map[string]bool{"shop": true}}
	names := sampled(t, by, func(ctx context.Context) {
		line("shop", takes("item", ms, nil).Timeout(time.Second), line("rules", takes("age", ms, nil)).Task()).Do(ctx, "x")
		line("list", takes("item", ms, nil)).Do(ctx, "x")
	})
	require.Equal(t, []string{"item", "list"}, names)
	require.Equal(t, []string{"shop", "list", "item"}, by.asked)
}

// That a span has ended does not mean that it was not recorded.
func TestSampling_goesOnAfterTheRun(t *testing.T) {
	names := sampled(t, new(sampler), func(ctx context.Context) {
		late := task.New("audit", func(ctx context.Context, in string) (string, error) {
			time.Sleep(10 * ms)
			return takes("store", ms, nil).Do(ctx, in)
		})
		flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(flow.Step(takes("item", ms, nil), in), flow.Step(late, in))
		}).Do(ctx, "x")
	})
	require.Equal(t, []string{"item", "shop", "store", "audit"}, names)
}

// A decorator may have a sampler's spans recorded and yet not sampled, for measurements: they are spans like others.
func TestSampling_recordsWithoutSampling(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(recordOnly{}))
	line("shop", takes("item", 0, nil)).Do(observe.With(t.Context(), jadeotel.New(jadeotel.TracerProvider(tracers))), "x")
	require.Len(t, recorder.Ended(), 2)
}

type recordOnly struct{}

func (recordOnly) ShouldSample(sdktrace.SamplingParameters) sdktrace.SamplingResult {
	return sdktrace.SamplingResult{Decision: sdktrace.RecordOnly}
}

func (recordOnly) Description() string { return "record only" }
