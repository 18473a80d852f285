package task

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// runner carries one call of a task through its policies. One goroutine at a time carries it on: first
// the one that started it. A goroutine that takes over begins a new epoch: the timer's after a timeout, the engine's
// when that gives the call up. So the result of an attempt, or of any other user function, counts only in the
// epoch that called the function. After a panic or a Goexit a new goroutine goes on in the same epoch.
//
// A result starts at level 0 and passes the policies from level to level, inner
// to outer; a retry sends it back. Nothing of a runner is used again.
type runner[In, Out any] struct {
	d    *definition[In, Out]
	ctx  context.Context
	in   In
	crew seam.Crew
	host seam.Host[Out]

	mu        sync.Mutex
	epoch     int
	made      int      // attempts, for observers
	tries     []int    // attempts in each retry, by level
	limits    []*limit // the timeouts that run, by level
	passes    []*pass  // of the gates and budgets that the call is inside of, by level
	announces bool     // observers are told of attempts, whatever the policies are
	outer     *pass    // that all of the call is inside of, if it is a part of another call
	ended     bool     // the gates have been told that the call was cut off
	degraded  error
	losses    []observe.Loss
	seen      seam.OwnCall // of the attempt that runs, if it is observed
	held      result[Out]  // by the function that has been called last
	given     error        // why the engine has given the call up; nil: it has not
	spent     bool         // and leaves no time to functions of Recover
	work      seam.Carried // that an engine runs for the attempt, if it can be given up
	overdue   bool         // the work has answered at a limit
	failed    bool         // the call has ended without a result of its function
	regrets   []Out        // results that came too late, until it is known how the call ends: see regret
	passed    []int        // epochs whose result another goroutine has taken, while an observer was being told of it
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
	// The function is a gate's Answered or Left: nobody waits for it once the gates have been told that the call was cut off.
	leaves bool
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
	if d.gated || d.budgeted {
		r.passes = make([]*pass, len(d.policies))
	}
	if d.gated || d.budgeted || d.quiet != nil || d.starter != nil {
		r.outer = passOf(ctx)
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
func (r *runner[In, Out]) carry(epoch, level int, v Out, err error) (ans seam.Answer[Out], over bool) {
	for ok := true; level < len(r.d.policies); level++ {
		p := &r.d.policies[level]
		if r.passes != nil {
			if ok = r.leave(epoch, level, v, err); !ok {
				return ans, false
			}
		}
		switch {
		case p.kind == kindTimeout:
			if err, ok = r.disarm(epoch, level, err); !ok {
				r.dispose(epoch, v, err)
			}
		case err == nil || p.kind == kindGate:
		case p.kind == kindRetry:
			var again bool
			if again, err, ok = r.wantsAnother(epoch, level, err); ok && again {
				level, v, err, ok = r.attempt(epoch, level)
				level-- // where it goes on
			} else if ok && p.budget != nil { // it may have been asked
				ok = r.leave(epoch, level, v, err)
			}
		case p.kind == kindOnError:
			ok = r.tell(epoch, level, p.tell, v, err)
		default:
			v, err, ok = r.replace(epoch, level, v, err)
		}
		if !ok {
			return ans, false
		}
	}
	if !r.inEpoch(epoch, func() {
		r.epoch = finished
		if err != nil { // what had stood in came too late
			r.degraded, r.losses = nil, nil
		}
		r.failed = err != nil || r.degraded != nil && len(r.losses) == 0
	}) {
		r.dispose(epoch, v, err)
		return ans, false
	}
	r.repent()
	return seam.Answer[Out]{Value: v, Err: err, Degraded: r.degraded, Losses: r.losses, Late: r.given != nil || r.overdue}, true
}

// finished is the epoch of a call that is over.
const finished = -1

// finish tells the host, if the call is over.
func (r *runner[In, Out]) finish(ans seam.Answer[Out], over bool) {
	if over {
		r.host.Finish(ans)
	}
}

// inEpoch makes a change if epoch is still the present one, and reports whether it is.
func (r *runner[In, Out]) inEpoch(epoch int, change func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoch != epoch {
		return false
	}
	change()
	return true
}

// mine reports whether epoch is still the present one, so that the caller carries the call on.
func (r *runner[In, Out]) mine(epoch int) bool { return r.inEpoch(epoch, func() {}) }

// hold says with what the call goes on should the function that is to be called not return in time.
func (r *runner[In, Out]) hold(epoch int, with result[Out]) bool {
	return r.inEpoch(epoch, func() { r.held = with })
}

func (r *runner[In, Out]) isGiven() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.given != nil
}

// guarded calls a user function. It reports false if this goroutine is not to
// go on: another has taken over, or the function did not return. Then a
// new goroutine carries its failure, joined to the one that it was told, on from the
// level of held. (Also after a panic: a deferred function cannot tell whether its
// goroutine lives on, as a function that Goexit runs may panic.)
func (r *runner[In, Out]) guarded(epoch int, held result[Out], seen seam.OwnCall, call func()) (ok bool) {
	var under *pass
	if !r.inEpoch(epoch, func() {
		r.held = held
		if !held.leaves {
			under = r.passAt(held.level).hold()
		}
	}) {
		return false
	}
	returned := false
	defer func() {
		under.letGo()
		if !returned {
			err := engine.Thrown(recover())
			if held.err != nil {
				err = errors.Join(held.err, err)
			}
			r.elsewhere(func() (seam.Answer[Out], bool) {
				var none Out
				if seen != nil && !r.told(epoch, held.level, none, err, func() { ended(seen, err) }) || !r.mine(epoch) {
					return seam.Answer[Out]{}, false
				}
				return r.carry(epoch, held.level, none, err)
			})
		}
	}()
	call()
	returned = true
	return r.mine(epoch)
}

// told calls a function of an observer, which decides nothing: should it call
// runtime.Goexit, a new goroutine carries the result on from level.
func (r *runner[In, Out]) told(epoch, level int, v Out, err error, tell func()) (mine bool) {
	returned := false
	defer func() {
		switch mine = r.mine(epoch); {
		case !mine:
			r.dispose(epoch, v, err)
		case !returned:
			r.elsewhere(func() (seam.Answer[Out], bool) { return r.carry(epoch, level, v, err) })
		}
	}()
	r.hold(epoch, result[Out]{level: level, v: v, err: err, known: true})
	tell()
	returned = true
	return true
}

// dispose gives a result to Discard that nobody takes, because another goroutine has taken over since epoch: unless that one took the result too.
func (r *runner[In, Out]) dispose(epoch int, v Out, err error) {
	if err != nil {
		return
	}
	r.mu.Lock()
	passed := slices.Contains(r.passed, epoch)
	r.mu.Unlock()
	if !passed {
		r.d.dispose(r.ctx, v)
		r.regret(v)
	}
}

// elsewhere starts a goroutine that carries the call on.
func (r *runner[In, Out]) elsewhere(carry func() (seam.Answer[Out], bool)) {
	r.beside(func() { r.finish(carry()) })
}

// beside calls fn in a goroutine of its own. The caller is a member of the crew.
func (r *runner[In, Out]) beside(fn func()) {
	if r.crew.Join() {
		go func() {
			defer r.crew.Leave()
			fn()
		}()
	}
}
