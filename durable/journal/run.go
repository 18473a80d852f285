package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/durable/journal/internal/runlog"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

// run is a run that goes on in this process.
type run struct {
	j    *Journal
	id   string
	file *runlog.Run

	answered chan struct{} // closed when value and failure are there
	value    json.RawMessage
	failure  error
	stopped  chan struct{} // closed when err is there, and the run does not go on any more here
	err      error

	mu      sync.Mutex
	news    []record      // from outside, which the driver has not seen
	arrived chan struct{} // has room for one: there are news
}

// create starts a run with its first record.
func (j *Journal) create(id string, first record, v versions) error {
	b, err := first.bytes()
	if err != nil {
		return err
	}
	j.mu.Lock()
	closed := j.flows == nil
	j.mu.Unlock()
	if closed {
		return ErrClosed
	}
	file, err := j.store.Create(id, b)
	if err != nil {
		return fmt.Errorf("journal: run %q: %w", id, err)
	}
	g, err := v.graph(id, first.Start)
	if err != nil {
		return err
	}
	return j.begin(id, file, []record{first}, g)
}

// goOn goes on with the runs of a flow that are not over.
func (j *Journal) goOn(v versions) error {
	all, err := j.store.Runs()
	if err != nil {
		return fmt.Errorf("journal.Register: %w", err)
	}
	for _, info := range all {
		if !info.Finished.IsZero() || info.Err != nil {
			continue
		}
		if err := j.resume(info.ID, v); err != nil {
			slog.WarnContext(j.ctx, "journal: run does not go on", "run", info.ID, "error", err)
		}
	}
	return nil
}

// resume goes on with a run, if it is one of the flow.
func (j *Journal) resume(id string, v versions) error {
	known, err := j.history(id)
	if err != nil || known[0].Start.Flow != v.name {
		return err
	}
	g, err := v.graph(id, known[0].Start)
	if err != nil {
		return err
	}
	file, raw, err := j.store.Load(id)
	if err != nil {
		return err
	}
	if known, err = read(id, raw); err != nil {
		return errors.Join(err, file.Close())
	}
	again := record{At: time.Now().Round(0), Restart: true}
	b, err := again.bytes()
	if err == nil {
		err = file.Append(b)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	return j.begin(id, file, append(known, again), g)
}

// history reads the records of a run, whether it goes on or not.
func (j *Journal) history(id string) ([]record, error) {
	raw, err := j.store.Read(id)
	if err != nil {
		return nil, fmt.Errorf("journal: run %q: %w", id, err)
	}
	return read(id, raw)
}

// begin has a run go on after what is known of it.
func (j *Journal) begin(id string, file *runlog.Run, known []record, g flow.Graph) error {
	r := &run{j: j, id: id, file: file, answered: make(chan struct{}), stopped: make(chan struct{}), arrived: make(chan struct{}, 1)}
	j.mu.Lock()
	if j.flows == nil {
		j.mu.Unlock()
		return errors.Join(ErrClosed, file.Close())
	}
	j.runs[id] = r
	j.mu.Unlock()
	future.Go(j.ctx, func(ctx context.Context) (struct{}, error) {
		r.execute(ctx, known, g)
		return struct{}{}, nil
	})
	return nil
}

// execute is the goroutine of a run.
func (r *run) execute(ctx context.Context, known []record, g flow.Graph) {
	defer func() {
		if r.err == nil { // its answer is in the file; a run that has stopped keeps why, and the answer if it has given that
			r.j.mu.Lock()
			delete(r.j.runs, r.id)
			r.j.mu.Unlock()
		}
		close(r.stopped)
	}()
	d := newDriver(ctx, r, known, g)
	value, err := durable.Execute(r.id, g, known[0].Start.Input, d)
	d.close()
	if stopped, ok := errors.AsType[*durable.StoppedError](err); ok {
		r.err = stopped.Err
		if cause := errors.Join(r.err, r.file.Close()); !errors.Is(r.err, ErrClosed) {
			slog.ErrorContext(ctx, "journal: run stops", "run", r.id, "flow", g.Name, "error", cause)
		}
		return
	}
	d.Answered(value, err)
	b, err := record{At: d.now, Start: known[0].Start, Answer: &answer{r.value, durable.EncodeError(r.failure)}}.bytes()
	if err == nil {
		err = r.file.Finish(b)
	}
	if r.err = err; err != nil {
		slog.ErrorContext(ctx, "journal: the answer of a run is not recorded: the run goes on when the journal is opened again", "run", r.id, "flow", g.Name, "error", err)
		_ = r.file.Close() // the failure is told
	}
}

// deliver records news from outside, and gives them to the driver.
func (r *run) deliver(n record) error {
	n.At = time.Now().Round(0)
	b, err := n.bytes()
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.Signal != nil { // a cancellation is recorded when it is the turn of it
		if err := r.file.Append(b); err != nil {
			return fmt.Errorf("journal: run %q: %w", r.id, err)
		}
	}
	r.news = append(r.news, n)
	select {
	case r.arrived <- struct{}{}:
	default:
	}
	return nil
}

// takeNews returns the news that have come.
func (r *run) takeNews() (news []record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	news, r.news = r.news, nil
	return news
}
