package jadedbos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
)

// Engine runs flows on DBOS. Concurrency: anybody may call its methods at any time.
type Engine struct {
	root  dbos.Context
	owned bool
	log   *slog.Logger
	poll  time.Duration
	calls sync.WaitGroup // of functions, that run

	mu     sync.Mutex
	flows  map[string]*workflow // by name
	fresh  map[string]bool      // starts that were made here, and have not begun: those have no past
	runs   map[string]*live     // by id
	failed map[string]int       // how often a run has been interrupted by an error of the database
	parked map[string]bool      // runs that the log names as waiting for another process

	closing chan struct{}
	closed  sync.Once
	polling chan struct{} // closed when the poller has ended
}

// Open connects to the database. The functions of flows get a ctx with the values of ctx, such as an observer. The end of ctx does not end the engine.
//
// Register all flows then, and call [Engine.Launch].
func Open(ctx context.Context, c Config) (*Engine, error) {
	if ctx == nil {
		panic("jadedbos.Open: the ctx is nil")
	}
	log := c.logger()
	root, owned, err := c.open(ctx, log)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		root: root, owned: owned, log: log, poll: c.Poll, flows: map[string]*workflow{}, fresh: map[string]bool{}, runs: map[string]*live{}, failed: map[string]int{}, parked: map[string]bool{},
		closing: make(chan struct{}), polling: make(chan struct{}),
	}
	if e.poll <= 0 {
		e.poll = time.Second
	}
	go e.look()
	return e, nil
}

// Launch begins: runs of this executor that a crash or an end of the process has interrupted go on. With a [Config.Context] it is the same as dbos.Launch.
//
// Flows cannot be registered after it.
func (e *Engine) Launch() error {
	if err := dbos.Launch(e.root); err != nil {
		return fmt.Errorf("jadedbos.Engine.Launch: %w", err)
	}
	return nil
}

// Close ends the engine, and waits until the functions that run have returned, at most until ctx ends. Their ctx ends. Runs that are not over go on when
// the next process with the same executor launches. A [Config.Context] is left to its owner, who shuts it down before.
func (e *Engine) Close(ctx context.Context) error {
	e.closed.Do(func() { close(e.closing) })
	<-e.polling
	var err error
	if e.owned {
		limit := 30 * time.Second
		if until, ok := ctx.Deadline(); ok {
			limit = max(time.Until(until), time.Millisecond)
		}
		if err = dbos.Shutdown(e.root, limit); err != nil {
			err = fmt.Errorf("jadedbos.Engine.Close: %w", err)
		}
	}
	done := make(chan struct{})
	go func() { e.calls.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.Join(err, fmt.Errorf("jadedbos.Engine.Close: functions of flows still run: %w", context.Cause(ctx)))
	}
	return err
}

// find returns the run, if this process has it.
func (e *Engine) find(id string) *live {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.runs[id]
}

// expect says that this process is about to start a run. If it does not come to that, the returned function takes it back.
func (e *Engine) expect(id, flow, start string) (never func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fresh[start] = true
	var made *live
	if e.runs[id] == nil {
		made = newLive(id, flow)
		e.runs[id] = made
	}
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.fresh, start)
		if made != nil && e.runs[id] == made && !made.running {
			delete(e.runs, id)
			close(made.gone)
		}
	}
}

// take is called when the function of a workflow begins. It reports whether the run has been started just now, and so has no past.
func (e *Engine) take(id, flow, start string) (l *live, fresh bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fresh = e.fresh[start]
	delete(e.fresh, start)
	l = e.runs[id]
	if l == nil || l.running { // the one that is there has lost the run
		if l != nil {
			l.stop(errStopped)
		}
		l = newLive(id, flow)
		e.runs[id] = l
	}
	l.running = true
	return l, fresh
}

// leave is called when it ends.
func (e *Engine) leave(l *live) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runs[l.id] == l {
		delete(e.runs, l.id)
	}
	close(l.gone)
}

// done forgets a run that is over.
func (e *Engine) done(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.failed, id)
	delete(e.parked, id)
}

// publish lets other processes see the answer of a run before its end.
func (e *Engine) publish(id, text string) { e.note(id, map[string]any{answerKey: text}) }

// note changes attributes of a workflow.
func (e *Engine) note(id string, attributes map[string]any) {
	if err := dbos.SetWorkflowAttributes(e.root, id, attributes, dbos.WithMergeAttributes()); err != nil && e.root.Err() == nil {
		e.log.Warn("jadedbos: attributes of a run are not written", "run", id, "error", err)
	}
}

// look is a goroutine: it looks for what other processes have sent to the runs here, and for runs elsewhere that wait for a process that knows their flow.
func (e *Engine) look() {
	defer close(e.polling)
	tick := time.NewTicker(e.poll)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-e.closing:
			return
		case <-e.root.Done():
			return
		}
		e.lookForMail()
		if n%5 == 0 {
			e.lookForParked()
		}
	}
}

func (e *Engine) lookForMail() {
	e.mu.Lock()
	runs := maps.Clone(e.runs)
	e.mu.Unlock()
	const most = 500 // in a query
	for ids := range slices.Chunk(slices.Collect(maps.Keys(runs)), most) {
		list, err := dbos.ListWorkflows(e.root, dbos.WithFilterWorkflowIDs(ids...), dbos.WithFilterLoadInput(false), dbos.WithFilterLoadOutput(false))
		if err != nil {
			if e.root.Err() == nil {
				e.log.Warn("jadedbos: signals and cancellations are not read", "error", err)
			}
			return
		}
		for _, w := range list {
			l := runs[w.ID]
			l.put(w.Attributes)
			taken := w.Status == dbos.WorkflowStatusPending && w.ExecutorID != e.root.GetExecutorID()
			l.mu.Lock()
			taken = taken || l.parked && w.Attributes[parkedKey] != true
			l.mu.Unlock()
			if taken || w.Status == dbos.WorkflowStatusCancelled {
				l.stop(errStopped)
			}
		}
	}
}

func (e *Engine) lookForParked() {
	e.mu.Lock()
	flows := maps.Clone(e.flows)
	e.mu.Unlock()
	if len(flows) == 0 {
		return
	}
	filters := []dbos.ListWorkflowsOption{
		dbos.WithFilterStatus(dbos.WorkflowStatusPending), dbos.WithFilterName(slices.Collect(maps.Keys(flows))...), dbos.WithFilterLoadInput(false), dbos.WithFilterLoadOutput(false),
	}
	list, err := dbos.ListWorkflows(e.root, append(filters, dbos.WithFilterAttributes(map[string]any{parkedKey: true}))...)
	if err != nil && strings.Contains(err.Error(), "not supported on sqlite") {
		list, err = dbos.ListWorkflows(e.root, filters...)
	}
	if err != nil {
		if e.root.Err() == nil {
			e.log.Warn("jadedbos: runs that wait for this version are not looked for", "error", err)
		}
		return
	}
	for _, w := range list {
		version, _ := w.Attributes[versionKey].(string)
		if _, known := flows[w.Name].graphs[version]; known && w.Attributes[parkedKey] == true {
			if _, err := dbos.ResumeWorkflow[string](e.root, w.ID); err != nil && e.root.Err() == nil {
				e.log.Warn("jadedbos: a run that waits for this version is not taken", "run", w.ID, "error", err)
			}
		}
	}
}
