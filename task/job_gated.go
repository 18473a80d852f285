package task

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
)

// gatedJob is a job that goes through gates first.
type gatedJob[In, Out any] struct {
	job[In, Out]
	g *passage[In, Out]
}

func (j gatedJob[In, Out]) Call(_ engine.Seal, ctx context.Context) (Out, error) {
	v, err := j.g.Call(ctx, j.in)
	if err == nil {
		j.g.Leave()
	}
	return v, err
}

func (j gatedJob[In, Out]) Mend(ctx context.Context, v Out, err error) (Out, error) {
	defer j.g.Leave()
	err = j.g.Unwind(err)
	return j.mend(ctx, v, err, j.g)
}

// passes reports whether Do can use a passage for the call.
func (d *definition[In, Out]) passes(ctx context.Context, observed bool) bool {
	if d.row == 0 || !d.straight() || d.asked(observed) || engine.ObserverOf(ctx) != nil {
		return false
	}
	if !d.standsIn {
		return true
	}
	_, limited := ctx.Deadline()
	return !limited
}

// straight reports whether all gates are innermost (see row), and nothing else acts before the function has failed.
func (d *definition[In, Out]) straight() bool {
	return !d.bent && !d.limits && d.starter == nil && d.quiet == nil
}

// doThrough starts the function behind its gates, and waits for it.
func (d *definition[In, Out]) doThrough(ctx context.Context, in In) (work future.Future[Out], v Out, err error) {
	g, ok := d.passages.Get().(*passage[In, Out])
	if !ok {
		g = newPassage(d)
	}
	g.d = d
	g.users.Store(2) // the caller, and the goroutine
	work = future.Begin[Out](ctx, gatedJob[In, Out]{job[In, Out]{d, in}, g})
	v, err = work.Await(ctx)
	if err != nil {
		if _, done := work.Peek(); !done {
			g.Cut(err, g)
		}
	}
	g.Leave()
	return work, v, err
}

// Join and Leave implement [seam.Crew]. When all users have left, the passage is used again.

func (g *passage[In, Out]) Join() bool { g.users.Add(1); return true }

func (g *passage[In, Out]) Leave() {
	if g.users.Add(-1) == 0 {
		d := g.d
		g.Renew()
		d.passages.Put(g)
	}
}
