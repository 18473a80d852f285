// This program answers each event that has an order with an event that has its page, over HTTP, on the port that the environment variable
// PORT names:
//
//	curl -i -H 'Ce-Specversion: 1.0' -H 'Ce-Type: order.opened' -H 'Ce-Source: /shop' -H 'Ce-Id: 1' \
//		-H 'Content-Type: application/json' -d '{"id":"o-1","item":"tin","user":"mei"}' localhost:8080
package main

import (
	"context"
	"log"
	"os/signal"
	"syscall"
	"time"

	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	l, err := faas.Listen()
	if err != nil {
		log.Fatal(err)
	}
	handler := cloudevents.HTTP(orderpage.New(), cloudevents.Type("order.page"), cloudevents.Limit(time.Second))
	if err := faas.Serve(ctx, l, handler, 10*time.Second); err != nil {
		log.Fatal(err)
	}
}
