package flow

import (
	"context"
	"sync"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
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
// function is called under it. What follows from it is collected in a turn and
// done when the lock is free.
type demand struct {
	mu     sync.Mutex
	phase  []phase
	claims []int32
	chosen []int8        // of an Either: 1 yes, 2 no
	failed []int32       // of an Any: how many of its inputs have failed
	cancel []bool        // of a failure: it is a cancellation
	told   []bool        // of the failure of an effect: OnError will be
	lives  []engine.Life // of nodes that have a ctx of their own and run
}

// phase is how far a node is.
type phase uint8

const (
	idle    phase = iota // not needed yet
	wanted               // waits for inputs
	ready                // on the list
	running              // its function has been called
	made                 // it has a value or a failure
	dropped              // nothing needs it any more
)

func newDemand(n int) *demand {
	return &demand{
		phase: make([]phase, n), claims: make([]int32, n), chosen: make([]int8, n), failed: make([]int32, n),
		cancel: make([]bool, n), told: make([]bool, n), lives: make([]engine.Life, n),
	}
}

func (d *demand) prepare(p *plan) {
	clear(d.phase)
	clear(d.chosen)
	clear(d.failed)
	clear(d.told)
	clear(d.lives)
	for i := range p.specs {
		d.claims[i] = int32(len(p.specs[i].users))
		if k := p.specs[i].kind; k == In || k == Constant {
			d.phase[i] = made
		}
	}
	d.claims[p.out]++
}

func (st *state) openDemand() {
	st.demand.mu.Lock()
	t := turn{st: st}
	t.want(st.plan.out)
	st.demand.mu.Unlock()
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
		err = future.Cause(ctx)
	}
	if err == nil {
		return ctx, proceed
	}
	d.mu.Lock()
	unneeded := d.phase[n] == dropped
	fails := !unneeded && st.plan.specs[n].effect // its failure is one; else it is the end of the run
	var life engine.Life
	if !fails {
		life = d.lives[n]
		d.lives[n], d.phase[n] = nil, dropped
	}
	d.mu.Unlock()
	if life != nil {
		life.Release()
	}
	switch {
	case fails:
		st.offer(st.settle(n, err))
	case !unneeded:
		st.run.owner.halt(err)
	}
	return nil, skip
}

func (st *state) ctxOfDemand(n int32) (context.Context, error) {
	s, r := &st.plan.specs[n], st.run
	ctx := r.ctx
	if s.effect {
		ctx = r.effects.ctx
	}
	if !s.own || s.quick {
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

func (st *state) settleDemand(n int32, err error) (next int32) {
	d := st.demand
	canceled := false
	if err != nil {
		e := st.plan.errorOf(st.ctxAt(n), n, err)
		err, canceled = e, e.class == recovery.Canceled
	}
	late := err == nil && st.isLate(n)
	d.mu.Lock()
	life := d.lives[n]
	d.lives[n] = nil
	t := turn{st: st}
	if d.phase[n] == running {
		if late && !st.plan.specs[n].effect {
			err, canceled = errAnswered, true // nothing uses the value, even if the ctx has not ended yet
		}
		t.made(n, err, canceled)
	} else {
		late = err == nil
	}
	d.mu.Unlock()
	if late {
		st.discard(n)
	}
	if life != nil {
		life.Release()
	}
	next = none
	if len(t.ready) > 0 && !t.calls() {
		next, t.ready = t.ready[0], t.ready[1:]
	}
	if len(t.ready) > 0 {
		t.offer()
		st.wake()
	}
	t.do()
	return next
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
	for i := range d.phase {
		if s := &st.plan.specs[i]; !s.quick && (d.phase[i] == ready || d.phase[i] == running) {
			names = append(names, s.name)
		}
	}
	return names
}
