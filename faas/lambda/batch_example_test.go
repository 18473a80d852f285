package lambda_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	recovery "github.com/jade-go/jade/recover"
)

// Payment is a message of a queue.
type Payment struct {
	Order string `json:"order"`
	Cents int    `json:"cents"`
}

func book(ctx context.Context, p Payment) (struct{}, error) {
	switch {
	case p.Cents < 0:
		return struct{}{}, recovery.Mark(recovery.ClassBusiness, errors.New("less than nothing"))
	case p.Cents > 1000:
		return struct{}{}, errors.New("the bank is closed")
	}
	about, _ := faas.InvocationOf(ctx)
	fmt.Println(about.ID, "booked", p.Order)
	return struct{}{}, nil
}

var payments = events.SQSEvent{Records: []events.SQSMessage{
	{MessageId: "m1", Body: `{"order":"a","cents":100}`},
	{MessageId: "m2", Body: `{"order":"b","cents":5000}`},
	{MessageId: "m3", Body: `{"order":"c","cents":-1}`},
	{MessageId: "m4", Body: `{"order":"d","cents":200}`},
}}

// In a main: lambda.Start(lambda.SQS(faas.New("book", book)))
func ExampleSQS() {
	batches := lambda.SQS(faas.New("book", book, unlogged))
	answer, err := batches.Invoke(context.Background(), payments)
	fmt.Println("to be delivered again:", answer.BatchItemFailures, err)
	// Output:
	// m1 booked a
	// m4 booked d
	// to be delivered again: [{m2} {m3}] <nil>
}

// What cannot succeed goes to a dead-letter queue at once.
func ExampleDeadLetter() {
	keep := func(_ context.Context, m events.SQSMessage, failure error) error {
		fmt.Println(m.MessageId, "kept:", failure)
		return nil // of the client of SQS
	}
	batches := lambda.SQS(faas.New("book", book, unlogged), lambda.DeadLetter(keep))
	answer, err := batches.Invoke(context.Background(), payments)
	fmt.Println("to be delivered again:", answer.BatchItemFailures, err)
	// Output:
	// m1 booked a
	// m3 kept: less than nothing
	// m4 booked d
	// to be delivered again: [{m2}] <nil>
}

// A function of a whole batch, as for one statement of a database that writes many rows.
func ExampleSQS_wholeBatch() {
	write := func(_ context.Context, all []events.SQSMessage) ([]error, error) {
		fmt.Println("rows:", len(all))
		return nil, nil // all have succeeded
	}
	answer, err := lambda.SQS(faas.New("write", write, unlogged)).Invoke(context.Background(), payments)
	fmt.Println(len(answer.BatchItemFailures), err)
	// Output:
	// rows: 4
	// 0 <nil>
}

// A main that runs up to eight messages at once.
func ExampleConcurrency() {
	lambda.Start(lambda.SQS(faas.New("book", book), lambda.Concurrency(8)))
}

// A stream stops at the first failure, and goes on there when it is delivered again.
func ExampleKinesis() {
	record := func(number, data string) (r events.KinesisEventRecord) {
		r.EventID = "shardId-000000000006:" + number
		r.Kinesis = events.KinesisRecord{PartitionKey: "k", SequenceNumber: number, Data: []byte(data)}
		return r
	}
	batches := lambda.Kinesis(faas.New("book", book, unlogged))
	answer, err := batches.Invoke(context.Background(), events.KinesisEvent{Records: []events.KinesisEventRecord{
		record("1", `{"order":"a","cents":100}`),
		record("2", `{"order":"b","cents":5000}`),
		record("3", `{"order":"c","cents":100}`),
	}})
	fmt.Println("again from:", answer.BatchItemFailures, err)
	// Output:
	// shardId-000000000006:1 booked a
	// again from: [{2}] <nil>
}
