package lambda_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

// Whatever an event is, it is refused, or the answer reports messages of it, and all of those whose body is not what the function takes.
func FuzzSQS(f *testing.F) {
	for _, name := range []string{"testdata/events/sqs.json", "testdata/events/sqs-fifo.json"} {
		seed, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(seed)
	}
	f.Add([]byte(`{"Records":[null,{"attributes":null},{"messageId":"a","body":"1","attributes":{"ApproximateReceiveCount":"-1"}}]}`))
	handler := lambda.Handler(lambda.SQS(faas.New("orders", (&ran{}).do, unlogged), lambda.Concurrency(2)))
	f.Fuzz(func(t *testing.T, payload []byte) {
		answer, err := handler.Invoke(t.Context(), payload)
		if err != nil {
			return
		}
		var e events.SQSEvent
		require.NoError(t, json.Unmarshal(payload, &e))
		var a events.SQSEventResponse
		require.NoError(t, json.Unmarshal(answer, &a))
		for _, m := range e.Records {
			if !json.Valid([]byte(m.Body)) {
				require.Contains(t, reported(a), m.MessageId)
			}
		}
		for _, id := range reported(a) {
			require.True(t, slices.ContainsFunc(e.Records, func(m events.SQSMessage) bool { return m.MessageId == id }))
		}
	})
}

// Whatever an event is, it is refused, or at most one record of it is reported.
func FuzzKinesis(f *testing.F) {
	seed, err := os.ReadFile("testdata/events/kinesis.json")
	require.NoError(f, err)
	f.Add(seed)
	f.Add([]byte(`{"Records":[null,{"kinesis":{"data":null}}]}`))
	handler := lambda.Handler(lambda.Kinesis(faas.New("clicks", (&ran{}).do, unlogged), lambda.Concurrency(2)))
	f.Fuzz(func(t *testing.T, payload []byte) {
		answer, err := handler.Invoke(t.Context(), payload)
		if err != nil {
			return
		}
		var e events.KinesisEvent
		require.NoError(t, json.Unmarshal(payload, &e))
		var a events.KinesisEventResponse
		require.NoError(t, json.Unmarshal(answer, &a))
		require.LessOrEqual(t, len(a.BatchItemFailures), 1)
		for _, id := range reportedOf(a) {
			require.True(t, slices.ContainsFunc(e.Records, func(r events.KinesisEventRecord) bool { return r.Kinesis.SequenceNumber == id }))
		}
	})
}
