package flow

import (
	"context"
	"fmt"
	"reflect"

	"github.com/jade-go/jade/task"
)

// Each is a call of t for each element of as, at most limit at a time; its
// value has the results in the order of as. The first failure is its own, at
// once: the calls that run are cancelled, and no more are started.
//
// Failure: an [*combinators.ElementError] that says which element. The results that are there are given to the Discard of t, if it has one.
// Limit: when the limit of the flow passes, the Fallback of t stands in for each element that is missing; if it has none, the Each fails.
// The Recover of t is called for the elements that have begun, if [Flow.Reserve] has left some time, and for no other one.
// Empty: succeeds with an empty slice. A limit below 1 panics.
//
// Each differs from [SettleEach], which goes on without the elements that fail or are late.
func Each[A, R any](t task.Task[A, R], as Node[[]A], limit int) Node[[]R] {
	n := elementsNode("flow.Each", t, as, limit)
	n.maker = calling(t, func(t task.Task[A, R]) maker {
		direct, late := elementCalls(t)
		return maker{guards: true, claims: true, element: func() *node { return elementOf(t) }, make: func(w wiring) cell {
			return &each[A, R]{elementsOf: elementsOf[A, R]{t: t, direct: direct, late: late, as: from(w, as), limit: limit}}
		}}
	})
	return add[[]R]("flow.Each", 2, n, n.make)
}

// elementsNode is the node of an Each or a SettleEach, but for its maker.
func elementsNode[A, R any](where string, t task.Task[A, R], as Node[[]A], limit int) node {
	mustTask(where, t.Name())
	if limit < 1 {
		panic(fmt.Sprintf("%s: the limit is %d, and must be at least 1", where, limit))
	}
	return node{kind: KindEach, limit: limit, task: describe(t), in: reflect.TypeFor[[]A](), inputs: data(as.n)}
}

// elementCalls is how the elements of t are called: by its function, if nothing else is to be seen to.
func elementCalls[A, R any](t task.Task[A, R]) (direct task.Func[A, R], late func(context.Context, R)) {
	direct, mends := task.ForEngines(seal, t).Direct()
	if mends {
		direct = nil // a failure is seen to by Start
	}
	return direct, task.ForEngines(seal, t).Discarder()
}

type each[A, R any] struct {
	slot[[]R]
	elementsOf[A, R]
}

func (c *each[A, R]) exec(ctx context.Context, at nodeRef) (pending bool, err error) {
	if len(*c.as) == 0 {
		c.v = []R{}
		return false, nil
	}
	return c.start(ctx, at, c)
}

// collect implements [collector].
func (c *each[A, R]) collect(values []R, _ []error) { c.v = values }

func (c *each[A, R]) assemble(values []any, failures []error) { c.take(c, values, failures) }

// resign implements [resigner]. Without its input nobody knows how many elements there are.
func (c *each[A, R]) resign(at nodeRef, late lateCall, failure error) (pending bool, err error) {
	if _, ok := task.ForEngines(seal, c.t).Standby(); !ok || !late.complete {
		return false, failure
	}
	c.standIn(at, c, failure)
	return false, nil
}

func (c *each[A, R]) discard(ctx context.Context) {
	if c.late != nil {
		for _, v := range c.v {
			c.late(ctx, v)
		}
	}
}
