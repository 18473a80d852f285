package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/durable/journal/internal/runlog"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/must"
)

// Journal is an open folder with the records of runs. Its methods may be called from any number of goroutines.
type Journal struct {
	store *runlog.Store
	ctx   context.Context
	scope *future.Scope
	stop  context.CancelCauseFunc

	watch // of a test kit

	mu    sync.Mutex
	flows map[string]bool // by name
	runs  map[string]*run // that go on, by id
}

// Option is an option of [Open].
type Option func(*options)

type options struct {
	store runlog.Options
	watch
}

// watch is what a test kit is told; each may be nil.
type watch struct {
	asked     func(run string, id int, c durable.Call)
	made      func(run string, id int, c durable.Call) func(durable.Outcome)
	recording func(run string) error
	recorded  func(run string) error
}

// Unsynced does without fsync: a run survives a crash of the process, and not one of the machine. It is about ten times as fast.
func Unsynced() Option { return func(o *options) { o.store.Sync = runlog.SyncNever } }

// Recorded is for test kits: fn is called after each event of a run that is recorded. If it returns an error the run stops, as after a crash.
func Recorded(_ engine.Seal, fn func(run string) error) Option {
	return func(o *options) { o.recorded = fn }
}

// Watched is for test kits. Asked is called for each call that a run needs, also if its outcome is recorded already; made when one is made, and what it returns when
// that has ended; recording before an event is recorded, which may stop the run as [Recorded] may.
func Watched(_ engine.Seal, asked func(run string, id int, c durable.Call), made func(run string, id int, c durable.Call) func(durable.Outcome), recording func(run string) error) Option {
	return func(o *options) { o.asked, o.made, o.recording = asked, made, recording }
}

// ErrClosed is why a run has stopped, and why nothing can be started: the journal is closed. The run goes on when the journal is opened again.
var ErrClosed = errors.New("journal: it is closed")

// Open opens a journal in a folder, which it makes if need be. Only one process can have it open. Runs get the values of ctx, such as an observer, and
// not its end: they end with Close.
//
// Each record is on the disk before anything follows from it, unless [Unsynced] is given.
//
// Failure: another process has the folder open; the disk cannot be written.
func Open(ctx context.Context, dir string, with ...Option) (*Journal, error) {
	must.HaveCtx("journal.Open", ctx)
	var o options
	for _, option := range with {
		option(&o)
	}
	store, err := runlog.Open(dir, o.store)
	if err != nil {
		return nil, fmt.Errorf("journal.Open: %w", err)
	}
	j := &Journal{store: store, watch: o.watch, flows: map[string]bool{}, runs: map[string]*run{}}
	inside, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	j.ctx, j.scope = future.WithScope(inside, future.Unobserved(func(error) {}))
	j.stop = stop
	return j, nil
}

// Close stops all runs, waits until their calls have returned, and frees the folder. The runs go on when the journal is opened again.
func (j *Journal) Close() error {
	j.mu.Lock()
	runs := make([]*run, 0, len(j.runs))
	for _, r := range j.runs {
		runs = append(runs, r)
	}
	j.flows = nil
	j.mu.Unlock()
	j.stop(ErrClosed)
	for _, r := range runs {
		<-r.stopped
	}
	return errors.Join(j.scope.Close(), j.store.Close())
}

// Info says how far a run is.
type Info struct {
	ID       string
	Created  time.Time
	Finished bool
	Err      error // why its file cannot be read
}

// Runs lists all runs of the journal, in the order in which they were started.
func (j *Journal) Runs() ([]Info, error) {
	found, err := j.store.Runs()
	all := make([]Info, len(found))
	for i, r := range found {
		all[i] = Info{r.ID, r.Created, !r.Finished.IsZero(), r.Err}
	}
	return all, err
}

// Prune removes the runs that were finished longer ago than age, and returns how many.
func (j *Journal) Prune(age time.Duration) (int, error) { return j.store.Prune(age) }

// enroll notes that a flow is registered.
func (j *Journal) enroll(name string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.flows == nil:
		return ErrClosed
	case j.flows[name]:
		return fmt.Errorf("journal.Register: %s: a flow of that name is registered already: give older versions to the same Register", name)
	}
	j.flows[name] = true
	return nil
}

// active is the run with the id, if it goes on.
func (j *Journal) active(id string) *run {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.runs[id]
}
