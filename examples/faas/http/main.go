// This program serves the order page over HTTP, on the port that the environment variable PORT names, as Knative, OpenFaaS and Cloud Run do. It has
// the probes of Kubernetes, /healthz and /readyz, and takes requests for two more seconds after it is told to end:
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
	page := orderpage.New(faas.MaxInFlight(200))
	handler := faas.Probes(faas.HTTP(page, faas.Limit(time.Second)), page)
	if err := faas.Serve(ctx, l, handler, 10*time.Second, faas.LameDuck(2*time.Second)); err != nil {
		log.Fatal(err)
	}
}
