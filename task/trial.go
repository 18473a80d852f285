package task

import (
	"context"
	"time"
)

// trial is an attempt as an observer sees it. A nil trial is one that nobody observes.
type trial struct {
	begun time.Time
	end   func(Outcome)
}

// announce tells the observer of an attempt. Should the observer call
// runtime.Goexit, a new goroutine makes the attempt unobserved.
func (r *runner[In, Out]) announce(turn, made int, ctx context.Context) (seen context.Context, t *trial, ok bool) {
	returned := false
	defer func() {
		if !returned {
			r.elsewhere(func() (ans Answer[Out], over bool) {
				v, err, ok := r.call(turn, ctx, nil)
				if !ok {
					return ans, false
				}
				return r.carry(turn, 0, v, err)
			})
		}
	}()
	t = &trial{begun: time.Now()}
	seen, t.end = Begin(ctx, Call{Kind: AttemptCall, Task: r.d.name, Attempt: made, Place: r.d.origin.Place, Start: t.begun})
	returned = true
	r.inTurn(turn, func() { r.trial = t })
	return seen, t, true
}

func (t *trial) ended(err error) {
	if t != nil {
		t.end(OutcomeOf(err, nil, t.begun))
	}
}

// straggles tells that the call goes on without the attempt.
func (t *trial) straggles(late error) {
	o := OutcomeOf(late, nil, t.begun)
	o.Status = Straggler
	t.end(o)
}
