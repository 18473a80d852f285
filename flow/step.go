package flow

import (
	"context"
	"reflect"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// Step is a call of t with the value of a, once that is there. It fails as t
// does, and if a fails, with that failure, at once.
//
// Cancellation: t's ctx is done when the run is answered, and earlier when nothing needs the result any more.
// Concurrency: t runs on a goroutine of the run, never on the caller's of Do.
func Step[A, R any](t task.Task[A, R], a Node[A]) Node[R] {
	return addStep("flow.Step", t, func(w wiring) func() A {
		va := from(w, a)
		return func() A { return *va }
	}, a.n)
}

// addStep makes a step whose argument gather puts together.
func addStep[A, R any](where string, t task.Task[A, R], gather func(wiring) func() A, inputs ...*node) Node[R] {
	mustTask(where, t.Name())
	n := node{kind: KindStep, task: describe(t), in: reflect.TypeFor[A](), inputs: data(inputs...)}
	n.maker = calling(t, func(t task.Task[A, R]) maker { return stepMaker(t, gather) })
	return add[R](where, 3, n, n.make)
}

// stepMaker is how a step is made.
func stepMaker[A, R any](t task.Task[A, R], gather func(wiring) func() A) maker {
	m := plainStepMaker(t, gather)
	if undo := task.ForEngines(seal, t).Undoer(); undo != nil {
		m.undo = func(ctx context.Context, w wiring, out any) error {
			v, _ := out.(R)
			return undo(ctx, gather(w)(), v)
		}
	}
	return m
}

func plainStepMaker[A, R any](t task.Task[A, R], gather func(wiring) func() A) maker {
	if through, mends := task.ForEngines(seal, t).Passage(); through != nil {
		return maker{mends: true, claims: true, make: func(w wiring) cell {
			through, _ := task.ForEngines(seal, t).Passage()
			return &guardedStep[A, R]{newStep(t, through.Call, mends, gather(w)), through}
		}}
	}
	direct, mends := task.ForEngines(seal, t).Direct()
	return maker{mends: mends, guards: direct == nil, claims: mends || direct == nil, make: func(w wiring) cell {
		c := newStep(t, direct, mends, gather(w))
		return &c
	}}
}

// elementOf is the call of t for one element of an Each, as a step of its own.
func elementOf[A, R any](t task.Task[A, R]) *node {
	in := Node[A]{&node{kind: KindConst, name: "element", out: reflect.TypeFor[A](), box: boxed[A]}}
	return &node{
		kind: KindStep, task: describe(t), in: reflect.TypeFor[A](), out: reflect.TypeFor[R](), inputs: data(in.n), index: 1,
		runAlone: runAlone[R],
		maker: stepMaker(t, func(w wiring) func() A {
			v := from(w, in)
			return func() A { return *v }
		}),
	}
}

func newStep[A, R any](t task.Task[A, R], direct task.Func[A, R], mends bool, gather func() A) step[A, R] {
	late := task.ForEngines(seal, t).Discarder()
	return step[A, R]{t: t, direct: direct, mends: mends, policed: mends || direct == nil, late: late, gather: gather}
}

type step[A, R any] struct {
	slot[R]
	instead bool // the value stands in for that of the function
	t       task.Task[A, R]
	direct  task.Func[A, R]          // nil if more than a failure is to be seen to
	mends   bool                     // the policies see to a failure of direct
	policed bool                     // there are policies, or more
	late    func(context.Context, R) // nil if there is no Discard
	gather  func() A
}

func (c *step[A, R]) exec(ctx context.Context, at nodeRef) (pending bool, err error) {
	if c.direct != nil && !c.mends {
		c.v, err = c.direct(ctx, c.gather())
		return false, err
	}
	if c.direct != nil {
		v, err := c.direct(ctx, c.gather())
		if err != nil {
			return false, err
		}
		return c.accept(ctx, at, v), nil
	}
	if !at.claim() {
		return true, nil
	}
	at.wait()
	return c.ended(at)(task.ForEngines(seal, c.t).Start(ctx, c.gather(), at.crew(), c.host(at)))
}

// accept takes the result of the function, unless something stands in for it already.
func (c *step[A, R]) accept(ctx context.Context, at nodeRef, v R) (pending bool) {
	if at.claim() {
		c.v = v
		return false
	}
	at.st.strays(at.n, noStray)
	if c.late != nil {
		c.late(ctx, v)
	}
	c.host(at).Undo(c.gather(), v)
	return true
}

func (c *step[A, R]) host(at nodeRef) stepHost[A, R] { return stepHost[A, R]{c, at, at.st.run.undoing} }

// undoable is what undoes the value, if that is what the function has made.
func (c *step[A, R]) undoable(at nodeRef) (all []undoable) {
	undo := task.ForEngines(seal, c.t).Undoer()
	if undo == nil || c.instead {
		return nil
	}
	in, out := c.gather(), c.v
	return []undoable{at.st.run.undoing.success(at.n, at.name(), out, func(ctx context.Context) error { return undo(ctx, in, out) })}
}

func (c *step[A, R]) reset() {
	c.slot.reset()
	c.instead = false
}

// isInstead reports whether the value of an answer stands in for that of the function.
func isInstead[R any](ans seam.Answer[R]) bool { return ans.Degraded != nil && len(ans.Losses) == 0 }

// mend sees to a failure of the function that exec has called.
func (c *step[A, R]) mend(ctx context.Context, at nodeRef, failure error) (pending bool, err error) {
	at.wait()
	failed := seam.Answer[R]{Err: failure}
	return c.ended(at)(task.ForEngines(seal, c.t).Mend(ctx, c.gather(), failed, at.crew(), c.host(at)))
}

// standby is the value of the task's Fallback, if there is one.
func (c *step[A, R]) standby() (any, bool) { return task.ForEngines(seal, c.t).Standby() }

// resign implements [resigner].
func (c *step[A, R]) resign(at nodeRef, late lateCall, failure error) (pending bool, err error) {
	switch {
	case !c.policed:
		return false, failure
	case late.complete:
		return c.mend(at.st.keyed(at.n, at.st.run.ctx), at, failure) // carry gives it up
	}
	v, ok := task.ForEngines(seal, c.t).Standby()
	if !ok {
		return false, failure
	}
	c.v, c.instead = v, true
	at.degraded(failure, nil)
	return false, nil
}

func (c *step[A, R]) discard(ctx context.Context) {
	if c.late != nil {
		c.late(ctx, c.v)
	}
}

// ended takes the answer of a call, if that is over.
func (c *step[A, R]) ended(at nodeRef) func(seam.Answer[R], bool) (bool, error) {
	return func(ans seam.Answer[R], over bool) (pending bool, err error) {
		if !over {
			return true, nil
		}
		c.v, c.instead = ans.Value, isInstead(ans)
		at.degraded(ans.Degraded, ans.Losses)
		at.waited()
		return false, ans.Err
	}
}

// stepHost is where a call ends that did not end where it was started.
type stepHost[A, R any] struct {
	c  *step[A, R]
	at nodeRef
	of *undoing // of the run; the at may be of another one when a result comes late
}

// Undo implements [seam.Undoer].
func (h stepHost[A, R]) Undo(in A, v R) {
	if undo := task.ForEngines(seal, h.c.t).Undoer(); undo != nil && h.of != nil {
		h.of.undo(h.of.success(h.at.n, h.of.plan.specs[h.at.n].name, v, func(ctx context.Context) error { return undo(ctx, in, v) }))
	}
}

func (h stepHost[A, R]) Finish(ans seam.Answer[R]) {
	h.c.v, h.c.instead = ans.Value, isInstead(ans)
	h.at.degradedBy(ans.Degraded, ans.Losses, 1)
	h.at.finish(ans.Err, ans.Degraded)
}

// Around is the run that waits for a run that the task stands for.
func (h stepHost[A, R]) Around() any { return h.at.around() }

// Carry is told of the call: see [seam.Host].
func (h stepHost[A, R]) Carry(call seam.Carried) { h.at.st.carry(h.at.n, call) }
