package lambda_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	"github.com/jade-go/jade/internal/faastest"
	"github.com/jade-go/jade/task"
)

const root = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

// invoked is the ctx that aws-lambda-go gives for an invocation.
func invoked(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, "x-amzn-trace-id", root) //nolint:staticcheck // as aws-lambda-go does
	return lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
}

// An invocation continues the trace that Lambda tells, and its id is its key.
func TestHandler_traceAndKey(t *testing.T) {
	var s faastest.Requests
	var key string
	h := lambda.Handler(faas.New("price", func(ctx context.Context, _ int) (int, error) { key, _ = task.Key(ctx); return 0, nil }, unlogged, faas.Observer(&s)))
	for range 2 {
		_, err := h.Invoke(invoked(t.Context()), []byte("1"))
		require.NoError(t, err)
		require.Equal(t, "r-1", key)
	}
	require.Len(t, s.All(), 2)
	require.Equal(t, "r-1", s.All()[0].ID)
	require.Equal(t, "other", s.All()[0].Trigger)
	require.Equal(t, root, s.All()[0].Header("x-amzn-trace-id"))
	require.Empty(t, s.All()[0].Header("traceparent"))
	require.True(t, s.All()[0].Cold)
	require.False(t, s.All()[1].Cold)
}

// A message continues the trace that it has been sent with. Its id is its key.
func TestSQS_traceAndKey(t *testing.T) {
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	text := parent
	event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "m-1", Body: "1", Attributes: map[string]string{"AWSTraceHeader": root}},
		{MessageId: "m-2", Body: "2", MessageAttributes: map[string]events.SQSMessageAttribute{"traceparent": {StringValue: &text, DataType: "String"}, "raw": {DataType: "Binary"}}},
	}})
	require.NoError(t, err)
	for name, fn := range map[string]func(*[]string) *faas.Handler[events.SQSEvent, events.SQSEventResponse]{
		"a message at a time": func(keys *[]string) *faas.Handler[events.SQSEvent, events.SQSEventResponse] {
			var s faastest.Requests
			t.Cleanup(func() {
				require.Len(t, s.All(), 2)
				require.Equal(t, "m-1", s.All()[0].ID)
				require.Equal(t, "pubsub", s.All()[0].Trigger)
				require.Equal(t, root, s.All()[0].Header("X-Amzn-Trace-Id"))
				require.Empty(t, s.All()[0].Header("Traceparent"))
				require.Equal(t, parent, s.All()[1].Header("Traceparent"))
				require.Empty(t, s.All()[1].Header("raw"))
			})
			return lambda.SQS(faas.New("order", func(ctx context.Context, _ int) (int, error) {
				key, _ := task.Key(ctx)
				*keys = append(*keys, key)
				return 0, nil
			}, unlogged, faas.Observer(&s)))
		},
		"a batch": func(keys *[]string) *faas.Handler[events.SQSEvent, events.SQSEventResponse] {
			var s faastest.Requests
			t.Cleanup(func() {
				require.Len(t, s.All(), 1)
				require.Equal(t, "r-1", s.All()[0].ID)
				require.Equal(t, "pubsub", s.All()[0].Trigger)
				require.Equal(t, root, s.All()[0].Header("X-Amzn-Trace-Id"))
			})
			return lambda.SQS(faas.New("order", func(_ context.Context, all []events.SQSMessage) ([]error, error) {
				for _, m := range all {
					*keys = append(*keys, m.MessageId)
				}
				return nil, nil
			}, unlogged, faas.Observer(&s)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []string
			_, err := lambda.Handler(fn(&keys)).Invoke(invoked(t.Context()), event)
			require.NoError(t, err)
			require.Equal(t, []string{"m-1", "m-2"}, keys)
		})
	}
}

func TestKinesis_key(t *testing.T) {
	var s faastest.Requests
	var key string
	h := lambda.Kinesis(faas.New("order", func(ctx context.Context, _ int) (int, error) { key, _ = task.Key(ctx); return 0, nil }, unlogged, faas.Observer(&s)))
	_, err := h.Invoke(t.Context(), events.KinesisEvent{Records: []events.KinesisEventRecord{{EventID: "shard-1:7", Kinesis: events.KinesisRecord{SequenceNumber: "7", Data: []byte("1")}}}})
	require.NoError(t, err)
	require.Equal(t, "shard-1:7", key)
	require.Len(t, s.All(), 1)
	require.Empty(t, s.All()[0].Header("traceparent"))
}
