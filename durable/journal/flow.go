package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/durable/journal/internal/runlog"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Flow is a flow whose runs are in a journal. Its methods may be called from any number of goroutines.
type Flow[In, Out any] struct {
	j *Journal
	versions
}

// versions are the graphs of a flow, the present one first.
type versions struct {
	name   string
	graphs []flow.Graph
	hashes []string
}

// Register makes the runs of a flow durable, and goes on with those that the journal has. Older are earlier versions of the flow, for runs that
// were started with them: a run goes on with the version that it was started with. One that this program does not have waits: see [VersionError].
//
// Failure: a type of the flow does not survive JSON: see [durable.Check]; a flow of that name is registered already.
func Register[In, Out any](j *Journal, f *flow.Flow[In, Out], older ...*flow.Flow[In, Out]) (*Flow[In, Out], error) {
	v := versions{name: f.Name()}
	for _, f := range append([]*flow.Flow[In, Out]{f}, older...) {
		g := f.Graph()
		if err := durable.Check(g); err != nil {
			return nil, fmt.Errorf("journal.Register: %w", err)
		}
		if g.Name != v.name {
			return nil, fmt.Errorf("journal.Register: %s: %s is no version of it: give it the same name", v.name, g.Name)
		}
		v.graphs, v.hashes = append(v.graphs, g), append(v.hashes, g.Hash())
	}
	if err := j.enroll(v.name); err != nil {
		return nil, err
	}
	if err := j.goOn(v); err != nil {
		return nil, err
	}
	return &Flow[In, Out]{j, v}, nil
}

// VersionError says that a run was started with a version of its flow that this program does not have. The run waits for a program that has it.
type VersionError struct {
	Run, Flow string
	Want      string   // hash of the flow of the run: see flow.Graph.Hash
	Have      []string // those of this program
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("journal: run %q of %s waits for the flow with the hash %s: this program has %v", e.Run, e.Flow, e.Want, e.Have)
}

// graph is the version that a run was started with, with the limits that it had.
func (v versions) graph(id string, s *start) (flow.Graph, error) {
	for i, hash := range v.hashes {
		if hash == s.Hash {
			return durable.Limited(v.graphs[i], s.Limits), nil
		}
	}
	return flow.Graph{}, &VersionError{Run: id, Flow: v.name, Want: s.Hash, Have: v.hashes}
}

// Run starts a run, and waits for its answer: as [flow.Flow.Do], and across crashes. If there is a run with the id already, Run waits for that.
//
// Failure: that of the run; or that of Start.
// Cancellation: if ctx ends, Run returns its cause, and the run goes on: see Cancel.
func (f *Flow[In, Out]) Run(ctx context.Context, id string, in In) (out Out, err error) {
	if err := f.Start(ctx, id, in); err != nil {
		return out, err
	}
	return f.Result(ctx, id)
}

// Start starts a run. It returns once the run is recorded. If there is a run with the id already, nothing happens.
//
// Failure: there is a run with the id that has another input, or is one of another flow; the disk cannot be written.
func (f *Flow[In, Out]) Start(ctx context.Context, id string, in In) error {
	must.HaveCtx("journal.Flow.Start", ctx)
	input, err := durable.EncodeValue(in)
	if err != nil {
		return fmt.Errorf("journal.Flow.Start: %s: the input: %w", f.name, err)
	}
	first := record{At: time.Now().Round(0), Start: &start{f.name, f.hashes[0], input, durable.LimitsOf(f.graphs[0])}}
	err = f.j.create(id, first, f.versions)
	if !errors.Is(err, runlog.ErrExists) {
		return err
	}
	known, err := f.j.history(id)
	switch {
	case err != nil:
		return err
	case known[0].Start.Flow != f.name:
		return fmt.Errorf("journal.Flow.Start: there is a run %q already, of the flow %s", id, known[0].Start.Flow)
	case !bytes.Equal(known[0].Start.Input, input):
		return fmt.Errorf("journal.Flow.Start: there is a run %q of %s already, with another input: use another id", id, f.name)
	}
	return nil
}

// Result waits for the answer of a run. It comes as soon as it is known, while effects may still run.
//
// Failure: that of the run; a [*VersionError]; [ErrClosed]; or there is no such run.
func (f *Flow[In, Out]) Result(ctx context.Context, id string) (out Out, err error) {
	must.HaveCtx("journal.Flow.Result", ctx)
	if r := f.j.active(id); r != nil {
		select {
		case <-r.answered:
		case <-r.stopped:
		case <-ctx.Done():
			return out, future.Cause(ctx)
		}
		select {
		case <-r.answered:
			return valueOf[Out](r.value, r.failure)
		default:
			return out, r.err
		}
	}
	known, err := f.j.history(id)
	if err != nil {
		return out, err
	}
	last := known[len(known)-1].Answer
	if last == nil {
		if _, err := f.graph(id, known[0].Start); err != nil {
			return out, err
		}
		return out, fmt.Errorf("journal.Flow.Result: run %q: %w", id, ErrClosed)
	}
	return valueOf[Out](last.Value, last.Failure.Err())
}

func valueOf[Out any](raw json.RawMessage, failure error) (out Out, err error) {
	if failure != nil {
		return out, failure
	}
	v, err := durable.DecodeValue(raw, reflect.TypeFor[Out]())
	if err != nil {
		return out, err
	}
	out, _ = v.(Out)
	return out, nil
}

// Cancel ends a run: its calls are cancelled, what has succeeded is undone, and its answer is cause, as a cancellation. A run that has its answer keeps it.
//
// Failure: the run does not go on in this process.
func (f *Flow[In, Out]) Cancel(ctx context.Context, id string, cause error) error {
	must.HaveCtx("journal.Flow.Cancel", ctx)
	r := f.j.active(id)
	if r == nil {
		return f.notActive(id)
	}
	return r.deliver(record{Left: durable.EncodeError(&future.CanceledError{Cause: cause})})
}

// Signal brings the value of a [flow.Signal] to a run. It returns once that is recorded. The run need not wait for it yet.
//
// Failure: the flow has no such signal, or that has another type; the run is over, or does not go on in this process.
func (f *Flow[In, Out]) Signal(ctx context.Context, id, name string, value any) error {
	must.HaveCtx("journal.Flow.Signal", ctx)
	raw, err := durable.EncodeSignal(f.graphs[0], name, value)
	if err != nil {
		return fmt.Errorf("journal.Flow.Signal: %w", err)
	}
	r := f.j.active(id)
	if r == nil {
		return f.notActive(id)
	}
	return r.deliver(record{Signal: &signal{name, raw}})
}

func (f *Flow[In, Out]) notActive(id string) error {
	known, err := f.j.history(id)
	if err != nil {
		return err
	}
	if known[len(known)-1].Answer != nil {
		return fmt.Errorf("journal: run %q of %s is over", id, f.name)
	}
	_, err = f.graph(id, known[0].Start)
	return errors.Join(err, fmt.Errorf("journal: run %q of %s does not go on in this process", id, f.name))
}
