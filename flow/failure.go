package flow

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Recover is the value of n or, if that fails, what fn makes of the failure. A
// cancellation is passed on as it is. What only n needed and still runs is cancelled when n fails. The node is
// called after fn, as that of [Map] is.
//
// Limit: fn needs time. When the limit of the flow has passed it is called only if [Flow.Reserve] has left some,
// and its ctx ends with that. If fn still runs then, the node has failed: a [Fallback] around it acts. [Fallback] needs no time.
// Panics: a panic of fn becomes a [*future.PanicError].
// Concurrency: fn runs on a goroutine of the run.
func Recover[T any](n Node[T], fn func(context.Context, error) (T, error)) Node[T] {
	must.HaveFunc("flow.Recover", fn == nil)
	return add[T]("flow.Recover", 2, node{kind: KindRecover, called: called(fn), inputs: data(n.n)}, func(w wiring) cell {
		return &rescue[T]{pass(w, n), fn}
	})
}

type rescue[T any] struct {
	passing[T]
	fn func(context.Context, error) (T, error)
}

// exec is called if the input has failed.
func (c *rescue[T]) exec(ctx context.Context, at nodeRef) (pending bool, err error) {
	failed := *c.errs[0]
	if c.v, err = c.fn(ctx, failed); err == nil {
		at.took(failed)
	}
	return false, err
}

// Try is the result of n as a value: also of a failure, so that a page can say
// what is missing, and why. Beside a failure the value is zero, whatever the task returned. It succeeds whenever n completes.
func Try[T any](n Node[T]) Node[future.Result[T]] {
	return add[future.Result[T]]("flow.Try", 2, node{kind: KindTry, inputs: data(n.n)}, func(w wiring) cell {
		return &trial[T]{from: from(w, n), err: failure(w, n.n)}
	})
}

type trial[T any] struct {
	slot[future.Result[T]]
	from *T
	err  *error
}

func (c *trial[T]) exec(context.Context, nodeRef) (bool, error) {
	c.v = future.Result[T]{Err: *c.err}
	if c.v.Err == nil {
		c.v.Value = *c.from
	}
	return false, nil
}

// Fallback is the value of n or, if that fails, v: n is optional here. A cancellation is passed on as it is.
//
// Limit: when the limit of the flow passes before n is there, n has failed, and v is the value.
// v is shared by all runs: for a fresh value, use [Recover].
func Fallback[T any](n Node[T], v T) Node[T] {
	return add[T]("flow.Fallback", 2, node{kind: KindFallback, inputs: data(n.n)}, func(w wiring) cell {
		return &standIn[T]{pass(w, n), v}
	})
}

type standIn[T any] struct {
	passing[T]
	spare T
}

// exec is called if the input has failed.
func (c *standIn[T]) exec(context.Context, nodeRef) (bool, error) {
	c.v = c.spare
	return false, nil
}
