package flow

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jade-go/jade/task"
)

// watch is a run as an observer sees it.
type watch struct {
	mu    sync.Mutex
	run   *sight   // nil until the observer knows of it
	nodes []*sight // those that have begun
	over  bool     // the run was answered before the observer knew of it
	err   error    // then, how
}

// sight is one call as an observer sees it. A nil sight is one that nobody observes.
type sight struct {
	begun    time.Time
	ctx      context.Context // that the observer has returned
	degraded error
	tell     func(task.Outcome)
	over     bool
}

func newWatch(nodes int) *watch { return &watch{nodes: make([]*sight, nodes)} }

func (s *sight) end(err, degraded error) {
	if s != nil {
		s.tell(task.OutcomeOf(err, degraded, s.begun))
	}
}

// beginRun tells of the run and returns the ctx for its nodes.
func (w *watch) beginRun(r *run) context.Context {
	ctx, tell := task.Begin(r.ctx, task.Call{Kind: task.RunCall, Flow: r.plan.name, Place: r.plan.place, Start: r.begun})
	s := &sight{begun: r.begun, ctx: ctx, tell: tell}
	w.mu.Lock()
	w.run = s
	over, err := w.over, w.err
	w.mu.Unlock()
	if over {
		s.end(err, nil)
	}
	return ctx
}

// observable reports whether the node is told of: maps and the like are not.
func (s *spec) observable() bool { return s.kind == TaskStep || s.kind == Elements }

// callOf says what node n is.
func (p *plan) callOf(n int32, begun time.Time) task.Call {
	s := &p.specs[n]
	c := task.Call{Kind: task.NodeCall, Flow: p.name, Node: s.name, Place: s.node.place, Start: begun, Inputs: p.sources(s)}
	if s.task != nil {
		c.Task, c.Place = s.task.name, s.task.origin.Place
	}
	return c
}

// sources names the nodes whose data s takes, with those that are not told of passed over.
func (p *plan) sources(s *spec) (names []string) {
	seen := map[int32]bool{}
	var visit func(inputs []input)
	visit = func(inputs []input) {
		for _, in := range inputs {
			i := in.n.index
			if seen[i] || in.role == Order || in.role == Effect {
				continue
			}
			seen[i] = true
			if from := &p.specs[i]; from.observable() {
				names = append(names, from.name)
			} else {
				visit(from.inputs)
			}
		}
	}
	visit(s.inputs)
	return names
}

// begin tells of node n and returns the ctx for it.
func (w *watch) begin(st *state, n int32, ctx context.Context) context.Context {
	begun := time.Now()
	seen, tell := task.Begin(ctx, st.plan.callOf(n, begun))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nodes[n] = &sight{begun: begun, ctx: seen, tell: tell}
	return seen
}

// ctx is the ctx of node n, if that has begun.
func (w *watch) ctx(n int32) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.nodes[n]; s != nil {
		return s.ctx
	}
	return nil
}

// degrade notes that the value of n stands in for a failure.
func (w *watch) degrade(n int32, failure error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.nodes[n]; s != nil {
		s.degraded = failure
	}
}

// end tells how node n ended.
func (w *watch) end(n int32, err, degraded error) {
	w.mu.Lock()
	s := w.nodes[n]
	if s != nil {
		s.over = true
		if degraded == nil {
			degraded = s.degraded
		}
	}
	w.mu.Unlock()
	if err != nil {
		degraded = nil
	}
	s.end(err, degraded)
}

// answered tells of the nodes that never started, of those that still run, and
// of the end of the run. What runs for an effect is told when it ends.
func (w *watch) answered(r *run, err, degraded error) {
	w.mu.Lock()
	run := w.run
	w.over, w.err = run == nil, err
	w.mu.Unlock()
	if run == nil {
		return
	}
	for n := range r.plan.specs {
		s := &r.plan.specs[n]
		if !s.observable() || s.effect {
			continue
		}
		w.mu.Lock()
		seen := w.nodes[n]
		running := seen != nil && !seen.over
		w.mu.Unlock()
		switch {
		case seen == nil:
			w.skip(run.ctx, r.plan, int32(n), err)
		case running:
			o := task.OutcomeOf(err, nil, seen.begun)
			o.Status = task.Straggler
			seen.tell(o)
		}
	}
	run.end(err, degraded)
}

// skip tells of a node that is not going to start.
func (w *watch) skip(ctx context.Context, p *plan, n int32, why error) {
	if why == nil {
		why = ErrUnneeded
	}
	begun := time.Now()
	_, end := task.Begin(ctx, p.callOf(n, begun))
	o := task.OutcomeOf(why, nil, begun)
	o.Status = task.Skipped
	if errors.Is(why, ErrUnneeded) {
		o.Class = 0
	}
	end(o)
}
