package lambda

import (
	"context"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/jade-go/jade/faas"
)

// Option is one of aws-lambda-go, such as [awslambda.WithEnableSIGTERM] or [awslambda.WithContextValue]. Those about JSON change
// nothing here: see [faas.Handler.InvokeJSON].
type Option = awslambda.Option

// Start initialises h, in Lambda's init phase, and then serves its invocations. It does not return.
//
// Failure: if the initialiser fails, that is logged as "init failed" to [slog.Default], told to Lambda as an error
// of the init phase, and the process ends with exit code 1. Lambda then starts another one.
// Concurrency: one invocation at a time, or as many as AWS_LAMBDA_MAX_CONCURRENCY says.
func Start[In, Out any](h *faas.Handler[In, Out], opts ...Option) {
	handler := Handler(h)
	initialize(h)
	awslambda.StartWithOptions(handler, opts...)
}

// Handler is what [Start] serves, for tests and for what wraps handlers. Its errors are of the type [messages.InvokeResponse_Error],
// which wraps nothing.
//
// Cost: beside what the handler costs, two allocations.
func Handler[In, Out any](h *faas.Handler[In, Out]) awslambda.Handler {
	if h == nil {
		panic("lambda.Handler: nil Handler")
	}
	return &adapter[In, Out]{of: h.Lenient(eventTypes)}
}

// eventTypes is the package with the types of AWS's events.
const eventTypes = "github.com/aws/aws-lambda-go/events"

type adapter[In, Out any] struct {
	of    *faas.Handler[In, Out]
	first first
}

// Invoke implements [awslambda.Handler].
func (a *adapter[In, Out]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	answer, err := a.of.InvokeJSON(a.first.about(ctx, a.of.Observed(ctx)), payload)
	if err != nil {
		return nil, failure(err)
	}
	return answer, nil
}

// invocation is what Lambda says of an invocation.
func invocation(ctx context.Context) faas.Invocation {
	i := faas.Invocation{Platform: "lambda", Function: lambdacontext.FunctionName, Version: lambdacontext.FunctionVersion}
	if about, ok := lambdacontext.FromContext(ctx); ok {
		i.ID = about.AwsRequestID
	}
	return i
}
