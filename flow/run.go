package flow

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
)

// run is what one run has for itself: nothing of it is used again, so a user
// may keep its ctx, and whoever comes late may still ask it.
type run struct {
	plan     *plan
	owner    owner
	st       *state          // of who is a member
	life     engine.Life     // of the nodes that the answer needs
	ctx      context.Context // of the life, with what an observer has added
	foreign  context.Context // see engine.Life
	observer *runObserver    // nil if nobody observes it
	effects  *effects        // of a plan that has some
	undoing  *undoing        // so
	around   context.Context // the caller's
	key      string          // see keyOf
	outer    *run            // that this is a part of, if no limit of a task is between
	begun    time.Time       // of a run that has a limit or is observed
	limit    *limit          // of a run that has one
	expired  atomic.Bool     // that has passed
	spent    atomic.Bool     // and what is reserved
	given    atomic.Bool     // the run around has said so
	spare    spare           // of the functions that take time, and are no calls

	// members counts the goroutines that work for the run, and the nodes that
	// are being made elsewhere. When it gets to zero, that is for good.
	members atomic.Int32
	fate    atomic.Uint32
}

// The fates of a run. Once it is decided, nothing more starts but for effects.
const (
	undecided uint32 = iota
	answering        // with what the run has come to
	leftAlone        // the caller has left: nothing catches that
)

// decide reports whether the caller is the one who decides what becomes of the run.
func (r *run) decide(fate uint32) bool {
	if !r.fate.CompareAndSwap(undecided, fate) {
		return false
	}
	if fate == answering && r.expired.Load() {
		r.endLate()
	}
	return true
}

// endLate ends the ctx of the nodes as the limit has passed. That is why it ends, also if the run is answered in the meantime.
func (r *run) endLate() {
	if d := r.st.demand; d != nil {
		d.mu.Lock()
		late := d.late
		d.mu.Unlock()
		if late != nil {
			r.life.End(late)
		}
	}
}

// owner is the typed part of a run.
type owner interface {
	succeed()       // the output is made
	fail(err error) // the output cannot be made
	halt(err error) // the ctx has ended from outside, with err as the cause
	expire()        // the limit has passed
	tell(err error) // an effect has failed
	finish()        // the observer has been told that the run is over
	gone()          // nobody works for the run any more
	drop()          // and it has left its scope
}

// Join implements [seam.Crew].
func (r *run) Join() bool {
	for {
		n := r.members.Load()
		if n == 0 {
			return false
		}
		if r.members.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Late reports whether the limit has passed, which the run may find out here: see [seam.Crew]. The caller is a member.
func (r *run) Late() bool {
	if !r.expired.Load() && r.fate.Load() == undecided && r.ctx.Err() != nil {
		r.owner.halt(future.Cause(r.ctx))
	}
	return r.expired.Load()
}

// Leave implements [seam.Crew].
func (r *run) Leave() {
	if r.members.Add(-1) == 0 {
		r.dissolve()
	}
}

// dissolve is called when the last member has left.
func (r *run) dissolve() {
	r.limit.release()
	if r.effects != nil {
		r.effects.release()
	}
	st := r.st
	r.st = nil
	st.recycle()
	r.owner.gone()
	r.life.Release()
	r.owner.drop()
	r.owner, r.life, r.ctx, r.foreign, r.around, r.outer, r.observer, r.effects = nil, nil, nil, nil, nil, nil, nil, nil
}

// beside calls fn in a goroutine of its own. The caller is a member.
func (r *run) beside(fn func()) {
	r.members.Add(1)
	go func() {
		defer r.Leave()
		fn()
	}()
}

// now is the time. To ask how much has passed costs half of what the clock does.
func (r *run) now() time.Time { return r.begun.Add(time.Since(r.begun)) }

// Name implements [engine.Work].
func (r *run) Name() string { return r.plan.name }

// Running implements [engine.Work]. It is called under locks of package future.
func (r *run) Running() (names []string) {
	if !r.Join() {
		return nil
	}
	for _, node := range r.st.missing() {
		names = append(names, r.plan.name+": "+node)
	}
	if r.members.Add(-1) == 0 {
		go r.dissolve() // not under those locks
	}
	return names
}

// late names the run and what it waits for. The caller is a member.
func (r *run) late() string {
	if missing := r.st.missing(); len(missing) > 0 {
		return r.plan.name + ": " + strings.Join(missing, ", ")
	}
	return r.plan.name
}

// part is work that is part of a run, with a ctx of its own.
type part struct{ run *run }

// Name, Running and Ended implement [engine.Work].

func (p part) Name() string      { return p.run.plan.name }
func (p part) Running() []string { return nil }
func (p part) Ended(error) error { return nil }

// begin begins a part of the run with the ctx around it.
func (r *run) begin(around context.Context, until time.Time) (engine.Life, error) {
	return engine.Begin(around, part{r}, engine.Terms{Watched: true, Until: until})
}
