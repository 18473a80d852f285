package faas

import "context"

// Invocation is what a platform says of an invocation.
type Invocation struct {
	ID       string // of the request
	Platform string // "http", "fc", "lambda" and so on
	Function string // the name under which it is deployed
	Version  string
	Attempt  int // of an asynchronous invocation: 0 for the first
}

type invocationKey struct{}

// WithInvocation returns a ctx that has i. Adapters of platforms use it.
func WithInvocation(ctx context.Context, i Invocation) context.Context {
	return context.WithValue(ctx, invocationKey{}, i)
}

// InvocationOf returns what the platform has said, if ctx is that of an invocation.
func InvocationOf(ctx context.Context) (i Invocation, ok bool) {
	i, ok = ctx.Value(invocationKey{}).(Invocation)
	return i, ok
}
