package jadetemporal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

// Flow is a flow whose runs are workflows on a Temporal server. The id of a run is that of the workflow; its type is the name of the flow.
//
// Concurrency: anybody may use it at any time.
type Flow[In, Out any] struct {
	engine  *Engine
	version *version
}

// Register gives a flow to a worker, which makes its calls and decides what follows from them: as a workflow with the name of the flow, and an activity for each
// node with a name such as checkout/charge. w is a worker.Worker; a replayer, which makes no calls; or nil, in a program that starts runs and has no worker.
//
// Register it before the worker starts. Older are earlier versions of the flow, for runs that were started with them: a run goes on with its version. An earlier
// version with other types is registered by a call of its own. Each Flow starts runs of its own version.
//
// Failure: what [durable.Check] reports; a version that this worker has already; a workflow or an activity of the program's own with the same name.
func Register[In, Out any](e *Engine, w worker.WorkflowRegistry, f *flow.Flow[In, Out], older ...*flow.Flow[In, Out]) (*Flow[In, Out], error) {
	var versions []*version
	for _, f := range append([]*flow.Flow[In, Out]{f}, older...) {
		g := f.Graph()
		if err := durable.Check(g); err != nil {
			return nil, fmt.Errorf("jadetemporal.Register: %w", err)
		}
		versions = append(versions, &version{g.Hash(), g})
		if first := versions[0].graph.Name; g.Name != first {
			return nil, fmt.Errorf("jadetemporal.Register: %s: %s is no version of it: give it the same name", first, g.Name)
		}
	}
	for _, v := range versions {
		if w == nil {
			break
		}
		if err := e.register(w, v); err != nil {
			return nil, err
		}
	}
	return &Flow[In, Out]{e, versions[0]}, nil
}

func (e *Engine) register(w worker.WorkflowRegistry, v *version) (err error) {
	e.registering.Lock()
	defer e.registering.Unlock()
	name := v.graph.Name
	defer func() {
		if r := recover(); r != nil { // which is how the SDK says that a name is taken
			err = fmt.Errorf("jadetemporal.Register: %s: %v", name, r)
		}
	}()
	fam := e.workers[w][name]
	if fam == nil {
		fam = &family{name: name, engine: e, versions: map[string]*version{}, types: map[string]bool{}}
		w.RegisterWorkflowWithOptions(fam.run, workflow.RegisterOptions{Name: name})
		if e.workers[w] == nil {
			e.workers[w] = map[string]*family{}
		}
		e.workers[w][name] = fam
	}
	if !fam.add(v) {
		return fmt.Errorf("jadetemporal.Register: %s: the worker has its version %s already", name, v.name)
	}
	calls, ok := w.(worker.ActivityRegistry)
	for _, t := range typesOf(v.graph, name+"/") {
		if ok && !fam.types[t] {
			fam.types[t] = true
			calls.RegisterActivityWithOptions(fam.perform, activity.RegisterOptions{Name: t})
		}
	}
	return nil
}

// Name is the name of the flow, and the type of its workflows.
func (f *Flow[In, Out]) Name() string { return f.version.graph.Name }

// Version names what a run keeps from its start to its end: the structure of the flow and its limits. A worker that has it can go on with the run.
func (f *Flow[In, Out]) Version() string { return f.version.name }

// Run starts a run, or joins the one with that id, and waits for its answer.
//
// Cancellation: if ctx ends, Run returns why. The run goes on.
// Failure: as [Flow.Result].
func (f *Flow[In, Out]) Run(ctx context.Context, id string, in In) (out Out, err error) {
	if err := f.Start(ctx, id, in); err != nil {
		return out, err
	}
	return f.Result(ctx, id)
}

// Start starts a run. If there is one of the flow with that id and input, whether it still runs or not, Start does nothing. That is so for as long as the server
// keeps a run that has ended.
//
// Idempotency: so it may be repeated.
// Failure: an input that JSON cannot hold, or a [*TooLargeError]; an id that a run with another input has, or a workflow of another type; what the server answers.
func (f *Flow[In, Out]) Start(ctx context.Context, id string, in In) error {
	if id == "" {
		return f.wrap("start", id, errors.New("the id is empty"))
	}
	input, err := f.Input(in)
	if err != nil {
		return f.wrap("start", id, err)
	}
	_, err = f.engine.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: f.engine.queue, WorkflowExecutionErrorWhenAlreadyStarted: true,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		Memo: map[string]any{memoVersion: f.Version(), memoInput: digest(input.Value)},
	}, f.Name(), input)
	if _, ok := errors.AsType[*serviceerror.WorkflowExecutionAlreadyStarted](err); ok {
		err = f.mine(ctx, id, digest(input.Value))
	}
	return f.failed(ctx, "start", id, err)
}

// What is known of a run without its history.
const (
	memoVersion = "version" // of its flow
	memoInput   = "input"   // its digest
)

func digest(value json.RawMessage) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:8])
}

// mine checks that a workflow is a run of the flow, with an input that has a digest; empty: any.
func (f *Flow[In, Out]) mine(ctx context.Context, id, input string) error {
	d, err := f.engine.client.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return err
	}
	w := d.GetWorkflowExecutionInfo()
	if t := w.GetType().GetName(); t != f.Name() {
		return fmt.Errorf("there is a workflow of type %q with that id", t)
	}
	if p := w.GetMemo().GetFields()[memoInput]; p != nil && input != "" {
		var has string
		if converter.GetDefaultDataConverter().FromPayload(p, &has) == nil && has != input {
			return errors.New("there is a run with that id and another input: use another id")
		}
	}
	return nil
}

