package task

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
)

// race is one call of a hedge, with one or two tries. It implements [seam.Carried] and [seam.Gated].
type race[In, Out any] struct {
	hedge  *hedge[In, Out]
	around *runner[In, Out] // whose attempt it is
	ctx    context.Context
	in     In
	host   seam.Host[Out]
	begun  time.Time
	alarm  alarm.Alarm

	running atomic.Int32 // tries that run or are about to run

	mu    sync.Mutex
	tries [2]*try[In, Out] // nil: not begun
	errs  [2]error         // the failures of tries; nil: it has not failed
	over  bool
	given error // why the engine has given the call up; nil: it has not
	spent bool

	gone bool // the host knows that nothing runs any more; only the last goroutine uses it
}

// start makes the first try in the caller's goroutine.
func (r *race[In, Out]) start() {
	first := &try[In, Out]{race: r}
	defer first.Leave()
	first.members.Store(1)
	if called := r.hedge.called; called != nil {
		if failure := apart(called); failure != nil {
			first.Finish(seam.Answer[Out]{Err: failure})
			return
		}
	}
	if after, known := r.hedge.time(); known {
		r.alarm.Set(after, r.second)
	}
	first.run()
}

// time returns how long to wait before the second try. It is not known before enough calls were measured.
func (h *hedge[In, Out]) time() (after time.Duration, known bool) {
	if h.seen == nil {
		return h.after, true
	}
	return h.seen.threshold()
}

// second makes the second try, if the budget allows it. A timer calls it.
func (r *race[In, Out]) second() {
	if !r.join() {
		return
	}
	t := &try[In, Out]{race: r, index: 1}
	t.members.Store(1)
	defer t.Leave()
	if !r.wanted() {
		return
	}
	if budget := r.hedge.budget; budget != nil {
		var ticket uint64
		var err error
		if failure := apart(func() { ticket, err = budget.Enter(r.ctx, "") }); failure != nil {
			engine.Callback(r.ctx, r.around.d.name+": budget of a hedge", func() { panic(failure) })
			return
		}
		if err != nil {
			return
		}
		t.paid = newPass(r.around.ctx, r.around.d.name, budget, ticket)
	}
	t.run()
}

// join counts one more try in. It is false if all tries are over.
func (r *race[In, Out]) join() bool {
	for {
		n := r.running.Load()
		if n == 0 {
			return false
		}
		if r.running.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// leave is called when no goroutine works for a try any more.
func (r *race[In, Out]) leave() {
	if r.running.Add(-1) > 0 {
		return
	}
	r.alarm.Release()
	r.tellGone()
	var none In
	r.in = none
	r.around.crew.Leave()
}

// tellGone reports to the host, once, that nothing of the race runs any more.
func (r *race[In, Out]) tellGone() {
	if h, ok := r.host.(seam.Outlived); ok && !r.gone {
		r.gone = true
		h.Gone()
	}
}

// wanted reports whether a second try may still be of use.
func (r *race[In, Out]) wanted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.over && r.given == nil && r.errs[0] == nil && r.ctx.Err() == nil
}

// enter adds a try to the race. It is false if the race is over or the try is no longer of use.
func (r *race[In, Out]) enter(t *try[In, Out]) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || t.index == 1 && (r.given != nil || r.errs[0] != nil) {
		return false
	}
	r.tries[t.index] = t
	return true
}

// ended takes the result of a try.
func (r *race[In, Out]) ended(t *try[In, Out], ans seam.Answer[Out]) {
	r.mu.Lock()
	if r.over {
		r.mu.Unlock()
		if ans.Err == nil {
			r.around.d.dispose(r.ctx, ans.Value)
		}
		return
	}
	r.errs[t.index] = ans.Err
	other := r.tries[1-t.index]
	if ans.Err != nil && other != nil && r.errs[1-t.index] == nil {
		r.mu.Unlock() // it may still succeed
		return
	}
	r.over = true
	errs, given := r.errs, r.given
	r.mu.Unlock()
	r.alarm.Release()
	switch {
	case ans.Err == nil:
		r.learn(t)
		if other != nil {
			other.lose()
		}
	case given != nil && errs[0] != nil:
		ans.Err = errs[0]
	case errs[0] != nil && errs[1] != nil:
		ans.Err = errors.Join(errs[0], errs[1])
	}
	ans.Late = ans.Late || given != nil
	if r.running.Load() == 1 && t.members.Load() == 1 { // before Finish: otherwise the next call could find the gates around still taken
		r.tellGone()
	}
	r.host.Finish(ans)
}

// learn records how long the winner took. If that is the second try, it also records that the first one took at least until now.
func (r *race[In, Out]) learn(winner *try[In, Out]) {
	seen := r.hedge.seen
	if seen == nil {
		return
	}
	now := time.Now()
	seen.add(now.Sub(r.begun))
	if winner.index == 1 {
		seen.add(now.Sub(winner.begun))
	}
}

// GiveUp implements [seam.Carried].
func (r *race[In, Out]) GiveUp(err error, spent bool) {
	r.mu.Lock()
	if r.over || r.given != nil && (r.spent || !spent) {
		r.mu.Unlock()
		return
	}
	r.given, r.spent = err, spent
	tries := r.tries
	r.mu.Unlock()
	for _, t := range tries {
		if t != nil {
			t.runner.GiveUp(err, spent)
		}
	}
}

// Cut implements [seam.Gated].
func (r *race[In, Out]) Cut(cause error) {
	r.mu.Lock()
	tries := r.tries
	r.mu.Unlock()
	for _, t := range tries {
		if t != nil {
			t.runner.Cut(cause)
		}
	}
}

// errLost is why the ctx of a losing try ends.
var errLost = &future.CanceledError{Cause: combinators.ErrLost}
