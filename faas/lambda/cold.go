package lambda

import (
	"context"
	"sync/atomic"

	"github.com/jade-go/jade/faas"
)

type coldKey struct{}

// Cold reports whether ctx is that of the first invocation of the process. If AWS_LAMBDA_INITIALIZATION_TYPE is on-demand, it has waited for
// the process to start.
func Cold(ctx context.Context) bool { return ctx.Value(coldKey{}) != nil }

// first knows whether there was an invocation yet.
type first struct{ over atomic.Bool }

// about returns a ctx that has what is known of the invocation.
func (f *first) about(ctx context.Context) context.Context {
	if !f.over.Load() && !f.over.Swap(true) {
		ctx = context.WithValue(ctx, coldKey{}, true)
	}
	return faas.WithInvocation(ctx, invocation(ctx))
}
