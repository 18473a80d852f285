// This program is the order page behind API Gateway, a load balancer or a Function URL, as a function of AWS Lambda.
package main

import (
	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

func main() { lambda.Start(lambda.Gateway("shop", faas.HTTP(orderpage.New()))) }
