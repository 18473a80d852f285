package lambda

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/jade-go/jade/faas"
)

// SQS returns a handler for batches of messages from a queue. Each message is an invocation of h: it has its own scope, deadline and lines in the
// log. So a failure or a panic fails one message.
//
//	lambda.Start(lambda.SQS(orders.New(), lambda.Concurrency(4)))
//
// What h takes: a function of [events.SQSMessage] takes the message. A function of []events.SQSMessage takes the whole batch and returns
// []error: one for each message, or none at all if all succeed. Any other function takes the body of the message, which is JSON. The answer of h is not used.
//
// Failure: the messages that have failed are reported as batchItemFailures, so SQS delivers them again. The event source mapping must have
// ReportBatchItemFailures in FunctionResponseTypes, or SQS deletes them. A message cannot succeed if h refuses it ([faas.InputError]), or fails with class business or
// code. Such a message is reported too, so that nothing is lost: the queue must have a dead-letter queue, to which SQS moves it after maxReceiveCount deliveries, or it comes again until
// the queue drops it. With [DeadLetter] it is not delivered again. If a function of the whole batch itself fails, all messages are reported.
//
// Ordering: in a FIFO queue the messages of a group run in order. If one fails, the later ones of its group do not run, and are reported. Other groups go on. In other queues there is
// no order, except that with [Concurrency] of 1 messages run as they came.
//
// Deadline: messages end before the batch does, which keeps up to 50 ms of its time to answer, and more for itself and for each message: see [faas.Reserve]. Messages that have not
// begun or not ended by then are reported.
//
// Invocation: [faas.InvocationOf] has the id of the message as ID, which is an idempotency key: it stays the same when the message is delivered again. Attempt is how often the
// message was delivered before.
//
// SQS does not delete messages, does not change their visibility timeout, and does not send them anywhere.
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
	r := record[events.SQSMessage]{raw: m, id: m.MessageId, key: m.MessageId, body: []byte(m.Body)}
	// Standard queues have message groups too, for fairness. They are in no order.
	r.grouped = strings.HasSuffix(m.EventSourceARN, ".fifo")
	r.group = m.Attributes["MessageGroupId"]
	if received, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"]); err == nil {
		r.attempt = max(0, received-1)
	}
	return r
}
