package jadetemporal_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/flow"
)

// world is one run in the SDK's test environment.
type world[In, Out any] struct {
	*testsuite.TestWorkflowEnvironment
	t    *testing.T
	flow *jadetemporal.Flow[In, Out]
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

var _ log.Logger = quiet{}

func newWorld[In, Out any](t *testing.T, f *flow.Flow[In, Out], options ...jadetemporal.Option) *world[In, Out] {
	t.Helper()
	var s testsuite.WorkflowTestSuite
	s.SetLogger(quiet{})
	w := &world[In, Out]{TestWorkflowEnvironment: s.NewTestWorkflowEnvironment(), t: t}
	w.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "r1"})
	var err error
	w.flow, err = jadetemporal.Register(jadetemporal.New(nil, "q", options...), w.TestWorkflowEnvironment, f)
	require.NoError(t, err)
	return w
}

// run runs the flow to its end.
func (w *world[In, Out]) run(in In) (out Out, err error) {
	w.t.Helper()
	input, err := w.flow.Input(in)
	require.NoError(w.t, err)
	w.ExecuteWorkflow(w.flow.Name(), input)
	require.True(w.t, w.IsWorkflowCompleted())
	if err := w.GetWorkflowError(); err != nil {
		return out, jadetemporal.ErrorOf(err)
	}
	require.NoError(w.t, w.GetWorkflowResult(&out))
	return out, nil
}

func plainCtx() context.Context { return context.Background() }
