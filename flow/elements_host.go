package flow

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// elementHost is where a call for one element ends.
type elementHost[A, R any] struct {
	g    *elements[A, R]
	i    int
	seen seam.OwnCall // nil if nobody observes it
}

// make makes the element, and reports whether this goroutine has done so:
// else whoever does serves on.
func (h *elementHost[A, R]) make(ctx context.Context) (done bool) {
	g, i := h.g, h.i
	if g.ctx.Err() != nil {
		h.end(g.refused())
		return true
	}
	var ans seam.Answer[R]
	if g.direct != nil {
		ans.Value, ans.Err = g.direct(g.keyed(i, ctx), g.elements[i])
	} else {
		host := *h
		h.i = int(none) // Start sees to functions that do not return
		if ans, done = task.ForEngines(seal, g.t).Start(g.keyed(i, ctx), g.elements[i], g.crew, host); !done {
			return false
		}
		h.i = i
	}
	h.end(ans)
	return true
}

// Around is the run that waits for a run that the task stands for.
func (h elementHost[A, R]) Around() any { return h.g.at.around() }

// Undo implements [seam.Undoer].
func (h elementHost[A, R]) Undo(in A, v R) { h.g.undo(h.i, in, v, true) }

// Carry is told of the call: see [seam.Host].
func (h elementHost[A, R]) Carry(call seam.Carried) {
	g := h.g
	g.mu.Lock()
	if g.calls == nil {
		g.calls = make([]seam.Carried, len(g.elements))
	}
	g.calls[h.i] = call
	given, spent := g.given, g.spent
	g.mu.Unlock()
	if given != nil {
		call.GiveUp(given, spent)
	}
}

// refused is the answer of an element whose ctx has ended before it begins. At a limit something may stand in for it.
func (g *elements[A, R]) refused() seam.Answer[R] {
	cause := future.Cause(g.ctx)
	if v, ok := task.ForEngines(seal, g.t).Standby(); ok && g.run.Late() {
		return seam.Answer[R]{Value: v, Degraded: cause}
	}
	return seam.Answer[R]{Err: cause}
}

// end is told how the element ended.
func (h *elementHost[A, R]) end(ans seam.Answer[R]) {
	g, i, seen := h.g, h.i, h.seen
	h.i = int(none)
	switch {
	case seen == nil:
		g.put(i, ans)
	case g.hold(i, ans): // other elements are being given up, and wait for no observer
		// A call that a flow stands for may end when the run is long over: so the goroutine is not one of the run.
		engine.Callback(g.ctx, g.t.Name(), func() { seen.End(ans.Err, ans.Degraded) })
		g.put(i, ans)
	default:
		defer g.put(i, ans) // whatever the observer does
		seen.End(ans.Err, ans.Degraded)
	}
}

// Finish implements [seam.Host]. The goroutine serves on.
func (h elementHost[A, R]) Finish(ans seam.Answer[R]) {
	h.end(ans)
	h.g.serve(h.g.idle())
}

// about is what an observer is told of the i-th element.
func (g *elements[A, R]) about(i int) observe.Call {
	node := &g.run.plan.calls[g.at.n]
	return observe.Call{Kind: observe.KindElement, Flow: node.Flow, Node: node.Node, Task: g.t.Name(), Element: i, Place: node.Place}
}
