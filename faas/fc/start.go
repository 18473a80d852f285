package fc

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/jade-go/jade/faas"
)

// Option changes how the runtime works.
type Option func(*settings)

type settings struct {
	api       string
	console   io.Writer
	opaque    bool
	preStop   func(context.Context) error
	preFreeze func(context.Context) error
}

// API is the host and the port of the platform's interface. Without it that is what the environment
// variable FC_RUNTIME_API says.
func API(hostPort string) Option { return func(s *settings) { s.api = hostPort } }

// Console has the lines that the platform's console looks for written to w, not to standard output. Writes are one line each.
func Console(w io.Writer) Option { return func(s *settings) { s.console = w } }

// Opaque keeps the texts of failures from who invokes the function: they are told the class alone, and what a method
// Public() string of the failure says. The log has the text.
func Opaque() Option { return func(s *settings) { s.opaque = true } }

// PreStop has fn called before the platform stops the instance.
func PreStop(fn func(context.Context) error) Option {
	if fn == nil {
		panic("fc.PreStop: nil function")
	}
	return func(s *settings) { s.preStop = fn }
}

// PreFreeze has fn called before the platform freezes the instance.
func PreFreeze(fn func(context.Context) error) Option {
	if fn == nil {
		panic("fc.PreFreeze: nil function")
	}
	return func(s *settings) { s.preFreeze = fn }
}

const apiVariable = "FC_RUNTIME_API"

func newSettings(opts []Option) settings {
	s := settings{api: os.Getenv(apiVariable), console: os.Stdout}
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

// Start runs h until the process is told to end, by SIGTERM or SIGINT, and what it runs then is over. It is all that a main calls.
// If there is no platform, it says so and ends the process with the exit code 1.
func Start[In, Out any](h *faas.Handler[In, Out], opts ...Option) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	err := Run(ctx, h, opts...)
	stop()
	if err != nil {
		slog.Error("fc.Start: " + err.Error())
		os.Exit(1)
	}
}

// Run is [Start] without a process around it: it returns when ctx has ended, after the invocations under way. An error is one line:
// the platform's interface is not known, or has not answered for a while.
func Run[In, Out any](ctx context.Context, h *faas.Handler[In, Out], opts ...Option) error {
	if h == nil {
		panic("fc.Run: nil Handler")
	}
	s := newSettings(opts)
	if s.api == "" {
		return fmt.Errorf("fc.Run: %s is not set: this is not an instance of Function Compute", apiVariable)
	}
	return newRuntime(s, workOf(h)).run(ctx)
}
