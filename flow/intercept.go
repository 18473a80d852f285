package flow

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// Interceptor stands between the policies of a task and its function. It gets the argument, and
// call, which calls the function with it, any number of times. What it returns is the result:
// a value of the task's type, or nil for the zero value. A value of another type is a failure.
type Interceptor func(ctx context.Context, in any, call func(context.Context) (any, error)) (any, error)

// Intercept returns the flow with interceptors: for tests and experiments, which need to get at the calls
// of a flow whose types they do not know. pick is called now, once for each node that calls a task,
// in nested flows too: path names the nodes around it, outermost first. Where it returns nil the node is left
// as it is, and if that calls a flow, its nodes come next.
//
// The policies of the task are around the interceptor: a Timeout limits it, a Retry calls it again. The middleware of a
// [task.Task.Wrap] is called again for the intercepted task. The receiver is untouched, and [Flow.Graph] describes both alike.
func (f *Flow[In, Out]) Intercept(pick func(path []string, n GraphNode) Interceptor) *Flow[In, Out] {
	f.must("Intercept")
	must.HaveFunc("flow.Flow.Intercept", pick == nil)
	return f.intercept(nil, pick)
}

func (f *Flow[In, Out]) intercept(path []string, pick func([]string, GraphNode) Interceptor) *Flow[In, Out] {
	g := *f
	g.plan = f.plan.variant(func(i int, n *node) maker {
		return n.again(point{path: path, node: describeNode(f.plan.name, i, n), pick: pick})
	})
	return finished(g, f)
}

// point is a node whose call may be intercepted.
type point struct {
	path []string
	node GraphNode
	pick func([]string, GraphNode) Interceptor // nil: the gates are renewed

	renew func(path []string, n GraphNode, g task.Gate, budget bool) task.Gate
}

// calling is the making of a node that calls t, which how knows.
func calling[A, R any](t task.Task[A, R], how func(task.Task[A, R]) maker) maker {
	m := how(t)
	m.inner = innerOf(t)
	m.again = func(at point) maker {
		if at.pick == nil {
			return calling(renewed(t, at), how)
		}
		i := at.pick(slices.Clone(at.path), at.node)
		if i == nil && at.node.Flow == nil {
			return m
		}
		return calling(task.ForEngines(seal, t).WithBody(func(b seam.Body[A, R]) seam.Body[A, R] {
			if i != nil {
				return seam.Body[A, R]{Func: through(i, at.node, b)}
			}
			if inner, ok := b.Starter.(nested[A, R]); ok {
				b.Starter = nested[A, R]{inner.flow.intercept(append(slices.Clone(at.path), at.node.Name), at.pick)}
			}
			return b
		}), how)
	}
	return m
}

// innerOf is the flow that t stands for, nil if it stands for none.
func innerOf[A, R any](t task.Task[A, R]) untyped {
	if inner, ok := task.ForEngines(seal, t).Starter().(nested[A, R]); ok {
		return inner.flow
	}
	return nil
}

// through is a function that calls b through i.
func through[A, R any](i Interceptor, n GraphNode, b seam.Body[A, R]) task.Func[A, R] {
	fn := b.Func
	if fn == nil {
		fn = task.ForEngines(seal, task.Task[A, R]{}).From(n.Task, n.Place, b.Starter).Do
	}
	return func(ctx context.Context, in A) (out R, err error) {
		v, err := i(ctx, in, func(ctx context.Context) (any, error) { return fn(ctx, in) })
		if v == nil {
			return out, err
		}
		out, ok := v.(R)
		if !ok && err == nil {
			err = fmt.Errorf("flow.Flow.Intercept: the interceptor of %s returned a %T, not a %s", n.Name, v, reflect.TypeFor[R]())
		}
		return out, err
	}
}

// variant is a plan whose calls of tasks are made in another way.
func (p *plan) variant(again func(i int, n *node) maker) *plan {
	q := &plan{
		name: p.name, place: p.place, specs: slices.Clone(p.specs), out: p.out, root: p.original(),
		counted: p.counted, undoes: p.undoes, effects: p.effects, guarded: p.guarded, remembers: p.remembers, watched: p.watched, left: p.left, first: p.first,
	}
	for i := range q.specs {
		if n := q.specs[i].node; n.again != nil {
			other := *n
			other.maker = again(i, n)
			q.specs[i].node = &other
		}
	}
	q.openPools()
	return q
}

// original is the plan that New made.
func (p *plan) original() *plan {
	if p.root != nil {
		return p.root
	}
	return p
}
