package flow

import (
	"context"
	"strconv"
	"strings"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// flowCall is in the ctx of a call of a flow by a node, beside the key of the call. It counts only if the ctx still has that key.
type flowCall struct {
	key  string
	flow any // its identity
}

type flowCallKey struct{}

// keyOf returns the beginning of the idempotency keys of a run's nodes, or an empty string if the run has no key. For a flow that a node calls, this is the
// key of that node.
func (p *plan) keyOf(around context.Context) string {
	key, ok := task.Key(around)
	if !ok {
		return ""
	}
	if around.Value(flowCallKey{}) == any(flowCall{key, p.original()}) {
		return key
	}
	return key + "/" + p.name
}

// above is the key without the name of the node that it ends with.
func (t *Terms) above(name string) string { return strings.TrimSuffix(t.Key, "/"+name) }

// keyed is ctx with the key of node n, if the run has keys.
func (st *state) keyed(n int32, ctx context.Context) context.Context {
	ctx = st.plan.specs[n].targeted(ctx, st.run.undoing, n)
	if st.run.key == "" {
		return ctx
	}
	return st.plan.specs[n].keyed(ctx, st.run.key+"/"+st.plan.specs[n].name)
}

// keyed is ctx with the key of element i.
func (g *elements[A, R]) keyed(i int, ctx context.Context) context.Context {
	ctx = g.run.plan.specs[g.node].targeted(ctx, g.undoing, g.node)
	if g.run.key == "" {
		return ctx
	}
	n := &g.at.st.plan.specs[g.at.n]
	return n.keyed(ctx, g.run.key+"/"+n.name+"["+strconv.Itoa(i)+"]")
}

// keyed is ctx with the key of a call of the node's function or task.
func (n *node) keyed(ctx context.Context, key string) context.Context {
	if n.task == nil {
		return task.WithKey(ctx, key)
	}
	return keyedFor(n.task.origin, ctx, key)
}

// keyedFor is ctx with the key of a call of a task that has that origin.
func keyedFor(o *seam.Origin, ctx context.Context, key string) context.Context {
	ctx = task.WithKey(ctx, key)
	if of, ok := o.Engine.(interface{ identity() any }); ok {
		return context.WithValue(ctx, flowCallKey{}, flowCall{key, of.identity()})
	}
	return ctx
}
