package flow

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	recovery "github.com/jade-go/jade/recover"
)

// demand is how a plan runs in which not every node is needed, or not from the
// start, or in which a failure is not always that of the run.
//
// A node is wanted when the answer needs it, or an effect, or something that is
// wanted: then it wants its inputs in turn. Besides, each node has claims: the
// places where it may yet be needed. A place gives up its claim when it is made
// or will never be: so a node without claims, whatever its phase, is needed by
// nothing, now and later. It is dropped: cancelled if it runs, skipped if it has
// not started.
//
// All this happens under one lock, for a few instructions a node; no user's
// function is called under it. What follows from it is collected in a change and
// done when the lock is free.
type demand struct {
	mu     sync.Mutex
	phase  []phase
	claims []int32
	chosen []int32               // of an Either: 1 yes, 2 no; of an Any: which input, from 1 on
	failed []int32               // of an Any: how many of its inputs have failed
	cancel []bool                // of a failure: it is a cancellation
	told   []bool                // of the failure of an effect: OnError will be
	passed []bool                // of an Any whose failure has been taken: so have those of its inputs
	lives  []engine.Life         // of nodes that have a ctx of their own and run
	spares map[int32]engine.Life // of nodes that run: what functions of Recover of their tasks have of the reserve; see crew
	calls  []seam.Carried        // that can be given up, of nodes that run
	back   []returned            // of nodes whose function has returned, and which wait for expire
	mine   []bool                // of nodes whose function has been called: somebody has claimed them
	giving bool                  // expire is giving calls up: other goroutines leave it to that to go on
	lost   []loss                // failures that something has taken
	lossy  atomic.Bool           // there are some
	open   bool                  // the output is wanted
	late   error                 // the failure of calls, as the limit has passed; nil before that
	past   atomic.Bool           // there is one; set after it
	notes  []note                // of nodes whose function has returned, while the observer is told of that: see hold
	spent  bool                  // so has what is reserved
	stray  []stray               // of nodes that were given up while their function ran
}

// stray says whether the function of a node that was given up still runs.
type stray int8

const (
	noStray  stray = iota
	strays         // it does
	mayStray       // nobody is told when it returns
)

// returned is how the function of a node has returned.
type returned struct {
	is   bool
	told bool // the observer, if there is one
	err  error
}

// note is how the function of a node has returned. It is written once, before is is set.
type note struct {
	is  atomic.Bool
	err error
}

// phase is how far a node is.
type phase uint8

const (
	idle    phase = iota // not needed yet
	wanted               // waits for inputs
	ready                // on the list
	running              // its function has been called
	held                 // so, and another goroutine than the one that has called it may say how it ends
	made                 // it has a value or a failure
	dropped              // nothing needs it any more
)

func newDemand(n int) *demand {
	return &demand{
		phase: make([]phase, n), claims: make([]int32, n), chosen: make([]int32, n), failed: make([]int32, n),
		cancel: make([]bool, n), told: make([]bool, n), passed: make([]bool, n), lives: make([]engine.Life, n), calls: make([]seam.Carried, n),
		back: make([]returned, n), lost: make([]loss, n), stray: make([]stray, n), notes: make([]note, n), mine: make([]bool, n),
	}
}

func (d *demand) prepare(p *plan) {
	clear(d.phase)
	clear(d.chosen)
	clear(d.failed)
	clear(d.told)
	clear(d.passed)
	clear(d.lives)
	clear(d.calls)
	clear(d.back)
	if d.lossy.Load() {
		clear(d.lost)
		d.lossy.Store(false)
	}
	clear(d.stray)
	clear(d.mine)
	clear(d.notes)
	d.past.Store(false)
	d.open, d.late, d.spent, d.giving = false, nil, false, false
	for i := range p.specs {
		d.claims[i] = int32(len(p.specs[i].users))
		if k := p.specs[i].kind; k == KindIn || k == KindConst {
			d.phase[i] = made
		}
	}
	d.claims[p.out]++
	for n, in := range p.failed {
		d.cancel[n] = in.canceled
		if p.specs[p.out].kind == KindAny {
			d.failed[p.out]++
		}
	}
}

func (st *state) openDemand() {
	d := st.demand
	d.mu.Lock()
	t := change{st: st}
	if !d.open { // the limit may have passed before
		d.open = true
		t.want(st.plan.out)
	}
	d.mu.Unlock()
	t.offer()
	t.do()
}

// enterDemand is asked before node n is made.
func (st *state) enterDemand(n int32) (context.Context, verdict) {
	d := st.demand
	d.mu.Lock()
	if d.phase[n] != ready {
		d.mu.Unlock()
		return nil, skip
	}
	d.phase[n] = running
	d.mu.Unlock()
	ctx, err := st.ctxOfDemand(n)
	if err == nil {
		if ctx.Err() == nil {
			return ctx, proceed
		}
		err = future.Cause(ctx)
	}
	s, r := &st.plan.specs[n], st.run
	if !s.effect && !r.expired.Load() && !d.isOver(n) {
		r.owner.halt(err) // which may find that the limit has passed
	}
	switch {
	case !r.expired.Load() || r.fate.Load() != undecided:
	case s.quick:
		return ctx, proceed // it needs no ctx
	case s.kind == KindRecover:
		st.passOn(n)
		return nil, skip
	case s.answer:
		return nil, skip // it is given up: see expire
	}
	d.mu.Lock()
	fails := s.effect && d.phase[n] == running // its failure is one; else it is the end of the run
	var life engine.Life
	if !fails {
		life = d.lives[n]
		d.lives[n] = nil
		if d.phase[n] == running {
			d.phase[n] = dropped
		}
	}
	d.mu.Unlock()
	if life != nil {
		life.Release()
	}
	if fails {
		if r.observer != nil { // beside, as it may not return
			r.beside(func() { r.observer.lose(n, err) })
		}
		st.end(n, err)
	}
	return nil, skip
}

