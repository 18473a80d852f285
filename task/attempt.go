package task

import (
	"context"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// announce tells the observer of an attempt. Should the observer call
// runtime.Goexit, a new goroutine makes the attempt unobserved.
func (r *runner[In, Out]) announce(turn, made int, ctx context.Context) (inside context.Context, seen seam.OwnCall, ok bool) {
	returned := false
	defer func() {
		if !returned {
			r.elsewhere(func() (ans seam.Answer[Out], over bool) {
				v, err, ok := r.call(turn, ctx, nil)
				if !ok {
					return ans, false
				}
				return r.carry(turn, 0, v, err)
			})
		}
	}()
	seen = observe.ForEngines(seal).Call(observe.Call{Kind: observe.KindAttempt, Task: r.d.name, Attempt: made, Place: r.d.origin.Place})
	inside = seen.Open(ctx, observe.From(ctx))
	returned = true
	r.inTurn(turn, func() { r.seen = seen })
	return inside, seen, true
}

// ended tells the observer of an attempt, if it knows of that, that it has ended.
func ended(seen seam.OwnCall, err error) {
	if seen != nil {
		seen.End(err, nil)
	}
}
