package flow

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// runObserver is a run as an observer sees it.
type runObserver struct {
	plan   *plan
	to     observe.Observer
	known  atomic.Bool  // the observer knows of the run
	over   atomic.Bool  // the run has been answered
	answer answer       // written before over is
	due    atomic.Int32 // what must be over before the observer is told that the run is: its opening, its answer, each node that it is being told of
	sights []sight      // of the run, and of the nodes that are not quick: one object, as a user may keep any of them
}

// answer is how a run was answered.
type answer struct {
	err, degraded error
	losses        []Loss
}

// sight is one call as an observer sees it.
type sight struct {
	call  seam.Seen
	stage atomic.Uint32         // of a node
	late  atomic.Pointer[error] // why it was given up at the limit
}

// Stages of a node.
const (
	unseen   uint32 = iota
	arriving        // the observer is being told that it begins
	awaited         // so it was when the run was answered, which is not over before that
	inSight         // it runs
	gone            // it has returned
	done            // so, and in a run with counters what follows from that is done: see take
	missed          // the observer knows that it does not run, or never came to know that it does
)

func newRunObserver(p *plan, o observe.Observer) *runObserver {
	p.described()
	w := &runObserver{plan: p, to: o, sights: make([]sight, p.watched)}
	calls := observe.ForEngines(seal).Calls(len(w.sights))
	for i := range calls {
		w.sights[i].call = &calls[i]
	}
	w.due.Store(2)
	return w
}

// sight is that of node n; nil if it is quick.
func (w *runObserver) sight(n int32) *sight {
	if i := w.plan.specs[n].sight; i > 0 {
		return &w.sights[i]
	}
	return nil
}

// beginRun tells of the run and returns the ctx for its nodes.
func (w *runObserver) beginRun(r *run) context.Context {
	defer w.leave(r)
	about := &w.plan.ran
	if l := r.limit; l != nil { // the ctx of the run ends earlier: with that of its calls
		limited := *about
		limited.Deadline = l.due
		about = &limited
	}
	ctx := w.sights[0].call.Begin(r.ctx, w.to, about, r.begun)
	w.known.Store(true)
	w.sweep()
	return ctx
}

// begin tells of node n and returns the ctx for it.
func (w *runObserver) begin(r *run, n int32, ctx context.Context) context.Context {
	if w.plan.specs[n].effect && w.join() {
		defer w.leave(r)
	}
	s := w.sight(n)
	if !s.stage.CompareAndSwap(unseen, arriving) {
		return ctx // the run has been answered
	}
	stage := missed
	defer func() { w.arrived(r, s, stage) }() // whatever the observer does
	ctx = s.call.Begin(ctx, w.to, &w.plan.calls[n], r.now())
	stage = inSight
	return ctx
}

// arrived is called when the observer has been told of a node. If the run has been answered meanwhile,
// that waits for it.
func (w *runObserver) arrived(r *run, s *sight, stage uint32) {
	if s.stage.CompareAndSwap(arriving, stage) {
		return
	}
	defer w.leave(r)
	s.stage.Store(stage)
	if stage == inSight {
		w.leftBehind(s)
	}
}

// join makes the end of the run wait, if it has not been told of.
func (w *runObserver) join() bool {
	for {
		n := w.due.Load()
		if n == 0 || w.due.CompareAndSwap(n, n+1) {
			return n > 0
		}
	}
}

// leave is called when a part of the run is over. The last to do so tells that the run is,
// without delay for that part.
func (w *runObserver) leave(r *run) {
	if w.due.Add(-1) > 0 {
		return
	}
	r.members.Add(1) // the caller is one
	go func() {
		defer r.Leave()
		w.tell(r)
	}()
}

// tell tells that the run is over, and then gives the answer, if that has waited for it.
func (w *runObserver) tell(r *run) {
	defer r.owner.finish() // whatever the observer does
	if w.known.Load() {
		w.sights[0].call.End(w.answer.err, w.answer.degraded, w.answer.losses...)
	}
}

// ctx is the ctx of node n, if the observer knows that it has begun.
func (w *runObserver) ctx(n int32) context.Context {
	if s := w.sight(n); s != nil && s.seen() {
		return s.call.Context()
	}
	return nil
}

func (s *sight) seen() bool { stage := s.stage.Load(); return stage == inSight || stage == gone }

// degrade notes that the value of n stands in for a failure.
func (w *runObserver) degrade(n int32, failure error) {
	if s := w.sight(n); s != nil && s.seen() {
		s.call.Degrade(failure)
	}
}