// Input is what the workflow of a run is started with, by the way of a client, a schedule, a parent workflow or the test environment. Its type is the name of the
// flow.
//
// Failure: a value that JSON cannot hold, or a [*TooLargeError].
func (f *Flow[In, Out]) Input(in In) (Input, error) {
	value, err := durable.EncodeValue(in)
	if err != nil {
		return Input{}, fmt.Errorf("the input: %w", err)
	}
	if limit := f.engine.settings.MaxPayload; len(value) > limit {
		return Input{}, &TooLargeError{f.Name(), "the input", len(value), limit}
	}
	return Input{Version: f.Version(), Limits: durable.LimitsOf(f.version.graph), Settings: f.engine.settings, Value: value}, nil
}

// Result waits for the answer of a run. If the flow has effects, it does not wait for those: see [flow.Also].
//
// Cancellation: if ctx ends, Result returns why. The run goes on.
// Failure: what the run has failed with, as [flow.Flow.Do] gives it; a workflow that was terminated, or that is not there, as the server says it.
func (f *Flow[In, Out]) Result(ctx context.Context, id string) (out Out, err error) {
	raw, err := f.result(ctx, id)
	if err != nil {
		return out, err
	}
	v, err := durable.DecodeValue(raw, reflect.TypeFor[Out]())
	if err != nil {
		return out, f.wrap("result", id, err)
	}
	out, _ = v.(Out)
	return out, nil
}

func (f *Flow[In, Out]) result(ctx context.Context, id string) (raw json.RawMessage, err error) {
	if outlives(f.version.graph) {
		if a, ok := f.early(ctx, id); ok {
			return a.Value, a.Failure.Err()
		}
	}
	err = f.engine.client.GetWorkflow(ctx, id, "").Get(ctx, &raw)
	if failure := ErrorOf(err); failure != err { //nolint:errorlint // it is the very same
		return nil, failure
	}
	return raw, f.failed(ctx, "result", id, err)
}

// early asks the workflow for the answer. All who ask share one update. Not ok: it has ended, for example.
func (f *Flow[In, Out]) early(ctx context.Context, id string) (a answer, ok bool) {
	h, err := f.engine.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateID: updateAnswer, UpdateName: updateAnswer, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil || h.Get(ctx, &a) != nil {
		return a, false
	}
	return a, !a.Later
}

// outlives reports whether a run of a flow may go on after its answer.
func outlives(g flow.Graph) bool {
	for _, n := range g.Nodes {
		if n.Kind == flow.KindAlso || undoes(n) || isPart(n) && outlives(*n.Flow) {
			return true
		}
	}
	return g.OnError > 0 && g.Timeout > 0 // at the limit nobody waits for OnError
}

// Cancel cancels a run: it fails with a [*future.CanceledError] because of cause, which may be nil. What runs of it is cancelled, and OnError is told. Cancel does not
// wait for that. A run that has ended stays as it is.
//
// A workflow that is cancelled otherwise, as in Temporal's UI, does the same with no cause.
func (f *Flow[In, Out]) Cancel(ctx context.Context, id string, cause error) error {
	left := durable.EncodeError(&future.CanceledError{Cause: cause})
	err := f.engine.client.SignalWorkflow(ctx, id, "", signalCancel, left)
	if _, gone := errors.AsType[*serviceerror.NotFound](err); gone && f.mine(ctx, id, "") == nil {
		return nil
	}
	return f.failed(ctx, "cancel", id, err)
}

// Signal sends a value to the node of a run that waits for the signal with that name, or will wait.
//
// Failure: a signal that the flow does not have, or that has values of another type; a value that JSON cannot hold, or a [*TooLargeError]; a run that is not there or
// has ended, as the server says it.
func (f *Flow[In, Out]) Signal(ctx context.Context, id, name string, value any) error {
	raw, err := durable.EncodeSignal(f.version.graph, name, value)
	if limit := f.engine.settings.MaxPayload; err == nil && len(raw) > limit {
		err = &TooLargeError{f.Name(), "the value of signal " + name, len(raw), limit}
	}
	if err != nil {
		return f.wrap("signal", id, err)
	}
	return f.failed(ctx, "signal", id, f.engine.client.SignalWorkflow(ctx, id, "", name, raw))
}

// failed is err of the client as the error of a method; or why ctx has ended.
func (f *Flow[In, Out]) failed(ctx context.Context, verb, id string, err error) error {
	if err == nil {
		return nil
	}
	if _, late := errors.AsType[*serviceerror.DeadlineExceeded](err); late {
		if at, ok := ctx.Deadline(); ok && time.Until(at) < time.Second { // gRPC knows it a moment before ctx does
			<-ctx.Done()
		}
	}
	if ctx.Err() != nil {
		return future.Cause(ctx)
	}
	return f.wrap(verb, id, err)
}

func (f *Flow[In, Out]) wrap(verb, id string, err error) error {
	return fmt.Errorf("jadetemporal: %s: %s of run %q: %w", f.Name(), verb, id, err)
}
