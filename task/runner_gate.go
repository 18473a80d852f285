package task

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
)

// pay asks the budget of the retry at level for another attempt.
func (r *runner[In, Out]) pay(epoch, level int, failure error) (again, ok bool) {
	p, ctx := &r.d.policies[level], r.ctxAt(level+1)
	var ticket uint64
	ok = r.guarded(epoch, result[Out]{level: level + 1, err: failure, known: true}, nil, func() {
		var err error
		if ticket, err = p.budget.Enter(ctx, ""); err == nil {
			again = true
		}
	})
	if !again {
		return false, ok
	}
	return true, r.admit(epoch, level, ctx, newPass(r.ctx, r.d.name, p.budget, ticket))
}

// enter calls Enter of the gate at level. If the gate does not let the call in, err says why.
func (r *runner[In, Out]) enter(epoch, level int) (err error, ok bool) {
	ctx := r.ctxAt(level + 1)
	if cause := future.Cause(ctx); cause != nil {
		return cause, r.mine(epoch)
	}
	p := &r.d.policies[level]
	var ticket uint64
	admitted := false
	ok = r.guarded(epoch, result[Out]{level: level + 1}, nil, func() {
		if ticket, err = p.enter(ctx, r.in, r.d.name); err == nil {
			admitted = true
		}
	})
	if !admitted {
		return err, ok
	}
	return nil, r.admit(epoch, level, ctx, newPass(r.ctx, r.d.name, p.gate, ticket))
}

// admit records that the call is inside of a gate. It is not ok if the call was given up while Enter ran: then admit also reports to the gate
// that the call has left.
func (r *runner[In, Out]) admit(epoch, level int, ctx context.Context, in *pass) (ok bool) {
	ended := false
	if !r.inEpoch(epoch, func() {
		in.around = r.passAt(level + 1).hold()
		r.passes[level], ended = in, r.ended
	}) {
		o := outcomeFor(ctx, stopped(ctx), nil, false)
		r.aside(func() { in.end(o) })
		return false
	}
	if ended {
		r.answerEarly(in, stopped(ctx))
	}
	return true
}

// stopped returns why a call goes no further. Its ctx has ended or is about to end.
func stopped(ctx context.Context) error {
	if cause := future.Cause(ctx); cause != nil {
		return cause
	}
	return &future.CanceledError{Cause: context.Canceled}
}

// leave reports to the gate at level how the call has ended. The call goes on outside of that gate.
func (r *runner[In, Out]) leave(epoch, level int, v Out, failure error) (ok bool) {
	var in *pass
	var started, given bool
	var degraded error
	if !r.inEpoch(epoch, func() {
		if in = r.passes[level]; in != nil {
			started, degraded, given = in.started, r.degraded, r.given != nil || r.ended
			r.passes[level] = nil
		}
	}) {
		r.dispose(epoch, v, failure)
		return false
	}
	if in == nil { // it did not come so far
		return true
	}
	ctx := r.ctxAt(level + 1)
	end := func() { in.end(outcomeFor(ctx, failure, degraded, started)) }
	if given { // the call must not wait for a gate
		r.aside(end)
		return true
	}
	if ok = r.guarded(epoch, result[Out]{level: level + 1, v: v, err: failure, known: true, leaves: true}, nil, end); !ok {
		r.dispose(epoch, v, failure)
	}
	return ok
}

// passAt returns the innermost pass around what runs at level. The caller has the lock.
func (r *runner[In, Out]) passAt(level int) *pass {
	for ; level < len(r.passes); level++ {
		if p := r.passes[level]; p != nil {
			return p
		}
	}
	return r.outer
}

// starts records that a function is called under all passes. The caller has the lock.
func (r *runner[In, Out]) starts() {
	for _, p := range r.passes {
		if p != nil {
			p.started = true
		}
	}
}

// takePasses removes and returns the passes up to level, of a call that goes on above that level. The caller has the lock.
func (r *runner[In, Out]) takePasses(level int) (taken []*pass) {
	if r.passes == nil {
		return nil
	}
	for i, p := range r.passes[:level+1] {
		if p != nil {
			taken = append(taken, p)
			r.passes[i] = nil
		}
	}
	return taken
}

// endPasses ends passes that were taken. The answer does not wait for it.
func (r *runner[In, Out]) endPasses(taken []*pass, err, degraded error) {
	for _, p := range taken {
		o := outcomeFor(r.ctx, err, degraded, p.started)
		r.aside(func() { p.end(o) })
	}
}

// Cut implements [seam.Gated].
func (r *runner[In, Out]) Cut(cause error) {
	r.mu.Lock()
	r.ended = true
	work, stuck := r.work, r.held.leaves
	var open []*pass
	for _, p := range r.passes {
		if p != nil {
			open = append(open, p)
		}
	}
	r.mu.Unlock()
	for _, p := range open {
		r.answerEarly(p, cause)
	}
	if stuck {
		r.GiveUp(cause, true) // it goes on with its result
	}
	if g, ok := work.(seam.Gated); ok {
		g.Cut(cause)
	}
}

// answerEarly reports the answer for a pass that the goroutine that carries the call on still holds.
func (r *runner[In, Out]) answerEarly(p *pass, cause error) {
	r.mu.Lock()
	started := p.started
	r.mu.Unlock()
	o := outcomeFor(r.ctx, cause, nil, started)
	r.aside(func() { p.answer(o) })
}

// aside calls a gate in a goroutine of its own. The scope waits for that goroutine.
func (r *runner[In, Out]) aside(call func()) { engine.Callback(r.ctx, r.d.name, call) }

// underPass returns ctx with the innermost pass, for functions that may start work which runs on after they have returned.
func (r *runner[In, Out]) underPass(ctx context.Context) context.Context {
	r.mu.Lock()
	p := r.passAt(0)
	r.mu.Unlock()
	if p == nil || p == r.outer { // ctx has it
		return ctx
	}
	return context.WithValue(ctx, passKey{}, p)
}

// under returns a function that calls fn and then lets go of the innermost pass around level, which it holds from now on.
func (r *runner[In, Out]) under(level int, fn func()) func() {
	r.mu.Lock()
	p := r.passAt(level).hold()
	r.mu.Unlock()
	if p == nil {
		return fn
	}
	return func() {
		defer p.letGo()
		fn()
	}
}

// hostFor returns the host for the work of the starter. It holds the pass around the work until no goroutine works for it any more.
func (r *runner[In, Out]) hostFor(epoch int, a arrival[In, Out]) (to seam.Host[Out], ok bool) {
	var under *pass
	if !r.inEpoch(epoch, func() {
		r.held = result[Out]{work: true}
		under = r.passAt(0).hold()
	}) {
		return nil, false
	}
	if under == nil {
		return a, true
	}
	return guardedArrival[In, Out]{a, under}, true
}

// guardedArrival is an arrival inside of a gate. It implements [seam.Outlived].
type guardedArrival[In, Out any] struct {
	arrival[In, Out]
	under *pass
}

func (a guardedArrival[In, Out]) Gone() { a.under.letGo() }
