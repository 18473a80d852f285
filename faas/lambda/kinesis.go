package lambda

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"github.com/jade-go/jade/faas"
)

// Kinesis returns a handler for batches of records from a stream. It does for [events.KinesisEventRecord] and its data what [SQS] does for a message
// and its body, with these differences.
//
// Failure: Lambda delivers again the first record that is reported, and all records after it. So only the first record that has not succeeded
// is reported, and later records do not begin. With [Concurrency] some later records may have succeeded already; they run again.
// Records that cannot succeed: they stop the shard until the event source mapping gives up. By default that is when they expire, so set
// MaximumRetryAttempts and a destination for failures. With [DeadLetter] the stream goes on after them.
// Ordering: records of one partition key run in order. If [Concurrency] is 1, all records do.
// Idempotency: [faas.InvocationOf] and [task.Key] return the id of the event, which has the shard and the sequence number. Attempt is always 0, because
// Lambda does not send it.
// Trace: there is none, because a record of Kinesis has no place for it.
//
// The handler does not split records that the Kinesis Producer Library has aggregated, and it has no tumbling windows.
func Kinesis[In, Out any](h *faas.Handler[In, Out], opts ...BatchOption) *faas.Handler[events.KinesisEvent, events.KinesisEventResponse] {
	b := newBatch[events.KinesisEventRecord]("lambda.Kinesis", h, opts)
	b.stream = true
	return handlerOf(h, func(ctx context.Context, e events.KinesisEvent) (events.KinesisEventResponse, error) {
		records := make([]record[events.KinesisEventRecord], len(e.Records))
		for i, r := range e.Records {
			k := r.Kinesis
			records[i] = record[events.KinesisEventRecord]{raw: r, id: k.SequenceNumber, key: r.EventID, group: k.PartitionKey, grouped: true, body: k.Data}
		}
		answer := events.KinesisEventResponse{BatchItemFailures: []events.KinesisBatchItemFailure{}}
		for _, id := range b.run(ctx, records) {
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.KinesisBatchItemFailure{ItemIdentifier: id})
		}
		return answer, nil
	})
}
