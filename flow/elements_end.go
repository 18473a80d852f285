package flow

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// This file is how elements end, and the node with them.

// put takes the result of an element, unless it has one.
func (g *elements[A, R]) put(i int, ans seam.Answer[R]) {
	if g.settles && ans.Err != nil {
		g.fail(i, ans.Err)
		return
	}
	code := ans.Degraded != nil && g.isCode(ans.Degraded)
	mine := ans.Err == nil && !isInstead(ans)
	g.mu.Lock()
	if g.over || g.done[i] {
		g.mu.Unlock()
		if mine {
			g.undo(i, g.elements[i], ans.Value, true)
		}
		if g.drop() && ans.Err == nil {
			g.late(g.ctx, ans.Value)
		}
		return
	}
	g.values[i], g.done[i] = ans.Value, true
	if g.drop() && ans.Err == nil {
		g.kept = append(g.kept, ans.Value)
	}
	if ans.Degraded != nil {
		g.lose(ans.Degraded, code, ans.Losses)
	}
	g.made++
	g.over = ans.Err != nil || g.made == len(g.elements)
	over := g.over
	g.mu.Unlock()
	if mine {
		g.undo(i, g.elements[i], ans.Value, false)
	}
	switch {
	case !over:
	case ans.Err == nil:
		g.succeed()
	case future.IsCanceled(ans.Err):
		g.giveUpAll(ans.Err)
	default:
		g.giveUpAll(g.failed(i, ans.Err))
	}
}

// undo has the success of an element undone: now, if it comes too late, or if the answer of the run does not use it.
func (g *elements[A, R]) undo(i int, in A, out R, late bool) {
	undo := task.ForEngines(seal, g.t).Undoer()
	if undo == nil || g.undoing == nil {
		return
	}
	k := g.undoing.success(g.node, g.undoing.plan.specs[g.node].name+"["+strconv.Itoa(i)+"]", out, func(ctx context.Context) error { return undo(ctx, in, out) })
	if late {
		g.undoing.undo(k)
		return
	}
	g.undoing.keep(g.node, k)
}

// fail takes the failure of an element of a SettleEach. If its ctx has ended, and not because of the limit, the node fails.
func (g *elements[A, R]) fail(i int, err error) {
	if !g.run.Join() {
		return // long over
	}
	defer g.run.Leave()
	if cause := g.at.left(g.ctx); cause != nil {
		g.mu.Lock()
		over := g.over
		g.over = true
		g.mu.Unlock()
		if !over {
			g.giveUpAll(cause)
		}
		return
	}
	failure := g.failed(i, g.run.st.lateness(err))
	code := g.isCode(failure)
	g.mu.Lock()
	if g.over || g.done[i] {
		g.mu.Unlock()
		return
	}
	g.failures[i], g.done[i] = failure, true
	g.lose(failure, code, nil)
	g.made++
	g.over = g.made == len(g.elements)
	over := g.over
	g.mu.Unlock()
	if over {
		g.succeed()
	}
}

// succeed ends the node with what the elements have come to. The caller is the one who has set over.
func (g *elements[A, R]) succeed() {
	g.to.collect(g.values, g.failures)
	g.at.degradedBy(g.failure, g.inner, g.count)
	g.endLate()
	g.life.Release()
	g.at.finish(nil, g.failure)
}

// giveUpAll ends the node with err. The caller is the one who has set over.
func (g *elements[A, R]) giveUpAll(err error) {
	g.endLate()
	g.life.End(&future.CanceledError{Cause: errors.Join(combinators.ErrLost, err)})
	for _, v := range g.kept {
		g.late(g.ctx, v)
	}
	g.life.Release()
	g.at.finish(err, nil)
}

// endLate ends the ctx of the elements that still run because the limit has passed, if it has.
func (g *elements[A, R]) endLate() {
	g.mu.Lock()
	late := g.given
	g.mu.Unlock()
	if late != nil {
		g.life.End(late)
	}
}

// drop reports whether there is a Discard for results that nobody takes.
func (g *elements[A, R]) drop() bool { return g.late != nil }

