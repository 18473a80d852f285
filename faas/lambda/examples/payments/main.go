// This program books the payments that come through a queue, as a function of AWS Lambda.
package main

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	recovery "github.com/jade-go/jade/recover"
)

// Payment is a message of the queue.
type Payment struct {
	Order string `json:"order"`
	Cents int    `json:"cents"`
}

var errNegative = recovery.Mark(recovery.ClassBusiness, errors.New("a payment of less than nothing"))

// book stands for the call of a bank, which takes 20 ms.
func book(ctx context.Context, p Payment) (struct{}, error) {
	if p.Cents < 0 {
		return struct{}{}, errNegative
	}
	select {
	case <-time.After(20 * time.Millisecond):
		return struct{}{}, nil
	case <-ctx.Done():
		return struct{}{}, context.Cause(ctx)
	}
}

func main() { lambda.Start(lambda.SQS(faas.New("book", book), lambda.Concurrency(4))) }
