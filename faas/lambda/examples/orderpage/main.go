// This program is the order page as a function of AWS Lambda.
package main

import (
	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/faas/lambda"
)

func main() { lambda.Start(orderpage.New()) }
