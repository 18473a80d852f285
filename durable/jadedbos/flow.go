package jadedbos

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

// Flow is a flow whose runs are kept by an engine. Concurrency: anybody may call its methods at any time.
type Flow[In, Out any] struct {
	e *Engine
	w *workflow
}

// Register makes a flow known to the engine. Runs begin with f. Runs that were started with one of older go on with that: see Versions in the documentation
// of the package. They have the same name, input and result.
//
// Failure: a value of a flow does not survive JSON (see [durable.Check]), another flow has the name, or the engine is launched already.
func Register[In, Out any](e *Engine, f *flow.Flow[In, Out], older ...*flow.Flow[In, Out]) (_ *Flow[In, Out], err error) {
	g := f.Graph()
	w := &workflow{e, g.Name, g.Hash(), map[string]flow.Graph{}}
	for _, f := range append(slices.Clone(older), f) {
		g := f.Graph()
		if g.Name != w.name {
			return nil, fmt.Errorf("jadedbos.Register: %s: an older version has another name, %s", w.name, g.Name)
		}
		if err := durable.Check(g); err != nil {
			return nil, fmt.Errorf("jadedbos.Register: %w", err)
		}
		w.graphs[g.Hash()] = g
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, taken := e.flows[g.Name]; taken {
		return nil, fmt.Errorf("jadedbos.Register: %s: a flow with that name is registered already", g.Name)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("jadedbos.Register: %s: %v", g.Name, r)
		}
	}()
	dbos.RegisterWorkflow(e.root, w.run, dbos.WithInstance(w), dbos.WithWorkflowName(g.Name), dbos.WithMaxRecoveryAttempts(0))
	e.flows[g.Name] = w
	return &Flow[In, Out]{e, w}, nil
}

// Run starts a run and waits for its answer: see [Flow.Start] and [Flow.Result].
func (f *Flow[In, Out]) Run(ctx context.Context, id string, in In) (out Out, err error) {
	if err := f.Start(ctx, id, in); err != nil {
		return out, err
	}
	return f.Result(ctx, id)
}

// Start starts a run with an id, which is unique in the database. It returns once the run is in the database: from then on it goes on whatever happens, also
// if ctx ends. The keys of its calls begin with the id: see [task.Key].
//
// Idempotency: a run with that id that is there already is joined, over or not. If its flow or its input is different, that is an error.
// Cancellation: if ctx ends, Start fails with its cause. The run may have started all the same.
func (f *Flow[In, Out]) Start(ctx context.Context, id string, in In) error {
	raw, err := durable.EncodeValue(in)
	switch {
	case err != nil:
		return fmt.Errorf("jadedbos.Flow.Start: %s: the input: %w", f.w.name, err)
	case id == "":
		return fmt.Errorf("jadedbos.Flow.Start: %s: the id of the run is empty", f.w.name)
	case len(raw) > maxValue:
		return fmt.Errorf("jadedbos.Flow.Start: %s: the input has %d bytes of JSON, and may have %d", f.w.name, len(raw), maxValue)
	case ctx.Err() != nil:
		return future.Cause(ctx)
	}
	started := make(chan error, 1)
	go func() { started <- f.start(id, string(raw)) }() // DBOS waits as long as the database is away
	select {
	case err = <-started:
	case <-ctx.Done():
		return future.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("jadedbos.Flow.Start: %s: run %s: %w", f.w.name, id, err)
	}
	return nil
}

func (f *Flow[In, Out]) start(id, input string) error {
	r := request{Version: f.w.version, Begun: instant(time.Now()), Start: rand.Text(), Limits: durable.LimitsOf(f.w.graphs[f.w.version]), Input: input}
	never := f.e.expect(id, f.w.name, r.Start)
	_, err := dbos.RunWorkflow(f.e.root, f.w.run, textFor(r), dbos.WithWorkflowID(id), dbos.WithRunInstance(f.w), dbos.WithWorkflowIDReusePolicy(dbos.WorkflowIDReusePolicyReject))
	if err == nil {
		return nil
	}
	never()
	if !errors.Is(err, dbos.ErrWorkflowIDInUse) {
		return err
	}
	s, err := f.status(id, true, false)
	if err != nil {
		return err
	}
	there, err := read[request](s.Input)
	switch {
	case err != nil:
		return fmt.Errorf("the id is that of a workflow that jadedbos has not started: %w", err)
	case there.Input != input:
		return errors.New("there is a run with that id and a different input: give each run an id of its own")
	}
	return nil
}

