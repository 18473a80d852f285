package jadetemporal

import (
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

// Engine runs flows on a Temporal server: the workers of one task queue, and the starts of runs there.
//
// Concurrency: anybody may use it at any time.
type Engine struct {
	client   client.Client
	queue    string
	beat     time.Duration
	settings Settings

	registering sync.Mutex // held by Register
	workers     map[worker.WorkflowRegistry]map[string]*family
}

// Settings are what decides, beside the flow, which calls a run makes and when. A run keeps those that it was started with.
type Settings struct {
	MaxPayload int `json:"max_payload"` // see MaxPayload
	MaxCalls   int `json:"max_calls"`   // see MaxCalls
}

// Option changes an engine.
type Option func(*Engine)

// New returns an engine that starts runs on a task queue. A program that has workers only, and starts nothing, may pass a nil client.
func New(c client.Client, taskQueue string, options ...Option) *Engine {
	if taskQueue == "" {
		panic("jadetemporal.New: the task queue has no name")
	}
	e := &Engine{
		client: c, queue: taskQueue, beat: 5 * time.Second, settings: Settings{MaxPayload: 2_000_000, MaxCalls: 1000},
		workers: map[worker.WorkflowRegistry]map[string]*family{},
	}
	for _, o := range options {
		o(e)
	}
	return e
}

// Heartbeat sets after which time without a sign of life a worker counts as lost, so that its calls begin again on another one; 5 seconds if it is not set. A
// call also hears by a heartbeat that nothing needs it any more, within that time. A call that takes less than a third of it sends none.
//
// It panics if d is less than 100 milliseconds.
func Heartbeat(d time.Duration) Option {
	if d < 100*time.Millisecond {
		panic(fmt.Sprintf("jadetemporal.Heartbeat: %v is too short: the least is 100ms", d))
	}
	return func(e *Engine) { e.beat = d }
}

// MaxPayload sets how many bytes of JSON the input of a run, the inputs of a call, its outcome, the answer and the value of a signal may have; 2,000,000 if it
// is not set. What has more fails with a [*TooLargeError], and is not sent. It should be somewhat less than what the server allows, 2 MiB by default, and that
// is for what a codec of the client makes of it.
func MaxPayload(bytes int) Option {
	if bytes < 1 {
		panic(fmt.Sprintf("jadetemporal.MaxPayload: %d is no number of bytes", bytes))
	}
	return func(e *Engine) { e.settings.MaxPayload = bytes }
}

// MaxCalls sets how many calls of one run are with the server at a time; 1000 if it is not set. More wait in the workflow. The server allows 2000 by default,
// and a run that asks for more is stuck.
func MaxCalls(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("jadetemporal.MaxCalls: %d is no number of calls", n))
	}
	return func(e *Engine) { e.settings.MaxCalls = n }
}
