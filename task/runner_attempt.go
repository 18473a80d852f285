package task

import (
	"context"
	"slices"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// attempt runs what is inside of level once, and says at which level the result
// comes out. It is not ok if another goroutine has taken over.
func (r *runner[In, Out]) attempt(epoch, level int) (at int, v Out, err error, ok bool) {
	for level--; level >= 0; level-- {
		switch r.d.policies[level].kind {
		case kindRetry:
			if !r.inEpoch(epoch, func() { r.tries[level] = 0 }) {
				return 0, v, nil, false
			}
			if called := r.d.policies[level].called; called != nil && !r.guarded(epoch, result[Out]{level: level + 1}, nil, called) {
				return 0, v, nil, false
			}
		case kindTimeout:
			if err, ok = r.arm(epoch, level); err != nil || !ok {
				return level + 1, v, err, ok
			}
		case kindGate:
			if err, ok = r.enter(epoch, level); err != nil || !ok {
				return level + 1, v, err, ok
			}
		}
	}
	v, err, ok = r.try(epoch)
	return 0, v, err, ok
}

// try makes an attempt within the limits that run.
func (r *runner[In, Out]) try(epoch int) (v Out, err error, ok bool) {
	var ctx context.Context
	var made int
	if !r.inEpoch(epoch, func() {
		r.made++
		made, ctx = r.made, r.innermost(0)
		r.starts()
	}) {
		return v, nil, false
	}
	if !r.d.limits && !r.d.tries && !r.announces || engine.ObserverOf(ctx) == nil {
		return r.call(epoch, ctx, nil)
	}
	inside, seen, ok := r.announce(epoch, made, ctx)
	if !ok {
		return v, nil, false
	}
	return r.call(epoch, inside, seen)
}

// announce tells the observer of an attempt. Should the observer call
// runtime.Goexit, a new goroutine makes the attempt unobserved.
func (r *runner[In, Out]) announce(epoch, made int, ctx context.Context) (inside context.Context, seen seam.OwnCall, ok bool) {
	returned := false
	defer func() {
		if !returned {
			r.elsewhere(func() (ans seam.Answer[Out], over bool) {
				v, err, ok := r.call(epoch, ctx, nil)
				if !ok {
					return ans, false
				}
				return r.carry(epoch, 0, v, err)
			})
		}
	}()
	seen = observe.ForEngines(seal).Call(observe.Call{Kind: observe.KindAttempt, Task: r.d.name, Attempt: made, Place: r.d.origin.Place})
	inside = seen.Open(ctx, observe.From(ctx))
	returned = true
	r.inEpoch(epoch, func() { r.seen = seen })
	return inside, seen, true
}

// ended tells the observer of an attempt, if it knows of that, that it has ended.
func ended(seen seam.OwnCall, err error) {
	if seen != nil {
		seen.End(err, nil)
	}
}

// call calls the function; seen, if there is one, is told.
func (r *runner[In, Out]) call(epoch int, ctx context.Context, seen seam.OwnCall) (v Out, err error, ok bool) {
	if r.d.starter != nil {
		if to, ok := r.hostFor(epoch, arrival[In, Out]{r, epoch, seen}); ok {
			r.d.starter.Start(r.underPass(ctx), r.in, to)
		}
		return v, nil, false
	}
	if r.d.quiet != nil {
		ctx = r.underPass(ctx)
	}
	ctx, in := r.d.lookInside(ctx)
	returned := false
	if !r.guarded(epoch, result[Out]{}, seen, func() { v, err = r.d.fn(ctx, r.in); returned = true }) {
		if returned { // too late
			ended(seen, err)
			r.dispose(epoch, v, err)
		}
		return v, err, false
	}
	if failure, losses := in.found(); failure != nil && err == nil {
		r.inEpoch(epoch, func() { r.degraded, r.losses = failure, losses })
	}
	return v, err, seen == nil || r.told(epoch, 0, v, err, func() { ended(seen, err) })
}

// arrival is where work that an engine runs for an attempt ends.
type arrival[In, Out any] struct {
	r     *runner[In, Out]
	epoch int
	seen  seam.OwnCall
}

// Carry implements [seam.Carrier].
func (a arrival[In, Out]) Carry(work seam.Carried) {
	r := a.r
	var given error
	var spent bool
	if r.inEpoch(a.epoch, func() { r.work, given, spent = work, r.given, r.spent }) && given != nil {
		work.GiveUp(given, spent)
	}
}

func (a arrival[In, Out]) Finish(ans seam.Answer[Out]) {
	r := a.r
	mine := r.inEpoch(a.epoch, func() {
		r.overdue, r.work = ans.Late, nil
		if ans.Degraded != nil {
			r.degraded, r.losses = ans.Degraded, ans.Losses
		}
	})
	switch {
	case a.seen != nil && ans.Late: // nobody waits for the observer
		r.beside(func() { ended(a.seen, ans.Err) })
	case a.seen != nil:
		mine = r.told(a.epoch, 0, ans.Value, ans.Err, func() { ended(a.seen, ans.Err) })
	case !mine:
		r.dispose(a.epoch, ans.Value, ans.Err)
	}
	switch {
	case !mine:
	case ans.Late && ans.Err != nil && slices.ContainsFunc(r.d.policies, policy[In, Out].slow): // who gives up the calls has no time for it
		r.beside(func() { r.finish(r.carry(a.epoch, 0, ans.Value, ans.Err)) })
	default:
		r.finish(r.carry(a.epoch, 0, ans.Value, ans.Err))
	}
}

// Around is what the engine says is around the call, unless a Timeout is between.
func (a arrival[In, Out]) Around() any {
	if h, ok := a.r.host.(seam.Surrounded); ok && !a.r.d.limits {
		return h.Around()
	}
	return nil
}
