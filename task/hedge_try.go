package task

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
)

// try is one try of a race: a call of what is inside of the hedge, with a ctx of its own. It is the host and the crew of that call, and
// implements [engine.Work].
type try[In, Out any] struct {
	race    *race[In, Out]
	index   int
	begun   time.Time
	life    engine.Life
	runner  *runner[In, Out]
	paid    *pass        // the ticket of the budget; nil if there is none
	told    bool         // the budget knows how the try has ended
	members atomic.Int32 // goroutines that work for it
}

// Name, Running and Ended implement [engine.Work].

func (t *try[In, Out]) Name() string      { return t.race.around.d.name }
func (t *try[In, Out]) Running() []string { return nil }
func (t *try[In, Out]) Ended(error) error { return nil }

// run makes the try. The caller is a member.
func (t *try[In, Out]) run() {
	r := t.race
	life, err := engine.Begin(r.ctx, t, engine.Terms{Watched: true})
	if err != nil {
		t.Finish(seam.Answer[Out]{Err: err})
		return
	}
	t.life, t.begun = life, time.Now()
	t.runner = newRunner(life.Context(), r.hedge.inside, r.in, t, t)
	t.runner.announces, t.runner.made = true, t.index
	if !r.enter(t) {
		return
	}
	if given, spent := r.isGiven(); given != nil {
		t.runner.GiveUp(given, spent)
	}
	if ans, over := t.runner.start(); over {
		t.Finish(ans)
	}
}

func (r *race[In, Out]) isGiven() (err error, spent bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.given, r.spent
}

// Finish implements [seam.Host].
func (t *try[In, Out]) Finish(ans seam.Answer[Out]) {
	if t.paid != nil {
		t.told = true
		o := outcomeFor(t.race.ctx, ans.Err, ans.Degraded, true)
		t.race.around.aside(func() { t.paid.answer(o) })
	}
	t.race.ended(t, ans)
}

// lose ends the ctx of a try that has lost.
func (t *try[In, Out]) lose() {
	if !t.Join() {
		return
	}
	defer t.Leave()
	t.life.End(errLost)
	t.runner.Cut(errLost)
}

// Join implements [seam.Crew].
func (t *try[In, Out]) Join() bool {
	for {
		n := t.members.Load()
		if n == 0 {
			return false
		}
		if t.members.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Leave implements [seam.Crew].
func (t *try[In, Out]) Leave() {
	if t.members.Add(-1) > 0 {
		return
	}
	if t.life != nil {
		t.life.Release()
	}
	switch p, around := t.paid, t.race.around; {
	case p == nil:
	case t.told:
		p.letGo()
	default: // the race was over before the try began
		o := outcomeFor(t.race.ctx, errLost, nil, false)
		around.aside(func() { p.end(o) })
	}
	t.race.leave()
}

// Around implements [seam.Surrounded] by the host of the race.
func (t *try[In, Out]) Around() any {
	if h, ok := t.race.host.(seam.Surrounded); ok {
		return h.Around()
	}
	return nil
}

// Late implements [seam.Limited] by the crew around the race.
func (t *try[In, Out]) Late() bool {
	c, ok := t.race.around.crew.(seam.Limited)
	return ok && c.Late()
}

// Reserved implements [seam.Reserve] by the crew around the race.
func (t *try[In, Out]) Reserved() context.Context {
	if c, ok := t.race.around.crew.(seam.Reserve); ok {
		return c.Reserved()
	}
	return nil
}
