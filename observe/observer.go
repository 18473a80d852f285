package observe

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/must"
)

// Observer sees the begin and the end of calls. Several goroutines may call it at
// once.
//
// An observer changes no result. If it panics, the panic is logged. Of the ctx
// that it returns, only the values are used. But the call waits for it: an
// observer that blocks delays the call.
type Observer interface {
	// Begin is called when a call begins. It returns the ctx for the call, with
	// the values that the observer wants to find there later, and a function that
	// gets the outcome of the call. That function is called once, or twice for a
	// [StatusStraggler]. Either result may be nil.
	Begin(ctx context.Context, call Call) (context.Context, func(Outcome))
}

// With returns a ctx with the observer o: o sees all calls that are started with it.
// It replaces an observer that ctx has already; see [Tee].
//
// Cost: without an observer, a few nanoseconds a call. With one, before it does anything, two readings of the
// clock, and memory: in a flow about 90 bytes a call, which are part of one object of the run; for a task that runs alone, two
// objects of 400 bytes together.
func With(ctx context.Context, o Observer) context.Context {
	must.HaveCtx("observe.With", ctx)
	if o == nil {
		panic("observe.With: nil Observer")
	}
	return engine.Observe(ctx, installed{o})
}

// installed is the observer of a ctx. It implements [engine.Observer].
type installed struct{ Observer }

func (installed) Installed(engine.Seal) {}

// From returns the observer that ctx has, or nil.
func From(ctx context.Context) Observer {
	must.HaveCtx("observe.From", ctx)
	return observerOf(engine.ObserverOf(ctx))
}

func observerOf(o engine.Observer) Observer {
	if o, ok := o.(installed); ok {
		return o.Observer
	}
	return nil
}
