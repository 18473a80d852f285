package task

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
)

// pass is a ticket of a gate. It counts what still holds it; when nothing holds it any more, leave calls Left of the gate. It is held by the answer
// that has not been given yet, by the goroutine that carries the call on, by each function that runs under it, and by each pass inside of it.
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
	p.holds.Store(2) // the answer, and the goroutine that carries the call on
	return p
}

// hold adds a hold and returns the pass. It returns nil if there is no pass, or if nothing holds it any more.
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

// letGo takes one hold off, for a goroutine that may be about to end. So another goroutine calls the gate.
func (p *pass) letGo(ctx context.Context, task string) {
	if p != nil && p.holds.Add(-1) == 0 {
		engine.Callback(ctx, task, p.leave)
	}
}

// passKey is the ctx key of the pass that calls with the ctx are under. It is used inside of a Wrap, a Hedge and a flow, where a runner does not know it.
type passKey struct{}

// passOf returns the pass in ctx, or nil.
func passOf(ctx context.Context) *pass {
	p, _ := ctx.Value(passKey{}).(*pass)
	return p
}

// release takes n holds off. This goroutine calls the gate, if they were the last ones.
func (p *pass) release(n int32) {
	if p.holds.Add(-n) == 0 {
		p.leave()
	}
}

// leave reports to the gate that everything has returned.
func (p *pass) leave() {
	if p.around != nil {
		defer p.around.release(1)
	}
	p.gate.Left(p.ticket)
}

// answer reports to the gate how the call has ended, unless that has been reported.
func (p *pass) answer(o observe.Outcome) {
	if p.answered.CompareAndSwap(false, true) {
		defer p.release(1)
		p.gate.Answered(p.ticket, o)
	}
}

// end is answer for the goroutine that carries the call on. It also takes the hold of that goroutine off.
func (p *pass) end(o observe.Outcome) {
	if !p.answered.CompareAndSwap(false, true) {
		p.release(1)
		return
	}
	defer p.release(2)
	p.gate.Answered(p.ticket, o)
}

// outcomeFor is the outcome that a gate gets of a call that has failed with err, or whose value replaces the failure degraded.
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