// Result waits for the answer of a run. It does not wait for effects that go on after it.
//
// Failure: what [flow.Flow.Do] fails with, decoded: see [durable.Failure]. If there is no such run, or if somebody has cancelled it by the means of DBOS, an
// error that says so.
// Cancellation: if ctx ends, Result fails with its cause. The run goes on. If the run waits for a process that knows its version, the error says so.
func (f *Flow[In, Out]) Result(ctx context.Context, id string) (out Out, err error) {
	text, err := f.wait(ctx, id)
	if err != nil {
		return out, err
	}
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return out, fmt.Errorf("jadedbos.Flow.Result: %s: run %s: %w", f.w.name, id, err)
	}
	if a.Failure != nil {
		return out, a.Failure.Err()
	}
	v, err := durable.DecodeValue(a.Value, reflect.TypeFor[Out]())
	if err != nil {
		return out, fmt.Errorf("jadedbos.Flow.Result: %s: run %s: %w", f.w.name, id, err)
	}
	out, _ = v.(Out) // nil of an interface
	return out, nil
}

// wait waits for the answer, as text.
func (f *Flow[In, Out]) wait(ctx context.Context, id string) (text string, err error) {
	pause := 10 * time.Millisecond
	for {
		if l := f.e.find(id); l != nil && l.flow == f.w.name {
			select {
			case <-l.answered:
				return l.text, nil
			case <-ctx.Done():
				return "", f.leaving(ctx, id)
			case <-l.gone:
			}
			select {
			case <-l.answered:
				return l.text, nil
			default:
			}
		}
		var done bool
		if text, done, err = f.stored(id); done || err != nil {
			return text, err
		}
		select {
		case <-ctx.Done():
			return "", f.leaving(ctx, id)
		case <-f.e.root.Done():
			return "", fmt.Errorf("jadedbos.Flow.Result: %s: run %s: the engine is closed: the run goes on with the next one", f.w.name, id)
		case <-time.After(pause):
		}
		pause = min(pause*3/2, 300*time.Millisecond)
	}
}

// stored returns the answer that is in the database.
func (f *Flow[In, Out]) stored(id string) (text string, done bool, err error) {
	s, err := f.status(id, false, true)
	if err != nil {
		return "", false, fmt.Errorf("jadedbos.Flow.Result: %s: run %s: %w", f.w.name, id, err)
	}
	switch s.Status {
	case dbos.WorkflowStatusSuccess, dbos.WorkflowStatusError:
		if text, err = textOf(s.Output); err == nil && text == "" {
			err = s.Error
		}
		if err != nil {
			err = fmt.Errorf("jadedbos.Flow.Result: %s: run %s: %w", f.w.name, id, err)
		}
		return text, true, err
	case dbos.WorkflowStatusCancelled, dbos.WorkflowStatusMaxRecoveryAttemptsExceeded:
		return "", true, &future.CanceledError{Cause: fmt.Errorf("jadedbos: %s: run %s: DBOS has it as %s: resume it there, or start another", f.w.name, id, s.Status)}
	}
	text, done = s.Attributes[answerKey].(string)
	return text, done, nil
}

