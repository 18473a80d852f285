package faas

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"time"
)

// Serve serves handler until ctx ends, and then until the requests under way are answered, which takes at most as long as
// the grace says. It is the server that Knative, Cloud Run, OpenFaaS and custom runtimes expect, with limits on
// slow senders. An error is that of the listener.
func Serve(ctx context.Context, l net.Listener, handler http.Handler, grace time.Duration) error {
	if handler == nil {
		panic("faas.Serve: nil Handler")
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	drain := func() {
		until, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if server.Shutdown(until) != nil {
			_ = server.Close()
		}
	}
	drained := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(drained)
		drain()
	})
	err := server.Serve(l)
	if stop() { // the listener has failed
		drain()
	} else {
		<-drained
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Listen listens on the port that the environment variable PORT names, as platforms for containers do, or on 8080.
func Listen() (net.Listener, error) {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	return net.Listen("tcp", ":"+port)
}
