package flow

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/internal/stack"
	"github.com/jade-go/jade/observe"
)

// call is one run of a flow: the part of it that knows the types.
type call[In, Out any] struct {
	run
	promise future.Promise[Out]
	host    seam.Host[Out] // of a run within another, instead of the promise
	left    bool           // it has been told that nothing of the run runs any more
	flow    *Flow[In, Out]
	in      In
	ending  atomic.Pointer[ending[Out]] // nil until somebody needs it
}

// begin starts a run. If the caller watches ctx, it is told whether it need not:
// the run is told of its end.
//
// The limit of a run that is watched is set when it turns out that the caller has to wait: most
// runs of quick functions are over by then (see future.Future.Await).
func (f *Flow[In, Out]) begin(ctx context.Context, in In, watched bool) (c *call[In, Out], told bool) {
	c = &call[In, Out]{flow: f, in: in}
	c.around = ctx
	if err := c.enter(engine.Terms{Promise: &c.promise, Watched: watched}); err != nil {
		c.refuse(err)
		return c, true
	}
	told = c.life.Told()
	c.members.Store(1)
	if c.isLate() {
		c.members.Add(1)
		go func() {
			defer c.Leave()
			c.expire()
		}()
	} else if c.observer != nil || c.st.demand != nil { // opening it may call a user's function
		c.members.Add(1)
		go c.st.begin()
	} else {
		c.st.open()
		if c.st.head.Load() != none {
			c.st.wake()
		}
	}
	if c.limit != nil {
		if watched {
			runtime.Gosched()
		}
		c.arm()
	}
	c.Leave()
	return c, told
}

// opener is the goroutine that opens a run.
func (st *state) opener() {
	if st.run.observer != nil {
		stack.To8KB() // for the observer
	}
	st.serve(worker{duty: opening, at: none})
}

// announce tells the observer of the run, if there is one, and then opens it.
func (st *state) announce() {
	defer st.open() // whatever the observer does
	r, d := st.run, st.demand
	if r.observer == nil {
		return
	}
	ctx := r.observer.beginRun(r)
	var effects context.Context
	if r.effects != nil {
		effects = engine.WithValues(r.effects.ctx, ctx)
	}
	if d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.open { // the limit has passed meanwhile: others have the ctx that there was
			return
		}
	}
	if r.ctx = ctx; effects != nil {
		r.effects.ctx = effects
	}
}

// isLate reports whether the one node of the run was late before it was to begin.
func (c *call[In, Out]) isLate() bool { return c.flow.terms != nil && c.flow.terms.Late != nil }

// nested is a flow as work that a task stands for.
type nested[In, Out any] struct{ flow *Flow[In, Out] }

// identity is what all variants of a flow have in common.
func (n nested[In, Out]) identity() any { return n.flow.plan.original() }

// remembers reports whether a run of the flow needs a memory.
func (n nested[In, Out]) remembers() bool { return n.flow.plan.remembers }

// undoes reports whether a run of the flow has something to undo.
func (n nested[In, Out]) undoes() bool { return n.flow.plan.undoes }

// Graph returns the flow's graph.
func (n nested[In, Out]) Graph() Graph { return n.flow.Graph() }

// Start implements [seam.Starter]: the caller's goroutine is the first to work for the run.
func (n nested[In, Out]) Start(ctx context.Context, in In, host seam.Host[Out]) {
	c := &call[In, Out]{flow: n.flow, in: in, host: host}
	c.around = ctx
	if err := c.enter(engine.Terms{Member: true}); err != nil {
		c.refuse(err)
		return
	}
	c.members.Store(1)
	c.arm()
	if h, ok := host.(seam.Carrier); ok {
		h.Carry(c)
	}
	if c.observer != nil {
		c.st.serve(worker{duty: opening, at: none})
		return
	}
	c.st.open()
	c.st.serve(worker{at: none})
}

// enter makes what the run needs, and enters the scope.
func (c *call[In, Out]) enter(t engine.Terms) (err error) {
	p := c.flow.plan
	c.plan, c.owner = p, c
	if p.remembers {
		c.around = engine.Remember(c.around)
	}
	c.key = p.keyOf(c.around)
	unheld := false
	if h, ok := c.host.(seam.Surrounded); ok {
		switch around := h.Around().(type) {
		case *run:
			c.outer = around
		case *effects:
			unheld = true
		}
	}
	if t := c.flow.terms; t != nil && t.Key != "" {
		c.key = t.above(p.specs[p.out].name)
	}
	if t := c.flow.terms; t != nil && !t.Limit.IsZero() {
		c.begun, c.limit = t.Begun, t.limit()
	} else if _, limited := c.around.Deadline(); limited || c.flow.limit > 0 {
		c.begun = time.Now()
		c.limit = newLimit(c.around, c.outer, c.begun, c.flow.limit, c.flow.reserve, unheld)
	}
	if c.limit != nil && !c.isLate() {
		t.Until = c.limit.at
	}
	if c.life, err = engine.Begin(c.around, c, t); err != nil {
		return err
	}
	c.ctx, c.foreign = c.life.Context(), c.life.Foreign()
	if p.effects {
		if c.effects, err = beginEffects(&c.run, c.around); err != nil {
			c.life.Release()
			return err
		}
	}
	if p.undoes {
		c.undoing = c.newUndoing()
	}
	if c.life.Observer() != nil && c.flow.terms == nil {
		c.begun = time.Now()
		c.observer = newRunObserver(p, observe.ForEngines(seal).Observer(c.life.Observer()))
	}
	st := p.start(&c.run)
	if c.flow.terms == nil {
		st.cells[0].(*given[In]).v = c.in
	}
	return nil
}
