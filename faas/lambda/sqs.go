package lambda

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/jade-go/jade/faas"
)

// SQS returns a handler for batches of messages from a queue. Each message is an invocation of h, with its own scope, deadline and lines in
// the log. So a failure or a panic fails one message.
//
//	lambda.Start(lambda.SQS(orders.New(), lambda.Concurrency(4)))
//
// Input: if h takes [events.SQSMessage], it gets the message. If h takes []events.SQSMessage and returns []error, it gets the whole batch, and
// returns one error or nil for each message, or an empty slice if all have succeeded. Any other h gets the body of the message, as JSON. The
// answer for a message is not used.
//
// Failure: messages that have failed are reported as batchItemFailures, and SQS delivers them again. The event source mapping must have
// ReportBatchItemFailures in its FunctionResponseTypes: without it SQS deletes the whole batch, with the messages that have failed. If h fails
// for a whole batch, all messages are reported.
// Messages that cannot succeed: h refuses the message with a [faas.InputError], or fails with class business or code. They are reported too, so
// that they are not lost. The queue must have a dead-letter queue, to which SQS moves them after maxReceiveCount deliveries. Without one, SQS
// delivers them until they expire. With [DeadLetter] they are not delivered again.
// Ordering: in a FIFO queue the messages of a group run in order. When one fails, the later ones of its group do not run and are reported, and
// other groups go on. In a standard queue there is no order; if [Concurrency] is 1, messages run in the order of the batch.
// Cancellation: messages end before the batch does, which keeps up to 50 ms of its time for the answer, beside what [faas.Reserve] keeps.
// Messages that have not begun or not ended by then are reported.
// Idempotency: [faas.InvocationOf] and [task.Key] return the id of the message. It stays the same when SQS delivers the message again. Attempt is the
// number of deliveries before this one.
// Trace: observers find the trace with which the message was sent: see [observe.RequestOf].
//
// The handler does not delete messages, does not change their visibility timeout, and does not send them to another queue.
func SQS[In, Out any](h *faas.Handler[In, Out], opts ...BatchOption) *faas.Handler[events.SQSEvent, events.SQSEventResponse] {
	b := newBatch[events.SQSMessage]("lambda.SQS", h, opts)
	return handlerOf(h, func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		records := make([]record[events.SQSMessage], len(e.Records))
		for i, m := range e.Records {
			records[i] = messageOf(m)
		}
		answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, id := range b.run(ctx, records) {
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
		}
		return answer, nil
	})
}

func messageOf(m events.SQSMessage) record[events.SQSMessage] {
	r := record[events.SQSMessage]{raw: m, id: m.MessageId, key: m.MessageId, body: []byte(m.Body), trace: traceOfMessage(m)}
	// Standard queues have message groups too, for fairness. They are in no order.
	r.grouped = strings.HasSuffix(m.EventSourceARN, ".fifo")
	r.group = m.Attributes["MessageGroupId"]
	if received, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"]); err == nil {
		r.attempt = max(0, received-1)
	}
	return r
}
