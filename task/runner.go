package task

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// runner carries one call of a task through its policies. Whoever has the turn
// carries it on: first the goroutine that started it; after a timeout the
// timer's, and what the other one comes back with goes nowhere; after a panic or
// a Goexit a new one. So the result of an attempt, or of any other user
// function, counts only if the turn is still the one that it was called in.
//
// A result starts at level 0 and passes the policies from level to level, inner
// to outer; a retry sends it back. Nothing of a runner is used again.
type runner[In, Out any] struct {
	d    *definition[In, Out]
	ctx  context.Context
	in   In
	crew seam.Crew
	host seam.Host[Out]

	mu       sync.Mutex
	turn     int
	made     int      // attempts, for observers
	tries    []int    // attempts in each retry, by level
	limits   []*limit // the timeouts that run, by level
	degraded error
	losses   []observe.Loss
	seen     seam.OwnCall // of the attempt that runs, if it is observed
	held     result[Out]  // by the function that has been called last
	given    error        // why the engine has given the call up; nil: it has not
	spent    bool         // and leaves no time to functions of Recover
	work     seam.Carried // that an engine runs for the attempt, if it can be given up
	overdue  bool         // the work has answered at a limit
	passed   []int        // turns whose result, which an observer was being told of, another goroutine goes on with
}

// result is what a call goes on with from a level, should the function that it is held by not return.
type result[Out any] struct {
	level int
	v     Out
	err   error
	known bool // else an attempt is being made
	mends bool // the function may replace err, if it has the time
	kept  bool // it has: it is waited for when the call is given up, until what is reserved is spent
	work  bool // an engine runs the attempt, and is told
}

func newRunner[In, Out any](ctx context.Context, d *definition[In, Out], in In, crew seam.Crew, host seam.Host[Out]) *runner[In, Out] {
	r := &runner[In, Out]{d: d, ctx: ctx, in: in, crew: crew, host: host}
	if host, ok := host.(seam.Carrier); ok {
		defer host.Carry(r) // when it is complete
	}
	if d.limits {
		r.limits = make([]*limit, len(d.policies))
	}
	if d.tries {
		r.tries = make([]int, len(d.policies))
	}
	return r
}

func (r *runner[In, Out]) start() (ans seam.Answer[Out], over bool) {
	const first = 0
	level, v, err, ok := r.attempt(first, len(r.d.policies))
	if !ok {
		return ans, false
	}
	return r.carry(first, level, v, err)
}

// carry takes a result from a level outwards, as far as this goroutine gets.
func (r *runner[In, Out]) carry(turn, level int, v Out, err error) (ans seam.Answer[Out], over bool) {
	for ok := true; level < len(r.d.policies); level++ {
		p := &r.d.policies[level]
		switch {
		case p.kind == kindTimeout:
			if err, ok = r.disarm(turn, level, err); !ok {
				r.dispose(turn, v, err)
			}
		case err == nil:
		case p.kind == kindRetry:
			var again bool
			if again, err, ok = r.wantsAnother(turn, level, err); ok && again {
				level, v, err, ok = r.attempt(turn, level)
				level-- // where it goes on
			}
		case p.kind == kindOnError:
			ok = r.tell(turn, level, p.tell, v, err)
		default:
			v, err, ok = r.replace(turn, level, v, err)
		}
		if !ok {
			return ans, false
		}
	}
	if !r.inTurn(turn, func() {
		r.turn = finished
		if err != nil { // what had stood in came too late
			r.degraded, r.losses = nil, nil
		}
	}) {
		r.dispose(turn, v, err)
		return ans, false
	}
	return seam.Answer[Out]{Value: v, Err: err, Degraded: r.degraded, Losses: r.losses, Late: r.given != nil || r.overdue}, true
}

// finished is the turn that nobody has.
const finished = -1

// finish tells the host, if the call is over.
func (r *runner[In, Out]) finish(ans seam.Answer[Out], over bool) {
	if over {
		r.host.Finish(ans)
	}
}

// attempt runs what is inside of level once, and says at which level the result
// comes out. It is not ok if another goroutine has the turn.
func (r *runner[In, Out]) attempt(turn, level int) (at int, v Out, err error, ok bool) {
	for level--; level >= 0; level-- {
		switch r.d.policies[level].kind {
		case kindRetry:
			if !r.inTurn(turn, func() { r.tries[level] = 0 }) {
				return 0, v, nil, false
			}
		case kindTimeout:
			if err, ok = r.arm(turn, level); err != nil || !ok {
				return level + 1, v, err, ok
			}
		}
	}
	v, err, ok = r.try(turn)
	return 0, v, err, ok
}

