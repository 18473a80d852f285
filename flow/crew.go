package flow

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// crew is that of a node in a run that has reserved time. It outlives the nodeRef.
type crew struct {
	*run
	n int32
}

// Reserved is that of the run, for the node alone: it ends with that, or when nothing needs the node any more. The caller is a member.
func (c crew) Reserved() context.Context {
	ctx, s := c.run.Reserved(), &c.st.plan.specs[c.n]
	switch {
	case ctx == nil, s.effect && !s.answer: // the limit does not give it up: it has the ctx that it has
		return nil
	case s.effect: // it outlives the answer
		ctx = c.effects.ctx
	}
	return c.st.demand.reserve(c.n, func() (engine.Life, error) { return c.begin(ctx, time.Time{}) })
}

// reserve returns the ctx of what begin begins for node n, once for all parts of it; nil if the node is over.
func (d *demand) reserve(n int32, begin func() (engine.Life, error)) context.Context {
	d.mu.Lock()
	life := d.spares[n]
	d.mu.Unlock()
	if life != nil {
		return life.Context()
	}
	life, err := begin() // not under the lock: it may turn out that the run's ctx has ended
	if err != nil {
		return nil
	}
	d.mu.Lock()
	first, runs := d.spares[n], d.phase[n] == running || d.phase[n] == held
	if first == nil && runs {
		if d.spares == nil {
			d.spares = map[int32]engine.Life{}
		}
		d.spares[n] = life
	}
	d.mu.Unlock()
	switch {
	case first != nil:
		life.Release()
		return first.Context()
	case !runs:
		life.Release()
		return nil
	}
	return life.Context()
}

// releaseSpare lets go of what node n, which is over, had of the reserve. (It is not a part of settleDemand for the sake of the stack.)
//
//go:noinline
func (d *demand) releaseSpare(n int32) {
	d.mu.Lock()
	life := d.spares[n]
	delete(d.spares, n)
	d.mu.Unlock()
	if life != nil {
		life.Release()
	}
}
