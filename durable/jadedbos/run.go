package jadedbos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
)

// workflow is a flow as DBOS knows it.
type workflow struct {
	e       *Engine
	name    string
	version string                // that runs begin with: see flow.Graph.Hash
	graphs  map[string]flow.Graph // by version
}

// ConfigName tells workflows of one function apart. It is in the tables of DBOS.
func (w *workflow) ConfigName() string { return w.name }

// run is the function of the workflow: one run, or the rest of one.
func (w *workflow) run(ctx dbos.Context, input string) (string, error) {
	id, err := dbos.GetWorkflowID(ctx)
	if err != nil {
		return "", err
	}
	in, err := read[request](input)
	if err != nil {
		return "", fmt.Errorf("jadedbos: %s: the input of %s: %w: start runs by the method Start", w.name, id, err)
	}
	l, fresh := w.e.take(id, w.name, in.Start)
	defer w.e.leave(l)
	g, known := w.graphs[in.Version]
	g = durable.Limited(g, in.Limits)
	if !known {
		return "", w.park(ctx, l, in.Version, fmt.Sprintf("it was started with version %s of the flow, and this process has version %s", in.Version, w.version))
	}
	rows := map[int]row{}
	if !fresh {
		if rows, err = w.past(l); err != nil {
			return "", w.again(ctx, l, err)
		}
	}
	d := newDriver(w.e, ctx, g, l, in.Begun, rows)
	defer d.close()
	value, err := durable.Execute(id, g, json.RawMessage(in.Input), d)
	d.close()
	if _, stopped := errors.AsType[*durable.StoppedError](err); stopped {
		if errors.Is(err, errStrayed) || errors.Is(err, &dbos.Error{Code: dbos.ErrorCodeUnexpectedStep}) {
			return "", w.park(ctx, l, "", err.Error())
		}
		return "", w.again(ctx, l, err)
	}
	w.e.done(id)
	if d.answer == "" { // it has failed before it began
		d.Answered(value, err)
	}
	if err != nil {
		err = errors.New(err.Error()) // as DBOS shows it; jadedbos reads the answer
	}
	return d.answer, err
}

// answer lets those who wait in this process have the answer.
func (l *live) answer(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text == "" {
		l.text = text
		close(l.answered)
	}
}

// past reads what is recorded of a run.
func (w *workflow) past(l *live) (rows map[int]row, err error) {
	list, err := dbos.ListWorkflows(w.e.root, dbos.WithFilterWorkflowIDs(l.id), dbos.WithFilterLoadInput(false), dbos.WithFilterLoadOutput(false))
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		l.put(s.Attributes)
		if s.Attributes[parkedKey] == true {
			w.e.note(l.id, map[string]any{parkedKey: false})
		}
	}
	steps, err := dbos.GetWorkflowSteps(w.e.root, l.id, dbos.WithStepsLoadOutput(true))
	if err != nil {
		return nil, err
	}
	rows = map[int]row{}
	for _, s := range steps {
		r, err := read[record](s.Output)
		if err != nil {
			return nil, fmt.Errorf("%w: step %d, %s: %w", errStrayed, s.StepID, s.StepName, err)
		}
		rows[s.StepID] = row{s.StepName, r}
	}
	return rows, nil
}

// park waits until another process has the run, or this one ends. The run is not over for DBOS.
func (w *workflow) park(ctx context.Context, l *live, version, reason string) error {
	w.e.mu.Lock()
	again := w.e.parked[l.id]
	w.e.parked[l.id] = true
	w.e.mu.Unlock()
	level := slog.LevelError
	if again {
		level = slog.LevelDebug
	}
	w.e.log.Log(ctx, level, "jadedbos: a run waits: launch a process that can go on with it", "run", l.id, "flow", w.name, "version", version, "reason", reason)
	w.e.note(l.id, map[string]any{parkedKey: true, versionKey: version, reasonKey: reason})
	l.mu.Lock()
	l.parked, l.reason = true, reason
	l.mu.Unlock()
	for l.stoppedBy() == nil {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-l.changed:
		}
	}
	return dbos.ErrConflictingWorkflowID // DBOS waits for what becomes of it
}

// again is called when a run was interrupted by err. If it is still that of this process, it has DBOS run it again a little later.
func (w *workflow) again(ctx context.Context, l *live, err error) error {
	lost := errors.Is(err, errStopped) || errors.Is(err, dbos.ErrConflictingWorkflowID) || errors.Is(err, dbos.ErrWorkflowCancelled)
	if ctx.Err() != nil {
		return err
	}
	if lost {
		return dbos.ErrConflictingWorkflowID
	}
	w.e.mu.Lock()
	n := w.e.failed[l.id]
	w.e.failed[l.id]++
	w.e.mu.Unlock()
	pause := min(time.Second<<min(n, 10), time.Minute)
	w.e.log.Error("jadedbos: a run is interrupted, and goes on later", "run", l.id, "flow", w.name, "after", pause, "error", err)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(pause):
	}
	if _, err := dbos.ResumeWorkflow[string](w.e.root, l.id); err != nil {
		w.e.log.Error("jadedbos: a run is interrupted until the next launch", "run", l.id, "error", err)
		<-ctx.Done()
	}
	return dbos.ErrConflictingWorkflowID
}
