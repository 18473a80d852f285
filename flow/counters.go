package flow

import (
	"context"
	"sync/atomic"

	"github.com/jade-go/jade/future"
)

// This file is how a plan runs in which every node is needed from the start and
// a failure of any is that of the run: each node has a bit for each input that
// is missing, and whoever makes that input takes the bit away. Flows with After, Require, Also, Either, Any, Recover or Try are in demand.go,
// and so are observed runs if a task has policies or elements.

// open makes the nodes ready that need nothing.
func (st *state) open() {
	if st.demand != nil {
		st.openDemand()
		return
	}
	first := st.plan.first
	if len(first) == 0 { // the result is the input, or a constant
		st.run.owner.succeed()
		return
	}
	for i, n := range first[1:] {
		st.link[first[i]] = n
	}
	st.push(first[0], first[len(first)-1])
}

// ctxOf is the ctx for node n, or why it may not run.
func (st *state) ctxOf(n int32) (context.Context, error) {
	switch r := st.run; {
	case r.observer != nil && r.observer.ctx(n) != nil:
		return r.observer.ctx(n), nil
	case st.demand != nil:
		return st.ctxOfDemand(n)
	default:
		return r.ctx, nil
	}
}

// enter is asked before node n is made.
func (st *state) enter(n int32) (ctx context.Context, v verdict) {
	if st.demand != nil {
		return st.enterDemand(n)
	}
	r := st.run
	if r.fate.Load() != undecided {
		return nil, stop
	}
	if r.foreign != nil && !st.plan.specs[n].quick && r.foreign.Err() != nil {
		r.owner.halt(future.Cause(r.ctx))
		return nil, stop
	}
	return r.ctx, proceed
}

// settle is told that node n is made, and returns a node that has become ready and is on no list.
func (t *change) settle(n int32, err error) (next int32) {
	st := t.st
	switch {
	case st.demand != nil:
		return t.settleDemand(n, err, false)
	case err != nil:
		st.run.owner.fail(st.errorOf(st.run.ctx, n, err))
		return none
	case n == st.plan.out:
		st.ended.Store(true)
		t.answered = true
	case st.isLate(n):
		st.discard(n)
	}
	next, rest, last := none, none, none
	for _, u := range st.plan.specs[n].users {
		switch {
		case atomic.AddInt32(&st.left[u.node], -u.bit) != 0:
		case next == none:
			next = u.node
		case rest == none:
			rest, last = u.node, u.node
		default:
			st.link[last] = u.node
			last = u.node
		}
	}
	if rest != none {
		st.push(rest, last)
		st.wake()
	}
	return next
}

// missing lists the nodes that are being made, or could be.
func (st *state) missing() (names []string) {
	if st.demand != nil {
		return st.missingDemand()
	}
	for i := range st.left {
		if st.isMissing(int32(i)) {
			names = append(names, st.plan.specs[i].name)
		}
	}
	return names
}

// firstMissing is the first node that is missing at the end of a run.
func (st *state) firstMissing() int32 {
	d, w := st.demand, st.run.observer
	if d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
	}
	for i := range st.plan.specs {
		n := int32(i)
		switch {
		case d != nil && (d.phase[i] == running || d.phase[i] == held || d.phase[i] == ready):
			return n
		case d == nil && st.isMissing(n) && (w == nil || !w.isBack(n)): // or else only an observer is slow
			return n
		}
	}
	return st.plan.out
}

// isMissing reports whether node n is being made, or could be.
func (st *state) isMissing(n int32) bool {
	return !st.plan.specs[n].quick && atomic.LoadInt32(&st.left[n]) == 0 && !st.isMade(n)
}

// isMade reports whether node n has given its value to those who use it.
func (st *state) isMade(n int32) bool {
	if n == st.plan.out {
		return st.ended.Load()
	}
	u := st.plan.specs[n].users[0]
	return atomic.LoadInt32(&st.left[u.node])&u.bit == 0
}
