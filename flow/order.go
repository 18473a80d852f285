package flow

import (
	"context"

	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

// After is the value of n, which starts when all of before have succeeded, and
// so does whatever only n needs. What something else needs too runs for that,
// and does not wait. If one of before fails, After fails with that failure, at once.
func After[T any](n Node[T], before ...Dependency) Node[T] {
	if len(before) == 0 {
		panic("flow.After: nothing to wait for")
	}
	inputs := append(data(n.n), as(RoleOrder, dependencies("flow.After", before)...)...)
	return add[T]("flow.After", 2, node{kind: KindAfter, inputs: inputs}, forward(n))
}

// Require succeeds if cond is true, and fails with otherwise if not: a check
// by value, for [After]. That failure is of class business, unless otherwise has a class of its own, as by [recovery.Mark].
func Require(cond Node[bool], otherwise error) Node[struct{}] {
	if otherwise == nil {
		panic("flow.Require: nil error")
	}
	if _, has := errtree.Find[interface{ Class() recovery.Class }](otherwise); !has {
		otherwise = recovery.Mark(recovery.ClassBusiness, otherwise)
	}
	class := recovery.Classify(otherwise) // now, as no user's method may be called when the check fails
	return add[struct{}]("flow.Require", 2, node{kind: KindRequire, inputs: data(cond.n)}, func(w wiring) cell {
		return &requirement{cond: from(w, cond), otherwise: otherwise, class: class}
	})
}

type requirement struct {
	slot[struct{}]
	cond      *bool
	otherwise error
	class     recovery.Class // of otherwise
}

func (c *requirement) exec(context.Context, nodeRef) (bool, error) {
	if !*c.cond {
		return false, c.otherwise
	}
	return false, nil
}

// Also returns n, and runs effects beside it, such as an audit or a message.
// The value of n does not wait for them, and their failure does not change the
// answer. The flow's OnError and the observer get such a failure; without them it
// counts as an unobserved failure of the scope. The answer does not cancel effects:
// they run on, within the limit of the flow's Timeout, and end with the scope.
func Also[T any](n Node[T], effects ...Dependency) Node[T] {
	if len(effects) == 0 {
		panic("flow.Also: no effect")
	}
	inputs := append(data(n.n), as(RoleEffect, dependencies("flow.Also", effects)...)...)
	return add[T]("flow.Also", 2, node{kind: KindAlso, inputs: inputs}, forward(n))
}

// forward makes the cell of a node that has the value of n.
func forward[T any](n Node[T]) func(wiring) cell {
	return func(w wiring) cell { return &forwarded[T]{pass(w, n)} }
}

type forwarded[T any] struct{ passing[T] }

func (*forwarded[T]) exec(context.Context, nodeRef) (bool, error) { return false, nil }
