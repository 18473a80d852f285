package kinds

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/jade-go/jade/flow"
)

// Steps is how many calls Line and LineByHand make, one after another.
const Steps = 7

// Line is a flow of calls one after another: what LineByHand does, as a flow.
func Line() Flow {
	return flow.New("line", func(in number) number {
		for range Steps {
			in = flow.Step(one, in)
		}
		return in
	})
}

// LineByHand registers a workflow "by hand", written with the SDK, as Line does.
func LineByHand(w worker.WorkflowRegistry) {
	w.(worker.ActivityRegistry).RegisterActivityWithOptions(func(_ context.Context, n int) (int, error) { return n + 1, nil }, activity.RegisterOptions{Name: "one"})
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context, n int) (int, error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, HeartbeatTimeout: 5 * time.Second})
		for range Steps {
			if err := workflow.ExecuteActivity(ctx, "one", n).Get(ctx, &n); err != nil {
				return 0, err
			}
		}
		return n, nil
	}, workflow.RegisterOptions{Name: "by hand"})
}
