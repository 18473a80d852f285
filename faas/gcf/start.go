package gcf

import (
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	"github.com/jade-go/jade/faas"
)

// grace is how long requests under way are waited for. The platform ends the process 10 s after SIGTERM: see "Container runtime
// contract" in Google's documentation of Cloud Run.
const grace = 9 * time.Second

// Start registers h, see [Register], and serves with the framework, on the port that the environment variable PORT names, or 8080; with
// LOCAL_ONLY set to true, on 127.0.0.1 alone. It is all that a main calls. It returns when the process is told to end, by SIGTERM or
// SIGINT, and the requests under way are answered, or 9 s after that signal. The main then has to return too.
//
// Failure: if the framework cannot serve, Start logs why to [slog.Default], and the process ends with exit code 1.
func Start[In, Out any](h *faas.Handler[In, Out], opts ...faas.HTTPOption) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, os.Interrupt)
	Register(h, opts...)
	failed := make(chan error, 1)
	go func() { failed <- funcframework.StartHostPort(address()) }() // until the process ends: the framework cannot be stopped
	select {
	case err := <-failed:
		slog.Error("gcf.Start: " + err.Error())
		os.Exit(1)
	case <-told:
		underWay.wait(grace)
	}
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

// underWay counts the requests of all functions of the process.
var underWay = newCounter()

type counter struct {
	mu   sync.Mutex
	n    int
	none chan struct{} // closed while n is 0
}

func newCounter() *counter {
	c := &counter{none: make(chan struct{})}
	close(c.none)
	return c
}

func (c *counter) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n++; c.n == 1 {
		c.none = make(chan struct{})
	}
}

func (c *counter) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 {
		close(c.none)
	}
}

// wait returns when there are none, and after d at the latest.
func (c *counter) wait(d time.Duration) {
	c.mu.Lock()
	none := c.none
	c.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-none:
	case <-timer.C:
	}
}
