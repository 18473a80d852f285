package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Run makes the node's value of those of its inputs, in the order of its edges,
// and is all that another engine needs to run the flow. Where types are lost
// here, they are checked: an input of the wrong type is an error.
//
// The input of the flow has one input, its value. An input that has failed is a
// [Failed]. Any, Recover and Try make something of it; other nodes fail with it. The branch of an
// Either that was not chosen, and an effect, may be nil.
//
// Idempotency: the key of the call is that of a run with ctx: see [task.Key].
// Panics: a panic is a failure, a [*future.PanicError].
// Concurrency: the functions of the node run on other goroutines; policies of its task apply.
func (n GraphNode) Run(ctx context.Context, inputs []any) (any, error) {
	must.HaveCtx("flow.GraphNode.Run", ctx)
	if n.of == nil {
		return nil, fmt.Errorf("flow.GraphNode.Run: %s was not made by Flow.Graph", n.Name)
	}
	if n.Kind == KindIn {
		return n.input(inputs)
	}
	if len(inputs) != len(n.inputs) {
		return nil, n.misuse("has %d inputs, not %d", len(n.inputs), len(inputs))
	}
	w := wiring{make([]cell, n.of.index+1), make([]error, n.of.index+1)}
	for i, in := range n.inputs {
		if failed, ok := inputs[i].(Failed); ok {
			if failed.Err == nil {
				failed.Err = errors.New("flow.Failed without an error")
			}
			w.cells[in.n.index], _ = in.n.box(nil)
			w.errs[in.n.index] = failed.Err
			continue
		}
		var ok bool
		if w.cells[in.n.index], ok = in.n.box(inputs[i]); !ok {
			return nil, n.misuse("takes a %s as input %d, not a %T", in.n.out, i, inputs[i])
		}
	}
	if err := n.blocked(w.errs); err != nil {
		return nil, err
	}
	c := n.of.make(w)
	return future.Go(n.keyedAlone(ctx), func(ctx context.Context) (any, error) {
		if err := c.alone(ctx); err != nil {
			return nil, err
		}
		return c.boxed(), nil
	}).Await(ctx)
}

// input is Run for the input of the flow.
func (n GraphNode) input(inputs []any) (any, error) {
	if len(inputs) != 1 {
		return nil, n.misuse("is the input of the flow and takes one value, not %d", len(inputs))
	}
	c, ok := n.of.box(inputs[0])
	if !ok {
		return nil, n.misuse("is a %s, not a %T", n.Out, inputs[0])
	}
	return c.boxed(), nil
}

// blocked returns the failure of an input that keeps the node from being made.
func (n GraphNode) blocked(errs []error) error {
	switch n.Kind {
	case KindAny, KindRecover, KindTry, KindFallback:
		return nil
	}
	for _, in := range n.inputs {
		switch in.role {
		case RoleData, RoleOrder, RoleCondition:
			if err := errs[in.n.index]; err != nil {
				return err
			}
		}
	}
	return nil
}

func (n GraphNode) misuse(format string, args ...any) error {
	return fmt.Errorf("flow.GraphNode.Run: %s of %s "+format, append([]any{n.Name, n.flow}, args...)...)
}
