package realserver

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
)

// TestMain runs the tests, or a worker in a process of its own that a test has started: see startWorker.
//
// With JADE_REPLAY=1 workers keep nothing between two workflow tasks, so they replay the whole run at each: what is not deterministic fails.
func TestMain(m *testing.M) {
	if os.Getenv("JADE_REPLAY") != "" {
		worker.SetStickyWorkflowCacheSize(0)
	}
	if at := os.Getenv("JADE_WORKER"); at != "" {
		work(at, os.Getenv("JADE_NAMESPACE"), os.Getenv("JADE_QUEUE"))
	}
	os.Exit(m.Run())
}

// work is a worker until it is killed.
func work(at, namespace, queue string) {
	c, err := client.Dial(client.Options{HostPort: at, Namespace: namespace, Logger: quiet{}})
	if err == nil {
		w := worker.New(c, queue, workerOptions())
		e := jadetemporal.New(c, queue, jadetemporal.Heartbeat(time.Second))
		_, err = jadetemporal.Register(e, w, kinds.Trip())
		if err == nil {
			_, err = jadetemporal.Register(e, w, kinds.Refund())
		}
		if err == nil {
			err = w.Run(nil)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func workerOptions() worker.Options {
	return worker.Options{StickyScheduleToStartTimeout: time.Second, WorkflowPanicPolicy: worker.BlockWorkflow, MaxHeartbeatThrottleInterval: time.Second}
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
