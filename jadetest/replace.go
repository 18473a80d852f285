package jadetest

import (
	"context"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Replace returns f with fake in place of the function of t, wherever f calls t, also in the flows that it is built of, under
// whatever name and with whatever policies: those stay. If t is a flow, fake answers in place of all of it. f is untouched.
//
// It panics if f does not call t. A call that t's function or another makes by [task.Task.Do] is not one of f's.
// Concurrency: fake is called as t's function is, by any number of goroutines.
func Replace[In, Out, A, R any](f *flow.Flow[In, Out], t task.Task[A, R], fake func(context.Context, A) (R, error)) *flow.Flow[In, Out] {
	switch {
	case f == nil:
		panic("jadetest.Replace: nil Flow")
	case t.Name() == "":
		panic("jadetest.Replace: zero Task")
	case fake == nil:
		panic("jadetest.Replace: nil function")
	}
	found := false
	replaced := f.Intercept(func(_ []string, n flow.GraphNode) flow.Interceptor {
		if !flow.Calls(n, t) {
			return nil
		}
		found = true
		return func(ctx context.Context, in any, _ func(context.Context) (any, error)) (any, error) {
			a, _ := in.(A) // or else a nil of an interface type
			return fake(ctx, a)
		}
	})
	if !found {
		panic("jadetest.Replace: " + f.Name() + " does not call " + t.Name())
	}
	return replaced
}
