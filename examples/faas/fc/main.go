// This program is the order page as a function of Alibaba Function Compute.
package main

import (
	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/faas/fc"
)

func main() { fc.Start(orderpage.New()) }
