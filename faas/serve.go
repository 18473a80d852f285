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

// LameDuck makes [Serve] serve new requests for d after its ctx has ended. In that time /readyz of [Probes] answers 503. Without LameDuck, Serve begins to
// end at once. Use it if requests still come after the process is told to end: Kubernetes needs some seconds to remove the address of a process
// from its services. The platform must give the process at least d plus the grace to end.
func LameDuck(d time.Duration) ServeOption {
	mustNotBeNegative("faas.LameDuck", d)
	return func(s *serveSettings) { s.lameDuck = d }
}

// Serve serves handler until ctx ends. Then it waits until the requests in progress are answered, for at most the time of grace. It is the server that
// Knative, Cloud Run, OpenFaaS and custom runtimes expect. It limits slow senders. If the listener fails, Serve returns its error.
//
// Cancellation: when ctx ends, Serve accepts the connections that already wait, and then no more. It answers requests that have begun to
// arrive. For 250 ms it also answers requests that come on idle connections, and then closes these connections. [http.Server.Shutdown] alone drops a
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

// idle is how long the server keeps a connection without a request. It is longer than clients keep theirs: otherwise the server could close a connection
// while a request is on the way. Google's load balancers keep idle connections for 10 minutes; Envoy, and so Knative, keeps them for an hour.
const idle = 65 * time.Minute

// Listen listens on the port that the environment variable PORT names, as platforms for containers do, or on 8080.
func Listen() (net.Listener, error) {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	return net.Listen("tcp", ":"+port)
}
