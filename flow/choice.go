package flow

import (
	"context"
)

// Either is the value of yes if cond is true, else that of no. Only the chosen
// one runs, unless something else needs the other. It fails if cond or the chosen one fails.
func Either[T any](cond Node[bool], yes, no Node[T]) Node[T] {
	inputs := []input{{cond.n, RoleCondition}, {yes.n, RoleYes}, {no.n, RoleNo}}
	return add[T]("flow.Either", 2, node{kind: KindEither, inputs: inputs}, func(w wiring) cell {
		return &choice[T]{pass(w, yes, no), from(w, cond)}
	})
}

type choice[T any] struct {
	passing[T]
	cond *bool
}

// chooser is a choice of any type.
type chooser interface{ holds() bool }

func (c *choice[T]) holds() bool { return *c.cond }

func (*choice[T]) exec(context.Context, nodeRef) (bool, error) { return false, nil }

// Any is the first success among ns, in time; the others are cancelled then,
// unless something else needs them. If all fail, it fails with their failures, joined in the order of ns.
func Any[T any](ns ...Node[T]) Node[T] {
	if len(ns) == 0 {
		panic("flow.Any: no node")
	}
	ns = append([]Node[T](nil), ns...)
	return add[T]("flow.Any", 2, node{kind: KindAny, inputs: data(nodesOf(ns)...)}, func(w wiring) cell {
		return &first[T]{pass(w, ns...)}
	})
}

type first[T any] struct{ passing[T] }

func (*first[T]) exec(context.Context, nodeRef) (bool, error) { return false, nil }
