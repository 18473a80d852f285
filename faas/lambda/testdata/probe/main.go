// Probe is a Lambda function for tests: it makes the page of one order, of services in memory. They fail as
// the order, or for the init phase the environment variable PROBE_INIT, asks them to: see services.go.
package main

import (
	"context"

	awslambda "github.com/aws/aws-lambda-go/lambda"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

func main() {
	lambda.Start(faas.Initialized("order-page", func(ctx context.Context) (faas.Func[Order, Page], error) {
		shop, err := connect(ctx) // in Lambda's init phase, once a process
		if err != nil {
			return nil, err
		}
		return newOrderPage(shop).Do, nil
	}), awslambda.WithEnableSIGTERM(func() { close(told) }))
}