// try makes an attempt within the limits that run.
func (r *runner[In, Out]) try(turn int) (v Out, err error, ok bool) {
	var ctx context.Context
	var made int
	if !r.inTurn(turn, func() {
		r.made++
		made, ctx = r.made, r.innermost(0)
	}) {
		return v, nil, false
	}
	if !r.d.limits && !r.d.tries || engine.ObserverOf(ctx) == nil {
		return r.call(turn, ctx, nil)
	}
	inside, seen, ok := r.announce(turn, made, ctx)
	if !ok {
		return v, nil, false
	}
	return r.call(turn, inside, seen)
}

// call calls the function; seen, if there is one, is told.
func (r *runner[In, Out]) call(turn int, ctx context.Context, seen seam.OwnCall) (v Out, err error, ok bool) {
	if r.d.starter != nil {
		if r.hold(turn, result[Out]{work: true}) {
			r.d.starter.Start(ctx, r.in, arrival[In, Out]{r, turn, seen})
		}
		return v, nil, false
	}
	ctx, in := r.d.lookInside(ctx)
	returned := false
	if !r.guarded(turn, result[Out]{}, seen, func() { v, err = r.d.fn(ctx, r.in); returned = true }) {
		if returned { // too late
			ended(seen, err)
			r.dispose(turn, v, err)
		}
		return v, err, false
	}
	if failure, losses := in.found(); failure != nil && err == nil {
		r.inTurn(turn, func() { r.degraded, r.losses = failure, losses })
	}
	return v, err, seen == nil || r.told(turn, 0, v, err, func() { ended(seen, err) })
}

// arrival is where work that an engine runs for an attempt ends.
type arrival[In, Out any] struct {
	r    *runner[In, Out]
	turn int
	seen seam.OwnCall
}

// Carry implements [seam.Carrier].
func (a arrival[In, Out]) Carry(work seam.Carried) {
	r := a.r
	var given error
	var spent bool
	if r.inTurn(a.turn, func() { r.work, given, spent = work, r.given, r.spent }) && given != nil {
		work.GiveUp(given, spent)
	}
}

func (a arrival[In, Out]) Finish(ans seam.Answer[Out]) {
	r := a.r
	mine := r.inTurn(a.turn, func() {
		r.overdue, r.work = ans.Late, nil
		if ans.Degraded != nil {
			r.degraded, r.losses = ans.Degraded, ans.Losses
		}
	})
	switch {
	case a.seen != nil && ans.Late: // nobody waits for the observer
		r.beside(func() { ended(a.seen, ans.Err) })
	case a.seen != nil:
		mine = r.told(a.turn, 0, ans.Value, ans.Err, func() { ended(a.seen, ans.Err) })
	case !mine:
		r.dispose(a.turn, ans.Value, ans.Err)
	}
	switch {
	case !mine:
	case ans.Late && ans.Err != nil && slices.ContainsFunc(r.d.policies, policy[In, Out].slow): // who gives up the calls has no time for it
		r.beside(func() { r.finish(r.carry(a.turn, 0, ans.Value, ans.Err)) })
	default:
		r.finish(r.carry(a.turn, 0, ans.Value, ans.Err))
	}
}

// Around is what the engine says is around the call, unless a Timeout is between.
func (a arrival[In, Out]) Around() any {
	if h, ok := a.r.host.(seam.Surrounded); ok && !a.r.d.limits {
		return h.Around()
	}
	return nil
}

