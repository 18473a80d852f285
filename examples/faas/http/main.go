// This program serves the order page over HTTP, on the port that the environment variable PORT names, as Knative, OpenFaaS and Cloud Run do:
//
//	curl -H 'Content-Type: application/json' -d '{"id":"o-1","item":"tin","user":"mei"}' localhost:8080
package main

import (
	"context"
	"log"
	"os/signal"
	"syscall"
	"time"

	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/faas"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	l, err := faas.Listen()
	if err != nil {
		log.Fatal(err)
	}
	handler := faas.HTTP(orderpage.New(), faas.Limit(time.Second))
	if err := faas.Serve(ctx, l, handler, 10*time.Second); err != nil {
		log.Fatal(err)
	}
}
