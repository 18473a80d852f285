package flow

import (
	"context"

	"github.com/jade-go/jade/internal/must"
)

// Map is fn of the value of a. fn is quick and pure: it runs inline, on
// whichever goroutine has made a. It fails if a fails, and if fn panics. The node is called after fn, if that is a
// function or a method that has a name: see [Named].
func Map[A, R any](a Node[A], fn func(A) R) Node[R] {
	must.HaveFunc("flow.Map", fn == nil)
	return addMap("flow.Map", called(fn), func(w wiring) func() R {
		va := from(w, a)
		return func() R { return fn(*va) }
	}, a.n)
}

// MapErr is what fn makes of the value of a, as for [Map]. If fn fails, so does the node: it is for quick checks.
func MapErr[A, R any](a Node[A], fn func(A) (R, error)) Node[R] {
	must.HaveFunc("flow.MapErr", fn == nil)
	return add[R]("flow.MapErr", 2, node{kind: KindMap, called: called(fn), inputs: data(a.n)}, func(w wiring) cell {
		va := from(w, a)
		return &checking[R]{call: func() (R, error) { return fn(*va) }}
	})
}

type checking[R any] struct {
	slot[R]
	call func() (R, error)
}

func (c *checking[R]) exec(context.Context, nodeRef) (_ bool, err error) {
	c.v, err = c.call()
	return false, err
}

func addMap[R any](where, name string, call func(wiring) func() R, inputs ...*node) Node[R] {
	return add[R](where, 3, node{kind: KindMap, called: name, inputs: data(inputs...)}, func(w wiring) cell {
		return &mapping[R]{call: call(w)}
	})
}

type mapping[R any] struct {
	slot[R]
	call func() R
}

func (c *mapping[R]) exec(context.Context, nodeRef) (bool, error) {
	c.v = c.call()
	return false, nil
}

// Const is the value v. It is shared by all runs.
func Const[T any](v T) Node[T] {
	return add[T]("flow.Const", 2, node{kind: KindConst}, func(wiring) cell { return &constant[T]{given[T]{slot[T]{v}}} })
}

type constant[T any] struct{ given[T] }

func (*constant[T]) reset() {}
