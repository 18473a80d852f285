package task

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
)

// pass is a ticket of a gate, and what has to happen before the gate is told that the call has left. It is held by
// the answer that is still to be given, by who carries the call on, by each function that runs under it, and by each pass inside of it.
type pass struct {
	gate     Gate
	ticket   uint64
	around   *pass // nil: there is none
	started  bool  // a function was called under it; guarded by the lock of the runner
	answered atomic.Bool
	holds    atomic.Int32
}

func newPass(g Gate, ticket uint64) *pass {
	p := &pass{gate: g, ticket: ticket}
	p.holds.Store(2) // the answer, and who carries the call on
	return p
}

// hold keeps the gate from being told that the call has left, and returns the pass; nil if it has left, or there is none.
func (p *pass) hold() *pass {
	if p == nil {
		return nil
	}
	for {
		n := p.holds.Load()
		if n == 0 {
			return nil
		}
		if p.holds.CompareAndSwap(n, n+1) {
			return p
		}
	}
}

// letGo is the opposite of hold, for who may be about to die: the gate is told elsewhere.
func (p *pass) letGo(ctx context.Context, task string) {
	if p != nil && p.holds.Add(-1) == 0 {
		engine.Callback(ctx, task, p.leave)
	}
}

// passKey is the key of the pass that what is started with a ctx is under, where that is not known otherwise: inside of a Wrap, a Hedge and a flow.
type passKey struct{}

// passOf is the pass that a call with ctx is under; nil if there is none, or it is known otherwise.
func passOf(ctx context.Context) *pass {
	p, _ := ctx.Value(passKey{}).(*pass)
	return p
}

// release takes n holds off. The gate is told here.
func (p *pass) release(n int32) {
	if p.holds.Add(-n) == 0 {
		p.leave()
	}
}

// leave tells the gate that everything has returned.
func (p *pass) leave() {
	if p.around != nil {
		defer p.around.release(1)
	}
	p.gate.Left(p.ticket)
}

// answer tells the gate how the call has ended, unless somebody has done so.
func (p *pass) answer(o observe.Outcome) {
	if p.answered.CompareAndSwap(false, true) {
		defer p.release(1)
		p.gate.Answered(p.ticket, o)
	}
}

// end is answer for who carries the call on, and does so no more.
func (p *pass) end(o observe.Outcome) {
	if !p.answered.CompareAndSwap(false, true) {
		p.release(1)
		return
	}
	defer p.release(2)
	p.gate.Answered(p.ticket, o)
}

// outcomeFor is what a gate is told of a call that has failed with err, or has a value that stands in for the failure degraded.
func outcomeFor(ctx context.Context, err, degraded error, started bool) (o observe.Outcome) {
	if err != nil || degraded != nil {
		o = observe.OutcomeOf(ctx, err, degraded, time.Time{})
		o.Elapsed = 0
	}
	if !started {
		o.Status = observe.StatusSkipped
	}
	return o
}
