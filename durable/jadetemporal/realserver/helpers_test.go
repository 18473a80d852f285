package realserver

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/server/temporaltest"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/flow"
)

// server is shared by all tests: each has a task queue of its own.
var server = sync.OnceValue(func() *temporaltest.TestServer {
	return temporaltest.NewServer(temporaltest.WithBaseClientOptions(client.Options{Logger: quiet{}}))
})

var dial = sync.OnceValue(func() client.Client { return server().GetDefaultClient() })

// within returns a ctx that ends with the test, or after a time.
func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// running is a flow with a worker in this process.
func running[In, Out any](t *testing.T, f *flow.Flow[In, Out], options ...jadetemporal.Option) *jadetemporal.Flow[In, Out] {
	t.Helper()
	e := jadetemporal.New(dial(), t.Name(), append([]jadetemporal.Option{jadetemporal.Heartbeat(time.Second)}, options...)...)
	w := worker.New(dial(), t.Name(), workerOptions())
	r, err := jadetemporal.Register(e, w, f)
	require.NoError(t, err)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return r
}

// startWorker starts a process with a worker for trips, which notes in a file.
func startWorker(t *testing.T, queue, notes string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JADE_WORKER="+server().GetFrontendHostPort(), "JADE_NAMESPACE="+server().GetDefaultNamespace(), "JADE_QUEUE="+queue, "JADE_NOTES="+notes)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	return cmd
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// historyOf is what the server has recorded of a run.
func historyOf(t *testing.T, id string) *history.History {
	t.Helper()
	h := &history.History{}
	it := dial().GetWorkflowHistory(within(t, time.Minute), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		e, err := it.Next()
		require.NoError(t, err)
		h.Events = append(h.Events, e)
	}
	return h
}

// save writes the history of a run for the replays of the module around, if JADE_SAVE is set.
func save(t *testing.T, id, name string) {
	t.Helper()
	if os.Getenv("JADE_SAVE") == "" {
		return
	}
	data, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(historyOf(t, id))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join("..", "testdata", strings.ReplaceAll(name, " ", "_")+".json"), data, 0o644))
}

// count counts the events of a type.
func count(h *history.History, of enums.EventType) (n int) {
	for _, e := range h.Events {
		if e.GetEventType() == of {
			n++
		}
	}
	return n
}
