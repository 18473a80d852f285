package flow

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/task"
)

// watch is a run as an observer sees it.
type watch struct {
	calls  []task.Call
	ran    task.Call
	run    atomic.Pointer[sight] // nil until the observer knows of it
	answer atomic.Pointer[answer]
	due    atomic.Int32 // what must be over before the observer is told that the run is: its opening, its answer, each node that it is being told of
	then   func()       // to be called after that; written before the answer has left
	nodes  []sight
}

// answer is how a run was answered.
type answer struct{ err, degraded error }

// sight is one call as an observer sees it.
type sight struct {
	stage    atomic.Uint32      // of a node
	begun    time.Time          // written, as ctx and tell, before the stage is inSight
	ctx      context.Context    // that the observer has returned
	tell     func(task.Outcome) // a nil sight is one that nobody observes
	degraded error              // written before the call ends, by who ends it
}

// Stages of a node.
const (
	unseen   uint32 = iota
	arriving        // the observer is being told that it begins
	inSight         // it runs
	gone            // it has returned
	missed          // the observer has been told that it does not run
)

func newWatch(p *plan) *watch {
	w := &watch{nodes: make([]sight, len(p.specs))}
	w.due.Store(2)
	w.calls, w.ran = p.described()
	return w
}

func (s *sight) end(err, degraded error) {
	if s != nil {
		s.tell(task.OutcomeOf(err, degraded, s.begun))
	}
}

// straggles tells that the run has been answered without the call.
func (s *sight) straggles(err error) {
	o := task.OutcomeOf(err, nil, s.begun)
	o.Status = task.Straggler
	s.tell(o)
}

// beginRun tells of the run and returns the ctx for its nodes.
func (w *watch) beginRun(r *run) context.Context {
	defer w.leave(r)
	c := w.ran
	c.Start = r.begun
	s := &sight{begun: r.begun}
	s.ctx, s.tell = task.Begin(r.ctx, c)
	w.run.Store(s)
	w.sweep(r)
	return s.ctx
}

// begin tells of node n and returns the ctx for it.
func (w *watch) begin(st *state, n int32, ctx context.Context) context.Context {
	effect := st.plan.specs[n].effect
	if w.join() {
		defer w.leave(st.run)
	} else if !effect {
		return ctx // the run is over
	}
	s := &w.nodes[n]
	if !s.stage.CompareAndSwap(unseen, arriving) {
		return ctx // the run has been answered
	}
	c := w.calls[n]
	c.Start = st.run.now()
	s.begun = c.Start
	s.ctx, s.tell = task.Begin(ctx, c)
	s.stage.Store(inSight)
	if a := w.answer.Load(); a != nil && !effect { // or else who answers sees the node
		s.straggles(a.err)
	}
	return s.ctx
}

// join makes the end of the run wait, if it has not been told of.
func (w *watch) join() bool {
	for {
		n := w.due.Load()
		if n == 0 || w.due.CompareAndSwap(n, n+1) {
			return n > 0
		}
	}
}

// leave is called when a part of the run is over. The last to do so tells that the run is,
// without delay for that part.
func (w *watch) leave(r *run) {
	if w.due.Add(-1) > 0 {
		return
	}
	r.members.Add(1) // the caller is one
	go func() {
		defer r.Leave()
		w.over()
	}()
}

// over tells that the run is.
func (w *watch) over() {
	defer w.then() // whatever the observer does
	if run := w.run.Load(); run != nil {
		a := w.answer.Load()
		run.end(a.err, a.degraded)
	}
}

// ctx is the ctx of node n, if that has begun.
func (w *watch) ctx(n int32) context.Context {
	if s := &w.nodes[n]; s.seen() {
		return s.ctx
	}
	return nil
}

// seen reports whether the observer knows that the node has begun.
func (s *sight) seen() bool { stage := s.stage.Load(); return stage == inSight || stage == gone }

// degrade notes that the value of n stands in for a failure.
func (w *watch) degrade(n int32, failure error) {
	if s := &w.nodes[n]; s.seen() {
		s.degraded = failure
	}
}

// end tells how node n ended.
func (w *watch) end(n int32, err, degraded error) {
	s := &w.nodes[n]
	if !s.stage.CompareAndSwap(inSight, gone) {
		return // nobody was told of it
	}
	switch {
	case err != nil:
		degraded = nil
	case degraded == nil:
		degraded = s.degraded
	}
	s.end(err, degraded)
}

// answered is told how the run was, and what to do when the observer has been told of that.
func (w *watch) answered(r *run, a answer, then func()) {
	w.then = then
	defer func() { // whatever the observer does
		if w.due.Add(-1) == 0 {
			w.over()
		}
	}()
	w.answer.Store(&a)
	w.sweep(r)
}

// sweep tells of the nodes that never started and of those that still run, once the observer
// knows of the run and that has been answered. What runs for an effect is told when it ends.
func (w *watch) sweep(r *run) {
	run, a := w.run.Load(), w.answer.Load()
	if run == nil || a == nil {
		return // who comes second does it
	}
	for n := range r.plan.specs {
		s := &r.plan.specs[n]
		if !s.observable() || s.effect {
			continue
		}
		switch seen := &w.nodes[n]; {
		case seen.stage.CompareAndSwap(unseen, missed):
			w.skip(run.ctx, n, a.err)
		case seen.stage.Load() == inSight:
			seen.straggles(a.err)
		}
	}
}

// refused tells of a run that may not start.
func (p *plan) refused(ctx context.Context, why error) {
	_, c := p.described()
	c.Start = time.Now()
	_, end := task.Begin(ctx, c)
	o := task.OutcomeOf(why, nil, c.Start)
	o.Status = task.Skipped
	end(o)
}

// skip tells of a node that is not going to start.
func (w *watch) skip(ctx context.Context, n int, why error) {
	if why == nil {
		why = ErrUnneeded
	}
	c := w.calls[n]
	c.Start = time.Now()
	_, end := task.Begin(ctx, c)
	o := task.OutcomeOf(why, nil, c.Start)
	o.Status = task.Skipped
	if errors.Is(why, ErrUnneeded) {
		o.Class = 0
	}
	end(o)
}
