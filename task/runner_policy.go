package task

import (
	"context"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	recovery "github.com/jade-go/jade/recover"
)

// wantsAnother reports whether the retry at level makes another attempt after
// err, once it has waited. If the ctx ends meanwhile, that is the failure.
func (r *runner[In, Out]) wantsAnother(epoch, level int, failure error) (again bool, err error, ok bool) {
	p := r.d.policies[level].retry
	var made int
	if !r.inEpoch(epoch, func() { r.tries[level]++; made = r.tries[level] }) {
		return false, failure, false
	}
	ctx := r.ctxAt(level + 1)
	if made >= p.Attempts || r.isGiven() || over(ctx) {
		return false, failure, true
	}
	wait := p.wait(ctx, made)
	if !r.guarded(epoch, result[Out]{level: level + 1, err: failure, known: true}, nil, func() {
		if again = p.wants(ctx, failure); again {
			wait = retryAfter(failure, wait)
		}
	}) {
		return false, failure, false
	}
	if end, limited := ctx.Deadline(); limited && !time.Now().Add(wait).Before(end) {
		again = false
	}
	if cause := future.Cause(ctx); cause != nil {
		return false, cause, true
	}
	if again && r.d.policies[level].budget != nil {
		if again, ok = r.pay(epoch, level, failure); !ok {
			return false, failure, false
		}
	}
	if !again || wait == 0 {
		return again, failure, true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true, failure, r.mine(epoch)
	case <-ctx.Done():
		return false, future.Cause(ctx), r.mine(epoch)
	}
}

// tell calls a function of OnError. A call that has been given up does not wait for it.
func (r *runner[In, Out]) tell(epoch, level int, tell func(context.Context, In, error), v Out, failure error) (ok bool) {
	ctx := r.ctxAt(level + 1)
	if r.isGiven() {
		engine.Callback(r.ctx, r.d.name+": OnError", r.under(level+1, func() { tell(ctx, r.in, failure) }))
		return r.mine(epoch)
	}
	return r.guarded(epoch, result[Out]{level: level + 1, v: v, err: failure, known: true}, nil, func() { tell(ctx, r.in, failure) })
}

// replace lets a recover or a fallback act.
func (r *runner[In, Out]) replace(epoch, level int, was Out, failure error) (v Out, err error, ok bool) {
	p := &r.d.policies[level]
	around := r.ctxAt(level + 1)
	if !r.isGiven() && hasLeft(around) && !r.isLate() || recovery.ClassifyIn(around, failure) == recovery.ClassCanceled {
		return was, failure, true
	}
	if p.handle == nil {
		return p.fallback, nil, r.degrade(epoch, failure)
	}
	held := result[Out]{level: level + 1, v: was, err: failure, known: true, mends: true}
	ctx, ok := r.timeFor(epoch, around, &held)
	if ctx == nil {
		return was, failure, ok
	}
	returned := false
	ok = r.guarded(epoch, held, nil, func() { v, err = p.handle(ctx, r.in, failure); returned = true })
	if ok && err == nil {
		ok = r.degrade(epoch, failure)
	}
	if returned && !ok {
		r.dispose(epoch, v, err)
	}
	return v, err, ok
}

// timeFor returns the ctx for a function of Recover that is about to be called, or nil if there is no time for it. It is kept if that
// is what the crew has reserved: which is noted before the crew is asked, so that nothing begins after GiveUp has said that it is spent.
func (r *runner[In, Out]) timeFor(epoch int, around context.Context, held *result[Out]) (ctx context.Context, mine bool) {
	if crew, ok := r.crew.(seam.Reserve); ok && around == r.ctx {
		if held.kept = true; !r.hold(epoch, *held) {
			return nil, false
		}
		if ctx = crew.Reserved(); ctx != nil {
			return ctx, true
		}
		held.kept = false
	}
	if r.isGiven() || over(around) {
		return nil, true
	}
	return around, true
}

func (r *runner[In, Out]) degrade(epoch int, failure error) (mine bool) {
	return r.inEpoch(epoch, func() { r.degraded, r.losses = failure, nil })
}

// isLate reports whether the crew says that its limit has passed, although the ctx did not tell of it.
func (r *runner[In, Out]) isLate() bool {
	crew, ok := r.crew.(seam.Limited)
	return ok && crew.Late()
}

// hasLeft reports whether ctx has ended, and not by its deadline.
func hasLeft(ctx context.Context) bool {
	return ctx.Err() != nil && !(passed(ctx.Err()) && isDue(ctx))
}

// isDue reports whether ctx tells of a deadline that has passed.
func isDue(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return limited && !time.Now().Before(end)
}

// over reports whether ctx has ended, or is just about to.
func over(ctx context.Context) bool {
	return ctx.Err() != nil || isDue(ctx)
}
