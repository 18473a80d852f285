package task

import "context"

// trial is an attempt as an observer sees it. A nil trial is one that nobody observes.
type trial struct{ single }

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
	t = &trial{single{call: Call{Kind: KindAttempt, Task: r.d.name, Attempt: made, Place: r.d.origin.Place}}}
	seen = t.begin(ctx, ObserverOf(ctx))
	returned = true
	r.inTurn(turn, func() { r.trial = t })
	return seen, t, true
}

func (t *trial) ended(err error) {
	if t != nil {
		t.ends(err, nil)
	}
}
