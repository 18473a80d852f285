package flow

import (
	"context"
	"strconv"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// keyOf is what the idempotency keys of a run's nodes begin with, or empty if it has none. A flow that is a node of another has the key of that node.
func (p *plan) keyOf(around context.Context, host any) string {
	key, ok := task.Key(around)
	if !ok {
		return ""
	}
	if _, nested := host.(seam.Surrounded); nested {
		return key
	}
	return key + "/" + p.name
}

// keyed is ctx with the key of node n, if the run has keys.
func (st *state) keyed(n int32, ctx context.Context) context.Context {
	if st.run.key == "" {
		return ctx
	}
	return task.WithKey(ctx, st.run.key+"/"+st.plan.specs[n].name)
}

// keyed is ctx with the key of element i.
func (g *elements[A, R]) keyed(i int, ctx context.Context) context.Context {
	if g.run.key == "" {
		return ctx
	}
	return task.WithKey(ctx, g.run.key+"/"+g.at.st.plan.specs[g.at.n].name+"["+strconv.Itoa(i)+"]")
}
