package jadetemporal

import (
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/jade-go/jade/durable"
)

// Input is what the workflow of a run is started with. [Flow.Input] makes it.
type Input struct {
	Version  string          `json:"version"` // of the flow
	Limits   durable.Limits  `json:"limits"`
	Settings Settings        `json:"settings"`
	Value    json.RawMessage `json:"value"`
}

// run is the workflow of all runs of a flow.
func (fam *family) run(ctx workflow.Context, in Input) (json.RawMessage, error) {
	v, err := fam.find(in.Version)
	if err != nil {
		panic(err) // which fails the workflow task, and not the run
	}
	d := newDriver(ctx, fam, v, in.Settings)
	if err := workflow.SetUpdateHandler(ctx, updateAnswer, d.answer); err != nil {
		return nil, fmt.Errorf("jadetemporal: %s: %w", fam.name, err)
	}
	if value, err := durable.Execute(workflow.GetInfo(ctx).WorkflowExecution.ID, durable.Limited(v.graph, in.Limits), in.Value, d); !d.answered {
		d.Answered(value, err) // there was no run
	}
	if err := workflow.Await(d.ctx, func() bool { return workflow.AllHandlersFinished(d.ctx) }); err != nil {
		return nil, err // d.ctx does not end
	}
	if d.failure != nil {
		return nil, asTemporal(d.failure, d.left)
	}
	return d.value, nil
}

// answer is what the update for the answer of a run returns.
type answer struct {
	Value   json.RawMessage  `json:"value,omitempty"`
	Failure *durable.Failure `json:"failure,omitempty"`
	Later   bool             `json:"later,omitempty"` // it is too large for the workflow task that has it already
}

// answer is the handler of the update. It comes back when the answer is there, while the run may go on.
func (d *driver) answer(ctx workflow.Context) (answer, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // a run that is cancelled has an answer, too
	if err := workflow.Await(ctx, func() bool { return d.answered }); err != nil {
		return answer{}, err
	}
	switch {
	case d.failure != nil:
		return answer{Failure: durable.EncodeError(d.failure)}, nil
	case len(d.value) > d.settings.MaxPayload/2:
		return answer{Later: true}, nil
	}
	return answer{Value: d.value}, nil
}
