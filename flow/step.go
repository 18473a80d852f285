package flow

import (
	"context"
	"reflect"

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
	n := node{kind: TaskStep, task: describe(t), in: reflect.TypeFor[A](), inputs: data(inputs...)}
	n.maker = calling(t, func(t task.Task[A, R]) maker {
		direct, mends := task.Direct(t)
		late := task.Discarder(t)
		return maker{mends: mends, guards: direct == nil, make: func(w wiring) cell {
			return &step[A, R]{t: t, direct: direct, late: late, gather: gather(w)}
		}}
	})
	return add[R](where, 3, n, n.make)
}

type step[A, R any] struct {
	slot[R]
	t      task.Task[A, R]
	direct task.Func[A, R]          // nil if more than a failure is to be seen to
	late   func(context.Context, R) // nil if there is no Discard
	gather func() A
}

func (c *step[A, R]) exec(ctx context.Context, at seat) (pending bool, err error) {
	if c.direct != nil {
		c.v, err = c.direct(ctx, c.gather())
		return false, err
	}
	at.wait()
	return c.ended(at)(task.Start(ctx, c.t, c.gather(), at.crew(), stepHost[A, R]{c, at}))
}

// mend sees to a failure of the function that exec has called.
func (c *step[A, R]) mend(ctx context.Context, at seat, failure error) (pending bool, err error) {
	at.wait()
	failed := task.Answer[R]{Value: c.v, Err: failure}
	return c.ended(at)(task.Mend(ctx, c.t, c.gather(), failed, at.crew(), stepHost[A, R]{c, at}))
}

func (c *step[A, R]) discard(ctx context.Context) {
	if c.late != nil {
		c.late(ctx, c.v)
	}
}

// ended takes the answer of a call, if that is over.
func (c *step[A, R]) ended(at seat) func(task.Answer[R], bool) (bool, error) {
	return func(ans task.Answer[R], over bool) (pending bool, err error) {
		if !over {
			return true, nil
		}
		c.v = ans.Value
		at.degraded(ans.Degraded)
		at.waited()
		return false, ans.Err
	}
}

// stepHost is where a call ends that did not end where it was started.
type stepHost[A, R any] struct {
	c  *step[A, R]
	at seat
}

func (h stepHost[A, R]) Finish(ans task.Answer[R]) {
	h.c.v = ans.Value
	h.at.finish(ans.Err, ans.Degraded)
}

func (c *step[A, R]) alone(ctx context.Context) (err error) {
	c.v, err = c.t.Do(ctx, c.gather())
	return err
}
