package jadetemporal_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// making is a worker of one flow that makes calls on demand.
func making(t *testing.T, f *flow.Flow[int, int], options ...jadetemporal.Option) (*testsuite.TestActivityEnvironment, *jadetemporal.Flow[int, int]) {
	t.Helper()
	var s testsuite.WorkflowTestSuite
	s.SetLogger(quiet{})
	calls := s.NewTestActivityEnvironment()
	r, err := jadetemporal.Register(jadetemporal.New(nil, "q", options...), struct {
		worker.WorkflowRegistry
		worker.ActivityRegistry
	}{s.NewTestWorkflowEnvironment(), calls}, f)
	require.NoError(t, err)
	return calls, r
}

// named is a function that the environment knows by its name only.
func named(env *testsuite.TestActivityEnvironment, name string, w jadetemporal.Work) (converter.EncodedValue, error) {
	return env.ExecuteActivity(name, w)
}

func TestCall_ofAnotherVersionIsForAnotherWorker(t *testing.T) {
	env, _ := making(t, flow.New("f", func(in number) number { return flow.Step(plus("one", 1), in) }))
	_, err := named(env, "f/one", jadetemporal.Work{Version: "older", Call: durable.Call{Node: "one", Verb: flow.VerbRun}})
	e, ok := errors.AsType[*temporal.ApplicationError](err)
	require.True(t, ok, "%v", err)
	require.False(t, e.NonRetryable(), "Temporal repeats it")
	require.ErrorContains(t, err, "f: the run was started with version older of the flow, this worker has ")
}

// The ctx of a call has no deadline of Temporal's, the key of the call, and the values of the worker.
func TestCall_ctx(t *testing.T) {
	var beats atomic.Int32
	type key struct{}
	env, f := making(t, flow.New("f", func(in number) number {
		return flow.Step(task.New("one", func(ctx context.Context, n int) (int, error) {
			_, limited := ctx.Deadline()
			k, _ := task.Key(ctx)
			if limited || k != "r1/f/one" || ctx.Value(key{}) != "a logger" || !activity.IsActivity(ctx) {
				return 0, errors.New("another ctx")
			}
			time.Sleep(300 * time.Millisecond)
			return n + 1, nil
		}), in)
	}), jadetemporal.Heartbeat(150*time.Millisecond))
	env.SetWorkerOptions(worker.Options{BackgroundActivityContext: context.WithValue(plainCtx(), key{}, "a logger")})
	env.SetOnActivityHeartbeatListener(func(*activity.Info, converter.EncodedValues) { beats.Add(1) })
	v, err := named(env, "f/one", jadetemporal.Work{Version: f.Version(), Call: durable.Call{
		Node: "one", Verb: flow.VerbRun, Key: "r1/f/one", Inputs: []durable.Input{{Value: []byte("1")}},
	}})
	require.NoError(t, err)
	var d jadetemporal.Done
	require.NoError(t, v.Get(&d))
	require.Nil(t, d.Outcome.Failure)
	require.JSONEq(t, "2", string(d.Outcome.Value))
	require.WithinDuration(t, time.Now(), d.At, 10*time.Second)
	require.Positive(t, beats.Load())
}

// A call of a node that is not there fails: it does not end the worker.
func TestCall_ofNoNode(t *testing.T) {
	env, f := making(t, flow.New("f", func(in number) number { return flow.Step(plus("one", 1), in) }))
	v, err := named(env, "f/one", jadetemporal.Work{Version: f.Version(), Call: durable.Call{Node: "two", Verb: flow.VerbRun}})
	require.NoError(t, err)
	var d jadetemporal.Done
	require.NoError(t, v.Get(&d))
	require.Contains(t, d.Outcome.Failure.Text, `there is no node "two"`)
}