// passOn ends a Recover as its input has ended: there is no time for its function.
func (st *state) passOn(n int32) {
	d := st.demand
	d.mu.Lock()
	t := change{st: st}
	if d.phase[n] == running {
		d.phase[n] = wanted
		t.forward(n, st.plan.specs[n].inputs[0].n.index, 0)
	}
	d.mu.Unlock()
	if t.ready.size > 0 {
		t.offer()
		st.wake()
	}
	t.do()
}

func (st *state) ctxOfDemand(n int32) (context.Context, error) {
	s, r := &st.plan.specs[n], st.run
	ctx, own := r.ctx, s.own
	switch {
	case s.effect:
		ctx = r.effects.ctx
	case s.kind == KindRecover:
		if spare := r.Reserved(); spare != nil { // at the limit something may stand in for a call that needs it
			ctx, own = spare, true
		}
	}
	if !own || s.quick {
		return ctx, nil
	}
	if life := st.demand.life(n); life != nil {
		return life.Context(), nil
	}
	life, err := r.begin(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	st.demand.mu.Lock()
	unneeded := st.demand.phase[n] == dropped
	st.demand.lives[n] = life
	st.demand.mu.Unlock()
	if unneeded { // not under the lock: it may turn out that the run's ctx has ended, which asks what is missing
		life.End(&future.CanceledError{Cause: ErrUnneeded})
	}
	return life.Context(), nil
}

// ctxAt is the ctx that node n has, or would have.
func (st *state) ctxAt(n int32) context.Context {
	switch life := st.demand.life(n); {
	case life != nil:
		return life.Context()
	case st.plan.specs[n].effect:
		return st.run.effects.ctx
	}
	return st.run.ctx
}

// life is that of node n, if it has one already.
func (d *demand) life(n int32) engine.Life {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lives[n]
}

// settleDemand is settle; given says that it is expire which settles n. (A worker gets here with the stack that a goroutine
// begins with. What is rare is in functions of its own, so that this is enough.)
func (t *change) settleDemand(n int32, err error, given bool) (next int32) {
	st := t.st
	d := st.demand
	returns, canceled := returned{true, true, err}, false
	if err != nil {
		err, canceled = st.failureOf(n, err, given)
	}
	late := err == nil && st.isLate(n)
	undo, keep := st.undoable(n, err), []undoable(nil)
	d.mu.Lock()
	if d.giving && !given {
		d.back[n] = returns
		d.mu.Unlock()
		return none
	}
	life, back, spared := d.lives[n], d.back[n], len(d.spares) > 0
	d.lives[n], d.calls[n], d.back[n] = nil, nil, returned{}
	if d.phase[n] == running || d.phase[n] == held {
		if late && !st.plan.specs[n].effect {
			err, canceled = errAnswered, true // nothing uses the value, even if the ctx has not ended yet
		}
		t.made(n, err, canceled)
		if given && err != nil && back.told { // its function has returned since expire looked
			late = back.err == nil
			d.stray[n] = noStray
		}
		keep, undo = undo, nil
		if err != nil {
			keep, undo = nil, keep
		}
	} else {
		late = err == nil && (d.phase[n] != made || st.errs[n] != nil) // or else expire has taken the value
		d.stray[n] = noStray
	}
	d.mu.Unlock()
	if late {
		st.discard(n)
	}
	if len(undo)+len(keep) > 0 {
		st.run.undoing.keep(n, keep...)
		st.run.undoing.undo(undo...)
	}
	if life != nil {
		life.Release()
	}
	if spared {
		d.releaseSpare(n)
	}
	next = none
	if t.ready.size > 0 && !t.calls() {
		next = t.ready.take(st.link)
	}
	if t.ready.size > 0 {
		t.offer()
		st.wake()
	}
	return next
}

// failureOf is err as the failure of node n, and whether that is a cancellation.
func (st *state) failureOf(n int32, err error, given bool) (e *Error, canceled bool) {
	if r := st.run; !given && !st.plan.specs[n].effect && !r.expired.Load() && r.fate.Load() == undecided && r.ctx.Err() != nil {
		r.owner.halt(future.Cause(r.ctx)) // the caller has left, or the limit has passed: that is why
	}
	e = st.errorOf(st.ctxAt(n), n, st.lateness(err))
	return e, e.class == recovery.ClassCanceled
}

// isLate reports whether nothing can use the value of n any more, as the run has ended. (If n
// is the output, that turns out when it is to be the answer.)
func (st *state) isLate(n int32) bool {
	r := st.run
	if n == st.plan.out || r.fate.Load() == undecided {
		return false
	}
	return !st.plan.specs[n].effect || r.effects.ctx.Err() != nil
}

func (st *state) missingDemand() (names []string) {
	d := st.demand
	d.mu.Lock()
	defer d.mu.Unlock()
	var doubtful []string
	for i := range d.phase {
		switch s := &st.plan.specs[i]; {
		case s.quick:
		case d.phase[i] == ready || d.phase[i] == running || d.phase[i] == held || d.stray[i] == strays:
			names = append(names, s.name)
		case d.stray[i] == mayStray:
			doubtful = append(doubtful, s.name)
		}
	}
	if len(names) == 0 {
		return doubtful
	}
	return names
}