// end tells how node n ended.
func (w *runObserver) end(n int32, err, degraded error) {
	if s := w.sight(n); s != nil && s.stage.CompareAndSwap(inSight, gone) {
		s.call.End(err, degraded)
	}
}

// endBeside is end at the limit, where nobody waits for the observer. The node has not been left behind, whoever is told first,
// and the observer is told of its end before that of the run, unless it has been told of that.
func (w *runObserver) endBeside(r *run, n int32, err, degraded error) {
	s := w.sight(n)
	if s == nil || !s.stage.CompareAndSwap(inSight, gone) {
		return
	}
	joined := w.join()
	r.beside(func() {
		if joined {
			defer w.leave(r)
		}
		s.call.End(err, degraded)
	})
}

// givenUp notes that node n has failed at the limit. Nobody waits for the observer then: the run may be answered before it knows that.
func (w *runObserver) givenUp(n int32, err error) {
	if s := w.sight(n); s != nil {
		s.late.Store(&err)
	}
}

// isBack reports whether the function of node n has returned.
func (w *runObserver) isBack(n int32) bool {
	stage := w.sight(n).stage.Load()
	return stage == gone || stage == done
}

// take reports whether the caller does, in a run with counters, what follows from the end of node n: at the limit that need not be who
// tells the observer of it.
func (w *runObserver) take(n int32) bool {
	s := w.sight(n)
	return s.stage.CompareAndSwap(gone, done) || s.stage.Load() != done
}

// straggle tells that node n has been given up.
func (w *runObserver) straggle(n int32, err error) {
	if s := w.sight(n); s != nil && s.seen() {
		s.call.Straggle(err)
	}
}

// leftBehind tells that a node still runs, although the run has been answered.
func (w *runObserver) leftBehind(s *sight) {
	err := w.answer.err
	if late := s.late.Load(); late != nil {
		err = *late
	}
	s.call.Straggle(err)
}

// answered is told how the run was.
func (w *runObserver) answered(r *run, a answer) {
	defer func() { // whatever the observer does
		if w.due.Add(-1) == 0 {
			w.tell(r)
		}
	}()
	w.answer = a
	w.over.Store(true)
	w.sweep()
}

// sweep tells of the nodes that never started and of those that still run, once the observer
// knows of the run and that has been answered. What runs for an effect is told when it ends;
// a Recover whose function does not run is no call.
func (w *runObserver) sweep() {
	if !w.known.Load() || !w.over.Load() {
		return // who comes second does it
	}
	for n := range w.plan.specs {
		if s := &w.plan.specs[n]; !s.quick && !s.effect {
			w.sweepNode(int32(n))
		}
	}
}

func (w *runObserver) sweepNode(n int32) {
	s := w.sight(n)
	for {
		switch s.stage.Load() {
		case unseen:
			if s.stage.CompareAndSwap(unseen, missed) {
				if w.plan.specs[n].observable() {
					w.skipUnneeded(n)
				}
				return
			}
		case arriving:
			if s.stage.CompareAndSwap(arriving, awaited) {
				w.due.Add(1)
				return
			}
		case inSight:
			w.leftBehind(s)
			return
		default:
			return
		}
	}
}

// refused tells of a run that may not start.
func (p *plan) refused(ctx context.Context, why error) {
	p.described()
	c := p.ran
	c.Start = time.Now()
	ctx, end := observe.Begin(ctx, c)
	o := observe.OutcomeOf(ctx, why, nil, c.Start)
	o.Status = observe.StatusSkipped
	end(o)
}

// lose tells of an effect that cannot start any more, because of why.
func (w *runObserver) lose(n int32, why error) {
	if s := w.sight(n); s != nil && w.known.Load() && s.stage.CompareAndSwap(unseen, missed) {
		w.skip(n, why)
	}
}

// skipUnneeded tells of a node that the run, which has been answered, did not come to.
func (w *runObserver) skipUnneeded(n int32) {
	if why := w.answer.err; why != nil {
		w.skip(n, why)
		return
	}
	w.skip(n, ErrUnneeded)
}

// skip tells of a node that is not going to start.
func (w *runObserver) skip(n int32, why error) {
	c := w.plan.calls[n]
	c.Start = time.Now()
	ctx, end := observe.Begin(w.sights[0].call.Context(), c)
	o := observe.OutcomeOf(ctx, why, nil, c.Start)
	o.Status = observe.StatusSkipped
	if errors.Is(why, ErrUnneeded) {
		o.Class = 0
	}
	end(o)
}
