package durable_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// What waits or can be undone inside of a flow that is one call would not be durable.
func TestCheck_flowsThatAreOneCall(t *testing.T) {
	plain := task.New("plain", func(_ context.Context, n int) (int, error) { return n, nil })
	undone := plain.Named("undone").Undo(func(context.Context, int, int) error { return nil })
	inner := flow.New("inner", func(in flow.Node[int]) flow.Node[int] {
		return flow.After(flow.Step(undone, flow.Sleep(in, time.Hour)), flow.Signal[bool]("approval"))
	})
	of := func(t task.Task[int, int]) error {
		return durable.Check(flow.New("outer", func(in flow.Node[int]) flow.Node[int] { return flow.Step(t, in) }).Graph())
	}
	require.NoError(t, of(inner.Task()))
	require.EqualError(t, of(inner.Task().Timeout(time.Second)), `durable: outer: node inner/sleep waits, but the flow around it is one call, as its task has a policy: a crash would begin the wait anew: take away what is around the flow
durable: outer: node inner/undone has an Undo, but the flow around it is one call, as its task has a policy: give the task of the flow an Undo, or take away what is around it
durable: outer: node inner/approval waits, but the flow around it is one call, as its task has a policy: a crash would begin the wait anew: take away what is around the flow`)
	require.NotContains(t, of(inner.Task().Undo(func(context.Context, int, int) error { return nil })).Error(), "has an Undo")
	require.ErrorContains(t, durable.Check(flow.New("outer", func(in flow.Node[[]int]) flow.Node[[]int] { return flow.Each(inner.Task(), in, 2) }).Graph()),
		"node inner/sleep waits, but the flow around it is one call, as it is called for each element")
}
