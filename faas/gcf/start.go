package gcf

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	"github.com/jade-go/jade/faas"
)

// grace is how long requests under way are waited for. The platform ends the process 10 s after SIGTERM: see "Container runtime
// contract" in Google's documentation of Cloud Run.
const grace = 9 * time.Second

// Start registers h, see [Register], and serves what is registered with the framework, on the port that the environment variable PORT names,
// or 8080; with LOCAL_ONLY set to true, on 127.0.0.1 alone. It is all that a main calls. When SIGTERM or SIGINT tells the process to end,
// Start accepts no more connections. It returns when all requests that have begun to arrive are answered, and after 9 s at the latest.
// The main then has to return too.
//
// The server is that of [faas.Serve], which has limits on slow senders. If FUNCTION_TARGET names a function that is not of this package, the
// framework's own server serves it, which ends at once.
//
// Failure: if the framework cannot serve, Start logs why to [slog.Default], and the process ends with exit code 1.
func Start[In, Out any](h *faas.Handler[In, Out], opts ...faas.HTTPOption) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	Register(h, opts...)
	if err := serve(ctx); err != nil {
		slog.Error("gcf.Start: " + err.Error())
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	host, port := address()
	path, ours := pathOfOurs()
	if !ours {
		failed := make(chan error, 1)
		go func() { failed <- funcframework.StartHostPort(host, port) }() // until the process ends: it cannot be stopped
		select {
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
	handler, err := frameworkHandler(path)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return err
	}
	return faas.Serve(ctx, l, handler, grace)
}

func address() (host, port string) {
	if os.Getenv("LOCAL_ONLY") == "true" {
		host = "127.0.0.1"
	}
	if port = os.Getenv("PORT"); port == "" {
		port = "8080"
	}
	return host, port
}
