// This program is the order page as a function of Google Cloud Functions, and of Cloud Run:
//
//	LOCAL_ONLY=true FUNCTION_TARGET=order-page go run .
//	curl -H 'Content-Type: application/json' -d '{"id":"o-1","item":"tin","user":"mei"}' localhost:8080
package main

import (
	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/faas/gcf"
)

func main() { gcf.Start(orderpage.New()) }
