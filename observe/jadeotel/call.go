package jadeotel

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// call is a call while it runs, and the ctx by which those inside of it find it and its span.
type call struct {
	context.Context // that it began with
	tally
	observer *observer
	about    observe.Call
	around   *call    // nil for the outermost
	request  *request // that the outermost run answers; nil if nothing is known of one

	opening  sync.Once
	inside   context.Context // with the span; written once, by opening, as are the next two
	span     trace.Span
	recorded bool // the span records, or did before it ended

	failed atomic.Int32 // class of the latest attempt in it that has not succeeded
	late   atomic.Bool  // a call inside of it, that is not an attempt, has failed for want of time
	closed atomic.Bool  // it has ended, although the span may be open
	parts  atomic.Pointer[parts]
}

// parts is what is known of what is inside a call, once there is something.
type parts struct {
	mu      sync.Mutex
	inputs  map[string]input     // of a run: its nodes that have ended, by name
	pending []pending            // of what decides: the calls that have failed in it
	verdict *verdict             // of the same: nil until it has ended
	thrown  []*future.PanicError // of the outermost
}

type callKey struct{ of *observer }

// Value implements [context.Context]. Who asks for anything else than what Jade has there
// may be looking for a span, or for what a provider has put there with it: that opens the span.
func (c *call) Value(key any) any {
	if k, ok := key.(callKey); ok && k.of == c.observer {
		return c
	}
	if isJades(key) {
		return c.Context.Value(key)
	}
	return c.open().Value(key)
}

// String keeps fmt from reading the call by reflection, while others write to it.
func (c *call) String() string   { return "jade.Context" }
func (c *call) GoString() string { return "jade.Context" }

// end is told how the call has ended.
func (c *call) end(o observe.Outcome) {
	switch c.hear(o) {
	case ended:
		if o.Status == observe.StatusSkipped && !c.isEntry() && c.isUnopened() {
			c.measure(c.Context, o)
			c.tellOfSkipped(o)
			return
		}
		fallthrough
	case lost:
		ctx := c.open()
		c.measure(ctx, o)
		if c.isEntry() {
			c.request.end(c.Context, o)
			c.observer.meters.answers.ends(ctx, c, o)
		}
		c.close(o)
	case returned:
		c.tellOfReturned(o)
	}
}

// isEntry reports whether the call is a run with the first span of a request in this process. Also a refused request has one, because it is answered.
func (c *call) isEntry() bool { return c.request != nil && c.request.isEntry }

// close writes how the call has ended, and ends its span.
func (c *call) close(o observe.Outcome) {
	c.tellAround(o)
	if !c.recorded {
		c.span.End()
		return
	}
	at := c.about.Start.Add(o.Elapsed)
	c.registerAsInput(o, at)
	c.closed.Store(true)
	as := c.judgement(o)
	run := c.waitsFor(as, o)
	if c.decides() {
		c.judgeAll(c.verdict(o, run))
	}
	if run != nil {
		run.keep(pending{c, o, at})
		return
	}
	c.conclude(o, at, as)
	c.finish(at)
}

func (c *call) finish(at time.Time) { c.span.End(trace.WithTimestamp(at)) }

// tellAround has the call around know of what it cannot be told by its own outcome.
func (c *call) tellAround(o observe.Outcome) {
	switch {
	case c.around == nil || o.Status != observe.StatusFailed && o.Status != observe.StatusStraggler:
	case c.about.Kind == observe.KindAttempt:
		c.around.failed.Store(int32(o.Class))
	case o.Status == observe.StatusFailed && o.Class == recovery.ClassTimeout:
		c.around.late.Store(true)
	}
}

// root is the outermost call.
func (c *call) root() *call {
	for c.around != nil {
		c = c.around
	}
	return c
}

func (c *call) allParts() *parts {
	if p := c.parts.Load(); p != nil {
		return p
	}
	c.parts.CompareAndSwap(nil, new(parts))
	return c.parts.Load()
}