// leaving is the error of who does not wait any longer.
func (f *Flow[In, Out]) leaving(ctx context.Context, id string) error {
	l := f.e.find(id)
	if l == nil {
		return future.Cause(ctx)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.parked {
		return future.Cause(ctx)
	}
	return fmt.Errorf("jadedbos.Flow.Result: %s: run %s waits for a process that can go on with it: %s: %w", f.w.name, id, l.reason, future.Cause(ctx))
}

// status returns what DBOS knows of a run of the flow.
func (f *Flow[In, Out]) status(id string, input, output bool) (s dbos.WorkflowStatus, err error) {
	list, err := dbos.ListWorkflows(f.e.root, dbos.WithFilterWorkflowIDs(id), dbos.WithFilterLoadInput(input), dbos.WithFilterLoadOutput(output))
	switch {
	case err != nil:
		return s, err
	case len(list) == 0:
		return s, errors.New("there is no such run")
	case list[0].Name != f.w.name:
		return s, fmt.Errorf("the id is that of a run of another flow, %s", list[0].Name)
	}
	return list[0], nil
}

// Cancel cancels a run, because of cause: its calls end, and its answer is cause, as of a [flow.Flow.Do] whose caller has left. A run that has its answer
// keeps that; effects that still run end. It does not wait for the calls. A run of another process hears of it within [Config.Poll].
func (f *Flow[In, Out]) Cancel(ctx context.Context, id string, cause error) error {
	why := durable.EncodeError(&future.CanceledError{Cause: cause})
	if err := f.send(ctx, id, cancelKey, textFor(why)); err != nil {
		return fmt.Errorf("jadedbos.Flow.Cancel: %s: run %s: %w", f.w.name, id, err)
	}
	return nil
}

// Signal brings a value to the [flow.Signal] of that name in a run. When it returns nil, the value is in the database: the run gets it when it asks for it. A
// run of another process hears of it within [Config.Poll].
//
// Failure: the flow has no such signal, the value is not of its type, or the run is over or was never started.
func (f *Flow[In, Out]) Signal(ctx context.Context, id, name string, value any) error {
	raw, err := durable.EncodeValue(value)
	if err == nil {
		err = f.w.fits(name, raw)
	}
	if err == nil && len(raw) > maxValue {
		err = fmt.Errorf("the value has %d bytes of JSON, and may have %d", len(raw), maxValue)
	}
	if err == nil {
		err = f.send(ctx, id, newSignalKey(name), string(raw))
	}
	if err != nil {
		return fmt.Errorf("jadedbos.Flow.Signal: %s: run %s: signal %s: %w", f.w.name, id, name, err)
	}
	return nil
}

// fits reports whether a version of the flow has the signal, and raw is of its type.
func (w *workflow) fits(name string, raw json.RawMessage) (err error) {
	for _, g := range w.graphs {
		if err = fits(g, name, raw); err == nil {
			return nil
		}
	}
	return err
}

func fits(g flow.Graph, name string, raw json.RawMessage) error {
	found := errors.New("the flow has no such signal")
	for _, n := range g.Nodes {
		if n.Kind == flow.KindSignal && n.Task == name {
			_, t := n.Types()
			_, err := durable.DecodeValue(raw, t)
			return err
		}
		if n.Flow != nil {
			if err := fits(*n.Flow, name, raw); err == nil || err.Error() != found.Error() {
				return err
			}
		}
	}
	return found
}

// send writes into the attributes of a run.
func (f *Flow[In, Out]) send(ctx context.Context, id, key, text string) error {
	if ctx.Err() != nil {
		return future.Cause(ctx)
	}
	sent := make(chan error, 1)
	go func() {
		s, err := f.status(id, false, false)
		switch {
		case err != nil:
		case s.Status != dbos.WorkflowStatusPending && s.Status != dbos.WorkflowStatusEnqueued:
			err = fmt.Errorf("the run is over: %s", s.Status)
		default:
			err = dbos.SetWorkflowAttributes(f.e.root, id, map[string]any{key: text}, dbos.WithMergeAttributes())
		}
		if l := f.e.find(id); l != nil && err == nil {
			l.put(map[string]any{key: text})
		}
		sent <- err
	}()
	select {
	case err := <-sent:
		return err
	case <-ctx.Done():
		return future.Cause(ctx)
	}
}
