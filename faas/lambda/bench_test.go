package lambda_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

type order struct {
	ID string `json:"id"`
}

func same(_ context.Context, o order) (order, error) { return o, nil }

type invoker func(context.Context, []byte) ([]byte, error)

func (i invoker) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return i(ctx, payload) }

// What a warm invocation costs, of a function that does nothing, with a ctx as aws-lambda-go makes it.
func BenchmarkInvoke(b *testing.B) {
	logger := faas.Logger(slog.New(slog.NewJSONHandler(io.Discard, nil)))
	for _, c := range []struct {
		name string
		h    awslambda.Handler
	}{
		{"aws-lambda-go", awslambda.NewHandler(same)},
		{"faas", invoker(faas.New("same", same, logger).InvokeJSON)},
		{"jade", lambda.Handler(faas.New("same", same, logger))},
		{"jade without its line", lambda.Handler(faas.New("same", same, quiet))},
	} {
		b.Run(c.name, func(b *testing.B) {
			payload := []byte(`{"id":"o-1"}`)
			b.ReportAllocs()
			for b.Loop() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"})
				if _, err := c.h.Invoke(ctx, payload); err != nil {
					b.Fatal(err)
				}
				cancel()
			}
		})
	}
}

// What it takes from the start of a process to its first request for an event: medians, of programs that take turns.
func BenchmarkStartUp(b *testing.B) {
	names := []string{"bare", "orderpage"}
	took := map[string][]time.Duration{}
	for b.Loop() {
		for _, name := range names {
			p := start(b, name)
			p.ready(b)
			took[name] = append(took[name], time.Since(p.begun))
			p.stop()
		}
	}
	for _, name := range names {
		slices.Sort(took[name])
		b.ReportMetric(float64(took[name][len(took[name])/2].Microseconds())/1000, name+"-ms")
	}
}