// hold notes how an element has ended, while an observer is told of that, and reports whether the limit has passed: then
// nobody waits for the observer.
func (g *elements[A, R]) hold(i int, ans seam.Answer[R]) (late bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.back == nil {
		g.back = map[int]seam.Answer[R]{}
	}
	g.back[i] = ans
	delete(g.seen, i)
	return g.given != nil
}

// sees notes that the observer knows of an element that runs, and tells it if that was given up meanwhile.
func (g *elements[A, R]) sees(i int, seen seam.OwnCall) {
	g.mu.Lock()
	if g.seen == nil {
		g.seen = map[int]seam.OwnCall{}
	}
	g.seen[i] = seen
	late := g.given
	g.mu.Unlock()
	if late != nil {
		g.straggle(late, seen)
	}
}

// straggle tells the observer that elements have been given up at the limit, and still run: beside the answer, and before the end of the run.
func (g *elements[A, R]) straggle(late error, seen ...seam.OwnCall) {
	w := g.run.observer
	if len(seen) == 0 {
		return
	}
	joined := w.join()
	g.run.beside(func() {
		if joined {
			defer w.leave(g.run)
		}
		for _, s := range seen {
			s.Straggle(late)
		}
	})
}

// running is what the observer has been told of and still runs, in order, but for what ends when its call is given up. The caller has the lock.
func (g *elements[A, R]) running() (all []seam.OwnCall) {
	for i := range g.elements {
		if seen := g.seen[i]; seen != nil && (i >= len(g.calls) || g.calls[i] == nil) {
			all = append(all, seen)
		}
	}
	return all
}

// GiveUp implements [seam.Carried].
func (g *elements[A, R]) GiveUp(err error, spent bool) {
	if !g.run.Join() {
		return
	}
	defer g.run.Leave()
	g.mu.Lock()
	if g.over || g.given != nil && (g.spent || !spent) {
		g.mu.Unlock()
		return
	}
	if g.given == nil {
		g.straggle(err, g.running()...)
	}
	g.given, g.spent = err, spent
	if g.settles && g.at.isOnlyEffect() { // it is lost, which is told of
		g.over = true
		g.mu.Unlock()
		g.giveUpAll(err)
		return
	}
	done, calls, back := slices.Clone(g.done), slices.Clone(g.calls), maps.Clone(g.back)
	g.mu.Unlock()
	v, ok := task.ForEngines(seal, g.t).Standby()
	for i := range g.elements {
		ans, returned := back[i]
		switch {
		case done[i]:
		case returned: // in time: only an observer was slow
			g.put(i, ans)
		case i < len(calls) && calls[i] != nil:
			calls[i].GiveUp(err, spent)
		case ok:
			g.put(i, seam.Answer[R]{Value: v, Degraded: err})
		default:
			g.put(i, seam.Answer[R]{Err: err})
		}
	}
}

// left is why ctx, that of the node, has ended: the caller has left, or nothing needs the node any more. It is nil while
// ctx is alive, and if the limit has passed, which the run may find out here. The caller is a member.
func (at nodeRef) left(ctx context.Context) error {
	r := at.st.run
	switch {
	case ctx.Err() == nil:
		return nil
	case at.isOnlyEffect(), at.isDropped(): // it is cut off, which is told of, or nothing needs it, as something else was late
		return future.Cause(ctx)
	case r.expired.Load():
		return nil
	}
	if r.fate.Load() == undecided && r.ctx.Err() != nil && !at.st.plan.specs[at.n].effect {
		r.owner.halt(future.Cause(r.ctx))
	}
	if r.expired.Load() {
		return nil
	}
	return future.Cause(ctx)
}

// isDropped reports whether nothing needs the node any more.
func (at nodeRef) isDropped() bool {
	d := at.st.demand
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.phase[at.n] == dropped
}

// isOnlyEffect reports whether the node runs for an effect, and not for the answer.
func (at nodeRef) isOnlyEffect() bool {
	s := &at.st.plan.specs[at.n]
	return s.effect && !s.answer
}
