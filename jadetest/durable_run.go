package jadetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/durable/journal"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

var durableRuns atomic.Int64 // each has an id that no other run of the test program has

// idOfAll takes the place of the id of a run in what is compared.
const idOfAll = "RUN"

// crashKit runs a flow on journals.
type crashKit[In, Out any] struct {
	t        testing.TB
	f        *flow.Flow[In, Out]
	in       In
	settings durableSettings
	dir      string
}

// lived is what became of a run, in one process or in two.
type lived struct {
	answers   []string   // of the processes that have given one
	processes []*process // the second is after the crash
	records   int        // that the first has written
	effects   []int
}

// process is what happened to a run in one process.
type process struct {
	id string

	mu      sync.Mutex
	asked   map[int]string            // calls by id, with their inputs
	calls   map[int]durable.Call      // by id
	begun   []durable.Call            // in order
	ended   []ending                  // in order
	keys    map[string]map[string]int // that functions got, by node
	records int
	crashed bool
	deliver []signaled // that were not delivered
}

// ending is a call that has ended.
type ending struct {
	c durable.Call
	o durable.Outcome
}

var errCrash = fmt.Errorf("jadetest.Durable: a crash: %w", journal.ErrClosed)

// run runs the flow once, with a crash or without one.
func (k *crashKit[In, Out]) run(c crash) lived {
	k.t.Helper()
	id := fmt.Sprint("jadetest-", durableRuns.Add(1))
	var l lived
	before := make([]int, len(k.settings.effects))
	for i, e := range k.settings.effects {
		before[i] = e.count()
	}
	left := slices.Clone(k.settings.signals)
	for at := c; ; at = (crash{}) {
		p := &process{id: id, asked: map[int]string{}, calls: map[int]durable.Call{}, keys: map[string]map[string]int{}, deliver: left}
		l.processes = append(l.processes, p)
		answer, err := k.live(p, at)
		if err != nil {
			k.t.Fatalf("jadetest.Durable: %s: %v", k.f.Name(), err)
		}
		if answer != "" {
			l.answers = append(l.answers, strings.ReplaceAll(answer, id, idOfAll))
		}
		if left = p.deliver; !p.crashed {
			break
		}
	}
	l.records = l.processes[0].records
	for i, e := range k.settings.effects {
		l.effects = append(l.effects, e.count()-before[i])
	}
	return l
}

// live is the life of a process: until the crash, or until nothing of the run is left to do. The answer is empty if it did not get that far.
func (k *crashKit[In, Out]) live(p *process, c crash) (answer string, err error) {
	ctx := begins()
	j, err := journal.Open(ctx, filepath.Join(k.dir, p.id), journal.Unsynced(),
		journal.Watched(engine.Seal{}, p.ask, p.make, func(string) error { return p.recording(c) }),
		journal.Recorded(engine.Seal{}, func(string) error { return p.recorded(c) }))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	watched := k.f.Intercept(func(path []string, n flow.GraphNode) flow.Interceptor {
		if n.Flow != nil {
			return nil
		}
		return p.intercept(strings.Join(append(path, n.Name), "/"))
	})
	runs, err := journal.Register(j, watched)
	if err != nil {
		return "", err
	}
	if err := runs.Start(ctx, p.id, k.in); err != nil {
		return "", err
	}
	p.deliver = slices.DeleteFunc(p.deliver, func(s signaled) bool { return runs.Signal(ctx, p.id, s.name, s.value) == nil })
	v, failure := runs.Result(ctx, p.id)
	if errors.Is(failure, errCrash) {
		return "", nil
	}
	for pause := time.Millisecond; !p.over(j); pause += pause / 4 { // effects, and what is undone
		time.Sleep(pause)
	}
	if failure != nil {
		return "error " + failure.Error(), nil
	}
	text, err := durable.EncodeValue(v)
	return string(text), err
}

// over reports whether there is nothing to wait for.
func (p *process) over(j *journal.Journal) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, err := j.Runs()
	return p.crashed || err != nil || slices.ContainsFunc(all, func(i journal.Info) bool { return i.ID == p.id && i.Finished })
}

func (p *process) recording(c crash) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.records++; c.before && p.records == c.at {
		p.crashed = true
		return errCrash
	}
	return nil
}

func (p *process) recorded(c crash) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !c.before && p.records == c.at {
		p.crashed = true
		return errCrash
	}
	return nil
}

func (p *process) ask(_ string, id int, c durable.Call) {
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		inputs = []byte(err.Error())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[id], p.calls[id] = strings.ReplaceAll(string(inputs), p.id, idOfAll), c
}

func (p *process) make(_ string, _ int, c durable.Call) func(durable.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.Verb != flow.VerbSleep {
		p.begun = append(p.begun, c)
	}
	return func(o durable.Outcome) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ended = append(p.ended, ending{c, o})
	}
}

// intercept notes the keys that the function of a node gets.
func (p *process) intercept(node string) flow.Interceptor {
	return func(ctx context.Context, _ any, call func(context.Context) (any, error)) (any, error) {
		key, _ := task.Key(ctx)
		p.mu.Lock()
		if p.keys[node] == nil {
			p.keys[node] = map[string]int{}
		}
		p.keys[node][key]++
		p.mu.Unlock()
		return call(ctx)
	}
}

// nodeOf is how reports name a call.
func nodeOf(c durable.Call) string {
	name := strings.Join(append(slices.Clone(c.Path), c.Node), "/")
	if c.Element != nil {
		name += fmt.Sprintf("[%d]", *c.Element)
	}
	switch c.Verb {
	case flow.VerbUndo:
		return "undo of " + name
	case flow.VerbTell:
		return strings.TrimSuffix(name, "/") + "OnError"
	case flow.VerbCatch:
		return strings.TrimSuffix(name, "/") + "Catch"
	}
	return name
}
