package jadetemporal_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

func starter[In, Out any](t *testing.T, f *flow.Flow[In, Out], options ...jadetemporal.Option) (*mocks.Client, *jadetemporal.Flow[In, Out]) {
	t.Helper()
	c := mocks.NewClient(t)
	r, err := jadetemporal.Register(jadetemporal.New(c, "q", options...), nil, f)
	require.NoError(t, err)
	return c, r
}

// described says that there is a workflow of a type, with the input 1.5.
func described(c *mocks.Client, typ string) {
	p, _ := converter.GetDefaultDataConverter().ToPayload(digest)
	c.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Return(&workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflow.WorkflowExecutionInfo{
			Type: &common.WorkflowType{Name: typ}, Memo: &common.Memo{Fields: map[string]*common.Payload{"input": p}},
		},
	}, nil)
}

const digest = "9f29a130438b8117" // of 1.5

var echo = flow.New("echo", func(in flow.Node[float64]) flow.Node[float64] { return in })

func TestFlow_Start(t *testing.T) {
	c, f := starter(t, echo)
	c.On("ExecuteWorkflow", mock.Anything, client.StartWorkflowOptions{
		ID: "id", TaskQueue: "q", WorkflowExecutionErrorWhenAlreadyStarted: true, Memo: map[string]any{"version": f.Version(), "input": digest},
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
	}, "echo", jadetemporal.Input{Version: f.Version(), Settings: jadetemporal.Settings{MaxPayload: 2_000_000, MaxCalls: 1000}, Value: []byte("1.5")}).Return(nil, nil).Once()
	require.NoError(t, f.Start(plainCtx(), "id", 1.5))

	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil, &serviceerror.WorkflowExecutionAlreadyStarted{})
	described(c, "echo")
	require.NoError(t, f.Start(plainCtx(), "id", 1.5), "it is there")
	require.EqualError(t, f.Start(plainCtx(), "id", 2.5), `jadetemporal: echo: start of run "id": there is a run with that id and another input: use another id`)
}

func TestFlow_Start_refuses(t *testing.T) {
	_, f := starter(t, echo, jadetemporal.MaxPayload(3))
	require.EqualError(t, f.Start(plainCtx(), "", 1), "jadetemporal: echo: start of run \"\": the id is empty")
	require.ErrorContains(t, f.Start(plainCtx(), "id", math.NaN()), "jadetemporal: echo: start of run \"id\": the input: ")
	_, large := errors.AsType[*jadetemporal.TooLargeError](f.Start(plainCtx(), "id", 1.25))
	require.True(t, large)

	c, f := starter(t, echo)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil, &serviceerror.WorkflowExecutionAlreadyStarted{})
	described(c, "other")
	require.EqualError(t, f.Start(plainCtx(), "id", 1), `jadetemporal: echo: start of run "id": there is a workflow of type "other" with that id`)
}

func TestFlow_endsWithItsCtx(t *testing.T) {
	c, f := starter(t, echo)
	ctx, cancel := context.WithCancelCause(plainCtx())
	cancel(kinds.ErrSoldOut)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil, context.Canceled)
	_, err := f.Run(ctx, "id", 1)
	require.ErrorIs(t, err, kinds.ErrSoldOut)
	require.True(t, future.IsCanceled(err))
}

func TestFlow_Signal_isChecked(t *testing.T) {
	type approval struct{ By string }
	c, f := starter(t, flow.New("signals", func(in number) number {
		a := flow.Signal[approval]("approve")
		return flow.Map2(in, a, func(n int, a approval) int { return n })
	}))
	require.ErrorContains(t, f.Signal(plainCtx(), "id", "approve", 1), `jadetemporal: signals: signal of run "id": durable: signals: signal approve: want a jadetemporal_test.approval, got a int: `)
	require.EqualError(t, f.Signal(plainCtx(), "id", "approved", approval{}), `jadetemporal: signals: signal of run "id": durable: signals: there is no signal "approved"`)
	require.ErrorContains(t, f.Signal(plainCtx(), "id", "approve", nil), "cannot be null")
	c.On("SignalWorkflow", mock.Anything, "id", "", "approve", mock.Anything).Return(nil).Once()
	require.NoError(t, f.Signal(plainCtx(), "id", "approve", approval{"me"}))
}

func TestFlow_Cancel_ofWhatHasEnded(t *testing.T) {
	c, f := starter(t, echo)
	c.On("SignalWorkflow", mock.Anything, "id", "", "jade:cancel", mock.Anything).Return(&serviceerror.NotFound{})
	described(c, "echo")
	require.NoError(t, f.Cancel(plainCtx(), "id", nil))
}

func TestErrorOf_otherErrors(t *testing.T) {
	require.NoError(t, jadetemporal.ErrorOf(nil))
	require.Equal(t, context.Canceled, jadetemporal.ErrorOf(context.Canceled))
}
