package task

import (
	"context"
	"sync"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// inside is where a call finds out that something has stood in for a failure inside of a Wrap: the function around it sees a
// result, and so would the flow. The ctx has it.
type inside struct {
	of any // the definition whose calls it is told of

	mu      sync.Mutex
	failure error
	losses  []observe.Loss
}

type insideKey struct{}

// lookInside returns the ctx for a call of fn, and where that notes what has stood in; nil if nothing can.
func (d *definition[In, Out]) lookInside(ctx context.Context) (context.Context, *inside) {
	if !d.hides {
		return ctx, nil
	}
	in := &inside{of: d.quiet}
	return context.WithValue(ctx, insideKey{}, in), in
}

// asked reports whether a call of d has to tell what has stood in inside of it: one that is inside of another Wrap.
func (d *definition[In, Out]) asked(observed bool) bool { return d.hides && !observed }

// found is the failure that something has stood in for, and what is lost by that. A nil inside has found nothing.
func (in *inside) found() (failure error, losses []observe.Loss) {
	if in == nil {
		return nil, nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.failure, in.losses
}

// stoodIn is told of a degraded result of d. If that is inside of a Wrap, only the call around it is observed, and part of a flow.
func (d *definition[In, Out]) stoodIn(ctx context.Context, ans seam.Answer[Out]) {
	observe.ForEngines(seal).Degrade(ctx, ans.Degraded)
	if in, ok := ctx.Value(insideKey{}).(*inside); ok && in.of == any(d) {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.failure, in.losses = ans.Degraded, ans.Losses
	}
}
