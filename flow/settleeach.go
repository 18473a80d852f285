package flow

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// SettleEach is a call of t for each element of as, at most limit at a time; its value has the results, failures
// included, in the order of as. A failed element stops no other one.
//
// Failure: the node fails if as fails, and not because of an element. The result of a failed element has an
// [*combinators.ElementError] and no value.
// Limit: when the limit of the flow passes, each element that runs or has not begun has failed with a [*deadline.Error], and the
// node has the results that are there. If as is not there by then, the node fails: nobody knows how many elements there are.
// Losses: the failed elements are one loss, with their number as its Count: see [Flow.Degraded]. Elements that the Fallback of t
// stands in for have a value, and are counted too.
// Effects: as an effect of an [Also] that is cut off, the node fails, and is told as lost.
// Empty: succeeds with an empty slice. A limit below 1 panics.
//
// SettleEach differs from [Each], which fails if an element does.
func SettleEach[A, R any](t task.Task[A, R], as Node[[]A], limit int) Node[[]future.Result[R]] {
	n := elementsNode("flow.SettleEach", t, as, limit)
	n.task.settles = true
	n.maker = calling(t, func(t task.Task[A, R]) maker {
		direct, late := elementCalls(t)
		return maker{guards: true, claims: true, element: func() *node { return elementOf(t) }, make: func(w wiring) cell {
			return &settleEach[A, R]{elementsOf: elementsOf[A, R]{t: t, direct: direct, late: late, as: from(w, as), limit: limit, settles: true}}
		}}
	})
	return add[[]future.Result[R]]("flow.SettleEach", 2, n, n.make)
}

type settleEach[A, R any] struct {
	slot[[]future.Result[R]]
	elementsOf[A, R]
}

func (c *settleEach[A, R]) exec(ctx context.Context, at nodeRef) (pending bool, err error) {
	if len(*c.as) == 0 {
		c.v = []future.Result[R]{}
		return false, nil
	}
	return c.start(ctx, at, c)
}

// collect implements [collector].
func (c *settleEach[A, R]) collect(values []R, failures []error) {
	c.v = make([]future.Result[R], len(values))
	for i := range values {
		c.v[i] = future.Result[R]{Value: values[i], Err: failures[i]}
	}
}

func (c *settleEach[A, R]) assemble(values []any, failures []error) { c.take(c, values, failures) }

// resign implements [resigner].
func (c *settleEach[A, R]) resign(at nodeRef, late lateCall, failure error) (pending bool, err error) {
	if !late.complete || at.isOnlyEffect() {
		return false, failure
	}
	c.standIn(at, c, failure)
	return false, nil
}

func (c *settleEach[A, R]) discard(ctx context.Context) {
	if c.late == nil {
		return
	}
	for _, r := range c.v {
		if r.Err == nil {
			c.late(ctx, r.Value)
		}
	}
}
