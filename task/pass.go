package task

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/observe"
)

// pass is a ticket of a gate. It counts what still holds it; when nothing holds it any more, leave calls Left of the gate. It is held by the answer
// that has not been given yet, and by work: the goroutine that carries the call on, each function that runs under it, and each pass inside of it that
// is held by work. So a gate whose Answered or Left does not return keeps nothing from the gates around it.
type pass struct {
	gate     Gate
	ticket   uint64
	ctx      context.Context
	task     string
	around   *pass // nil: there is none
	started  bool  // a function was called under it; guarded by the lock of the runner
	answered atomic.Bool
	holds    atomic.Int32 // of work; and unanswered
}

// unanswered is the hold of the answer.
const unanswered = 1 << 24

func newPass(ctx context.Context, task string, g Gate, ticket uint64) *pass {
	p := &pass{gate: g, ticket: ticket, ctx: ctx, task: task}
	p.holds.Store(unanswered + 1) // the answer, and the goroutine that carries the call on
	return p
}

// hold adds a hold of work and returns the pass. It returns nil if there is no pass, or if no work holds it any more.
func (p *pass) hold() *pass {
	if p == nil {
		return nil
	}
	for {
		n := p.holds.Load()
		if n%unanswered == 0 {
			return nil
		}
		if p.holds.CompareAndSwap(n, n+1) {
			return p
		}
	}
}

// letGo takes one hold of work off, for a goroutine that may be about to end. So another goroutine calls the gate.
func (p *pass) letGo() {
	if p != nil && p.drop(1) {
		engine.Callback(p.ctx, p.task, p.leave)
	}
}

// drop takes holds off, and reports whether nothing holds the pass any more.
func (p *pass) drop(n int32) (last bool) {
	left := p.holds.Add(-n)
	if n < unanswered && left%unanswered == 0 { // no work
		p.around.letGo()
	}
	return left == 0
}

// passKey is the ctx key of the pass that calls with the ctx are under. It is used inside of a Wrap, a Hedge and a flow, where a runner does not know it.
type passKey struct{}

// passOf returns the pass in ctx, or nil.
func passOf(ctx context.Context) *pass {
	p, _ := ctx.Value(passKey{}).(*pass)
	return p
}

// release takes holds off. This goroutine calls the gate, if they were the last ones.
func (p *pass) release(n int32) {
	if p.drop(n) {
		p.leave()
	}
}

// leave reports to the gate that everything has returned.
func (p *pass) leave() { p.gate.Left(p.ticket) }

// answer reports to the gate how the call has ended, unless that has been reported.
func (p *pass) answer(o observe.Outcome) {
	if p.answered.CompareAndSwap(false, true) {
		defer p.release(unanswered)
		p.gate.Answered(p.ticket, o)
	}
}

// end is answer for the goroutine that carries the call on. It also takes the hold of that goroutine off.
func (p *pass) end(o observe.Outcome) {
	p.release(1)
	p.answer(o)
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
