// Bare is what a program costs that has nothing but aws-lambda-go.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

type order struct {
	ID string `json:"id"`
}

func main() {
	lambda.Start(func(_ context.Context, o order) (order, error) { return o, nil })
}
