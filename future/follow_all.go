package future

import (
	"context"
	"sync/atomic"

	"github.com/jade-go/jade/internal/must"
)

// AllBody is what happens behind several inputs; see [FollowAll].
type AllBody[R any] interface {
	// Input returns input i. It always returns the same one, and must be free of user code.
	Input(i int) Input
	// Run makes the result. It may read the inputs, which have succeeded, by [Inspect].
	Run(ctx context.Context) (R, error)
}

// FollowAll returns a future that b completes once all of its n inputs have
// succeeded. It is the primitive below Then2 to Then9, and does what a [Follow]
// behind a [Watch] would, with fewer allocations.
//
// Failure: the first failure of an input, at once; Run is not called then.
// Cancellation: while an input is pending, the future ends at once with the
// cause of ctx when that ends or its scope closes; the inputs go on. Once Run
// runs, the future ends when Run does.
// Panics: a panic in b becomes a [*PanicError], runtime.Goexit becomes [ErrGoexit].
// Cost: two allocations, one more for more than two inputs; three more with a cancellable ctx that is not Jade's own.
func FollowAll[R any, B AllBody[R]](ctx context.Context, n int, b B) Future[R] {
	must.HaveCtx("future.FollowAll", ctx)
	must.HaveFunc("future.FollowAll", any(b) == nil)
	if n < 1 {
		return Follow(ctx, Of(struct{}{}, nil), 0, Body[struct{}, R](alone[R, B]{b}))
	}
	for i := range n {
		b.Input(i) // if one panics, it does so before anybody knows of the future
	}
	var w *joiner[R, B]
	if p := shared(ctx); p != nil {
		w = &joiner[R, B]{}
		w.ctx.parent = p
	} else {
		both := &struct {
			joiner joiner[R, B]
			own    parent
		}{own: newParent(ctx)}
		w = &both.joiner
		w.ctx.parent = &both.own
	}
	out := &state[R]{}
	out.core.scope = w.ctx.parent.scope
	out.core.work = w
	w.ctx.work, w.body, w.out = w, b, out
	w.missing.Store(int32(n))
	if w.places = w.few[:]; n <= len(w.few) {
		w.places = w.places[:n]
	} else {
		w.places = make([]node, n)
	}
	for i := range w.places {
		w.places[i].act, w.places[i].index = w, int32(i)
	}
	w.start(b, w.places, out)
	return Future[R]{out}
}

// alone is the body of a FollowAll without inputs.
type alone[R any, B AllBody[R]] struct{ body B }

func (alone[R, B]) Pass(Result[struct{}]) (v R, passes bool) { return v, false }

func (a alone[R, B]) Run(ctx context.Context, _ Result[struct{}]) (v R, none Future[R], err error) {
	v, err = a.body.Run(ctx)
	return v, none, err
}

func (a alone[R, B]) Func() any { return a.body }

// joiner is a follower with several inputs: it has a node in the list of each.
// Who sets phase owns the outcome: the first failure, the last success, or a cancellation.
type joiner[R any, B AllBody[R]] struct {
	ctx     workCtx
	body    B // read while an input may still be settled, let go of once Run has returned
	out     *state[R]
	places  []node
	few     [2]node
	missing atomic.Int32
	phase   atomic.Uint32
}

func (w *joiner[R, B]) claim(bits uint32) bool { return w.phase.CompareAndSwap(0, claimed|bits) }

// start is follower.start for several inputs.
func (w *joiner[R, B]) start(b B, places []node, out *state[R]) {
	if !w.ctx.enlist(&out.core, false) {
		return
	}
	var ready chain
	for i := range places {
		n := &places[i]
		if c := b.Input(i).core(); c == nil || !c.push(n) {
			ready.append(chain{n, n})
		} else if n.is(dropped) { // before it was there, perhaps
			c.remove(n, true)
		}
	}
	resume(ready)
}

// settle counts one input.
func (w *joiner[R, B]) settle(n *node) (chain, bool) {
	n.set(counted)
	c := w.body.Input(int(n.index)).core()
	switch {
	case c == nil:
		if w.claim(0) {
			return w.fail(w.out.core.because(ErrZero, place{})), false
		}
	case !c.ok():
		if w.claim(0) {
			next := w.fail(c.failed.passedTo(&w.out.core))
			c.failed.take()
			return next, false
		}
		c.failed.take()
	default:
		c.failed.give()
		return chain{}, w.missing.Add(-1) == 0 && w.claim(0)
	}
	return chain{}, false
}

// fail completes the future with the failure of an input.
func (w *joiner[R, B]) fail(f *share) chain {
	w.leave()
	next := w.out.core.fail(f)
	w.ctx.part(byCancel)
	return next
}

// leave leaves the inputs that are not counted.
func (w *joiner[R, B]) leave() {
	for i := range w.places {
		n := &w.places[i]
		if c := w.body.Input(i).core(); c != nil && !n.is(counted) && n.drop() {
			c.remove(n, true)
		}
	}
}

// run calls the body, and completes the future with what it returns.
func (w *joiner[R, B]) run() (next chain) {
	if w.ctx.parent != &background {
		if e := w.ctx.ending(); e != nil {
			var zero R
			return w.conclude(zero, w.out.core.endsWith(e, w.place()))
		}
	}
	returned := false
	defer func() {
		if !returned {
			var zero R
			resume(w.conclude(zero, w.out.core.because(thrown(recover()), w.place())))
		}
	}()
	v, err := w.body.Run(&w.ctx)
	returned = true
	var f *share
	if err != nil {
		f = w.out.core.because(err, w.place())
	}
	return w.conclude(v, f)
}

func (w *joiner[R, B]) conclude(v R, f *share) (next chain) {
	k := w.ctx.finish(finished)
	w.out.value = v
	if f == nil {
		next = w.out.core.succeed()
	} else {
		next = w.out.core.fail(f)
	}
	k.tellNow()
	w.ctx.part(byCancel)
	var none B
	w.body, w.places = none, nil
	return next
}

func (w *joiner[R, B]) cancel(s *cancellation, e *ending, by reach) {
	switch {
	case w.phase.Load()&dropped != 0:
	case w.claim(dropped):
		w.leave()
		s.fail(&w.out.core, e, w.place())
		w.ctx.part(by)
	case w.phase.Load()&dropped == 0:
		w.ctx.cancellation(s, e, by)
	}
}

// runs reports whether the body has begun.
func (w *joiner[R, B]) runs() bool { return w.phase.Load() != 0 }

func (w *joiner[R, B]) input() *core { return nil }
func (w *joiner[R, B]) home() *Scope { return w.ctx.parent.scope }
func (w *joiner[R, B]) place() place { return place{from: w.ctx.parent, pc: entry(w.body)} }
