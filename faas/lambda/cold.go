package lambda

import (
	"context"
	"sync/atomic"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

type coldKey struct{}

// Cold reports whether ctx is that of the first invocation of the process. If AWS_LAMBDA_INITIALIZATION_TYPE is on-demand, it has waited for
// the process to start.
func Cold(ctx context.Context) bool { return ctx.Value(coldKey{}) != nil }

// first knows whether there was an invocation yet.
type first struct{ over atomic.Bool }

// about returns ctx with what is known of the invocation. The id is also the idempotency key: Lambda uses one id for all attempts of an asynchronous
// invocation.
func (f *first) about(ctx context.Context, observed bool) context.Context {
	if !f.over.Load() && !f.over.Swap(true) {
		ctx = context.WithValue(ctx, coldKey{}, true)
	}
	i := invocation(ctx)
	if observed {
		ctx = observe.WithRequest(ctx, &observe.Request{ID: i.ID, Trigger: "other", Header: traceOf(ctx)})
	}
	if i.ID != "" {
		ctx = task.WithKey(ctx, i.ID)
	}
	return faas.WithInvocation(ctx, i)
}
