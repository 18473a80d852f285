package lambda

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"github.com/jade-go/jade/faas"
)

// Kinesis returns a handler for batches of records from a stream. It is [SQS] for [events.KinesisEventRecord], except for what follows. The JSON is the data of the record.
//
// Failure: Lambda delivers all records again from the first that is reported. So only the first one that has not succeeded is reported, and records after it do not begin any more; some may have
// succeeded before it failed, and run again. A record that cannot succeed is delivered again, with all that follow it, until the event source mapping gives up: set MaximumRetryAttempts and a
// destination for failures there, as the default is to go on until the record expires. With [DeadLetter] the stream goes on behind it.
//
// Ordering: records of one partition key run in order. With [Concurrency] of 1 all records do.
//
// Invocation: the ID is the event id, which has the shard and the sequence number. Attempt is 0, as Lambda does not say it.
//
// Kinesis does not split records that the Kinesis Producer Library has aggregated, and knows no tumbling windows.
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