// wantsAnother reports whether the retry at level makes another attempt after
// err, once it has waited. If the ctx ends meanwhile, that is the failure.
func (r *runner[In, Out]) wantsAnother(turn, level int, failure error) (again bool, err error, ok bool) {
	p := r.d.policies[level].retry
	var made int
	if !r.inTurn(turn, func() { r.tries[level]++; made = r.tries[level] }) {
		return false, failure, false
	}
	ctx := r.ctxAt(level + 1)
	if made >= p.Attempts || r.isGiven() || over(ctx) {
		return false, failure, true
	}
	wait := p.wait(ctx, made)
	if !r.guarded(turn, result[Out]{level: level + 1, err: failure, known: true}, nil, func() {
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
	if !again || wait == 0 {
		return again, failure, true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true, failure, r.mine(turn)
	case <-ctx.Done():
		return false, future.Cause(ctx), r.mine(turn)
	}
}

// tell calls a function of OnError. A call that has been given up does not wait for it.
func (r *runner[In, Out]) tell(turn, level int, tell func(context.Context, In, error), v Out, failure error) (ok bool) {
	ctx := r.ctxAt(level + 1)
	if r.isGiven() {
		engine.Callback(r.ctx, r.d.name+": OnError", func() { tell(ctx, r.in, failure) })
		return r.mine(turn)
	}
	return r.guarded(turn, result[Out]{level: level + 1, v: v, err: failure, known: true}, nil, func() { tell(ctx, r.in, failure) })
}

// replace lets a recover or a fallback act.
func (r *runner[In, Out]) replace(turn, level int, was Out, failure error) (v Out, err error, ok bool) {
	p := &r.d.policies[level]
	around := r.ctxAt(level + 1)
	if !r.isGiven() && hasLeft(around) && !r.isLate() || recovery.ClassifyIn(around, failure) == recovery.ClassCanceled {
		return was, failure, true
	}
	if p.handle == nil {
		return p.fallback, nil, r.degrade(turn, failure)
	}
	held := result[Out]{level: level + 1, v: was, err: failure, known: true, mends: true}
	ctx, ok := r.timeFor(turn, around, &held)
	if ctx == nil {
		return was, failure, ok
	}
	returned := false
	ok = r.guarded(turn, held, nil, func() { v, err = p.handle(ctx, r.in, failure); returned = true })
	if ok && err == nil {
		ok = r.degrade(turn, failure)
	}
	if returned && !ok {
		r.dispose(turn, v, err)
	}
	return v, err, ok
}

// timeFor returns the ctx for a function of Recover that is about to be called, or nil if there is no time for it. It is kept if that
// is what the crew has reserved: which is noted before the crew is asked, so that nothing begins after GiveUp has said that it is spent.
func (r *runner[In, Out]) timeFor(turn int, around context.Context, held *result[Out]) (ctx context.Context, mine bool) {
	if crew, ok := r.crew.(seam.Reserve); ok && around == r.ctx {
		if held.kept = true; !r.hold(turn, *held) {
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

func (r *runner[In, Out]) degrade(turn int, failure error) (mine bool) {
	return r.inTurn(turn, func() { r.degraded, r.losses = failure, nil })
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

// inTurn makes a change for who has the turn, and reports whether the caller has.
func (r *runner[In, Out]) inTurn(turn int, change func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turn != turn {
		return false
	}
	change()
	return true
}

// mine reports whether the turn has not passed to another.
func (r *runner[In, Out]) mine(turn int) bool { return r.inTurn(turn, func() {}) }

// hold says with what the call goes on should the function that is to be called not return in time.
func (r *runner[In, Out]) hold(turn int, with result[Out]) bool {
	return r.inTurn(turn, func() { r.held = with })
}

func (r *runner[In, Out]) isGiven() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.given != nil
}

// guarded calls a user function. It reports false if this goroutine is not to
// go on: the turn has passed to another, or the function did not return. Then a
// new goroutine carries its failure, joined to the one that it was told, on from the
// level of held. (Also after a panic: a deferred function cannot tell whether its
// goroutine lives on, as a function that Goexit runs may panic.)
func (r *runner[In, Out]) guarded(turn int, held result[Out], seen seam.OwnCall, call func()) (ok bool) {
	if !r.hold(turn, held) {
		return false
	}
	returned := false
	defer func() {
		if !returned {
			err := engine.Thrown(recover())
			if held.err != nil {
				err = errors.Join(held.err, err)
			}
			r.elsewhere(func() (seam.Answer[Out], bool) {
				var none Out
				if seen != nil && !r.told(turn, held.level, none, err, func() { ended(seen, err) }) || !r.mine(turn) {
					return seam.Answer[Out]{}, false
				}
				return r.carry(turn, held.level, none, err)
			})
		}
	}()
	call()
	returned = true
	return r.mine(turn)
}

// told calls a function of an observer, which decides nothing: should it call
// runtime.Goexit, a new goroutine carries the result on from level.
func (r *runner[In, Out]) told(turn, level int, v Out, err error, tell func()) (mine bool) {
	returned := false
	defer func() {
		switch mine = r.mine(turn); {
		case !mine:
			r.dispose(turn, v, err)
		case !returned:
			r.elsewhere(func() (seam.Answer[Out], bool) { return r.carry(turn, level, v, err) })
		}
	}()
	r.hold(turn, result[Out]{level: level, v: v, err: err, known: true})
	tell()
	returned = true
	return true
}

// dispose is told of a result of a turn that goes nowhere, as the turn has passed to another: unless the result has too.
func (r *runner[In, Out]) dispose(turn int, v Out, err error) {
	if err != nil {
		return
	}
	r.mu.Lock()
	passed := slices.Contains(r.passed, turn)
	r.mu.Unlock()
	if !passed {
		r.d.dispose(r.ctx, v)
	}
}

// elsewhere starts a goroutine that carries the call on.
func (r *runner[In, Out]) elsewhere(carry func() (seam.Answer[Out], bool)) {
	r.beside(func() { r.finish(carry()) })
}
