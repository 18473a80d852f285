package faas

import (
	"context"
	"net"
	"net/http"
	"os"
	"time"
)

// ServeOption changes how [Serve] ends.
type ServeOption func(*serveSettings)

type serveSettings struct{ lameDuck time.Duration }

// LameDuck has [Serve] serve for d more after its ctx has ended, while /readyz of [Probes] answers 503. Without it, Serve begins to end at once. Use it
// where requests still come after the process is told to end: Kubernetes needs some seconds to take the address of a process off its services.
// The platform has to wait for d and for the grace.
func LameDuck(d time.Duration) ServeOption {
	mustNotBeNegative("faas.LameDuck", d)
	return func(s *serveSettings) { s.lameDuck = d }
}

// Serve serves handler until ctx ends, and then until the requests under way are answered, which takes at most as long as
// the grace says. It is the server that Knative, Cloud Run, OpenFaaS and custom runtimes expect, with limits on
// slow senders. An error is that of the listener.
//
// Cancellation: when ctx ends, Serve accepts the connections that wait for it, and then no more. It answers requests that have begun to
// arrive. For 250 ms it also answers those that come on idle connections, and then closes these. [http.Server.Shutdown] alone drops a
// request whose headers are on the way. See also [LameDuck].
func Serve(ctx context.Context, l net.Listener, handler http.Handler, grace time.Duration, opts ...ServeOption) error {
	if handler == nil {
		panic("faas.Serve: nil Handler")
	}
	var s serveSettings
	for _, opt := range opts {
		opt(&s)
	}
	var e ending
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, IdleTimeout: idle}
	e.serve(server, handler)
	accepting := &acceptor{Listener: l}
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		e.draining.Store(true)
		e.limp(s.lameDuck, over)
		e.begun.Store(true)
		accepting.stop()
	})
	err := server.Serve(accepting)
	close(over)
	failed := stop()
	until, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	e.begun.Store(true)
	e.wait(until)
	if server.Shutdown(until) != nil {
		_ = server.Close()
	}
	if failed {
		return err
	}
	return nil
}

// idle is how long a connection is kept without a request. It is longer than those who send requests keep theirs, or else some of these would be lost: load
// balancers of Google have idle connections for 10 minutes, Envoy, and so Knative, for an hour.
const idle = 65 * time.Minute

// Listen listens on the port that the environment variable PORT names, as platforms for containers do, or on 8080.
func Listen() (net.Listener, error) {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	return net.Listen("tcp", ":"+port)
}
