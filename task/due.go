package task

import (
	"context"
	"sync"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
)

// due is when a call is given up that no engine gives up, so that what stands in for it comes in time.
type due struct {
	around context.Context
	begun  time.Time
	alarm  alarm.Alarm

	mu      sync.Mutex
	carried seam.Carried // nil until the call is made
	err     error        // nil until it is late
}

// degrades reports whether Do waits for the call rather than for ctx, should that end by its deadline.
func (d *definition[In, Out]) degrades() bool {
	if d.hedged != nil {
		return d.standsIn || d.hedged.inside.degrades()
	}
	return d.standsIn || d.starter != nil
}

// doDegrading starts the task and waits for it.
func (d *definition[In, Out]) doDegrading(ctx context.Context, in In, observed bool) (work future.Future[Out], v Out, err error) {
	c := d.call(ctx, in, observed)
	work = c.promise.Future()
	if v, err = work.Await(ctx); err == nil || !passed(ctx.Err()) {
		return work, v, err
	}
	if c.due != nil {
		c.late()
	}
	v, err = work.Await(context.WithoutCancel(ctx))
	return work, v, err
}

// late gives the call up, as its deadline has passed or is about to.
func (c *call[In, Out]) late() {
	if !c.Join() {
		return
	}
	defer c.Leave()
	d := c.due
	d.mu.Lock()
	if d.err == nil {
		d.err = engine.Inherited(d.around, c.d.name, d.begun, nil)
	}
	carried, err := d.carried, d.err
	d.mu.Unlock()
	if carried != nil {
		carried.GiveUp(err, true)
	}
	c.life.End(err)
}

// Carry implements [seam.Carrier].
func (c *call[In, Out]) Carry(carried seam.Carried) {
	d := c.due
	if d == nil {
		return
	}
	d.mu.Lock()
	d.carried = carried
	err := d.err
	d.mu.Unlock()
	if err != nil {
		carried.GiveUp(err, true)
	}
}
