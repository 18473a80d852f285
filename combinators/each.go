package combinators

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// Each calls fn for each element of in, at most limit at a time, and returns a
// future for the results in the order of in.
//
// Failure: the first failure is the result, at once, as an [*ElementError]; the calls that run are
// cancelled, with a cause that matches [ErrLost], and no more are started.
// Empty: succeeds with an empty slice. A limit below 1 panics.
// Cancellation: ends the future at once, cancels the calls that run and starts no more.
// Panics: a panic of fn is a failure, a [*future.PanicError]: its stack says where.
// Concurrency: min(limit, len(in)) goroutines take the elements in order. A call that
// starts further work with its own ctx and waits for it does not keep that from running.
// The ctx that fn gets is shared by the calls of one goroutine.
// Cost: a few allocations, and three for each goroutine.
func Each[In, Out any](ctx context.Context, limit int, in []In, fn func(context.Context, In) (Out, error)) future.Future[[]Out] {
	must.HaveCtx("combinators.Each", ctx)
	must.HaveFunc("combinators.Each", fn == nil)
	if limit < 1 {
		panic(fmt.Sprintf("combinators.Each: the limit is %d, and must be at least 1", limit))
	}
	if len(in) == 0 {
		return future.Of([]Out{}, nil)
	}
	p := &pool[In, Out]{in: in, fn: fn, out: make([]Out, len(in))}
	if n := min(limit, len(in)); n <= len(p.few) {
		p.inputs = p.few[:n]
	} else {
		p.inputs = make(inputs[struct{}], n)
	}
	for i := range p.inputs {
		p.inputs[i] = future.Follow[struct{}, struct{}](ctx, begin, 0, p)
	}
	return future.Watch[[]Out](len(p.inputs), owning(future.Rule{Failures: 1, Total: len(p.inputs)}), p)
}

// ElementError is the failure of one element of an [Each].
type ElementError struct {
	Name  string // of the task, if it has one
	Index int
	Err   error
}

// failed is the failure of an element: a cancellation says nothing of it, and stays what it is.
func failed(index int, err error) error {
	if future.IsCanceled(err) {
		return err
	}
	return &ElementError{Index: index, Err: err}
}

// Error is one line, such as "price[17]: connection refused".
func (e *ElementError) Error() string {
	name := e.Name
	if name == "" {
		name = "element"
	}
	return fmt.Sprintf("%s[%d]: %v", name, e.Index, e.Err)
}

// Unwrap returns what the element failed with.
func (e *ElementError) Unwrap() error { return e.Err }

// begin is what the goroutines of a pool follow.
var begin = future.Of(struct{}{}, nil)

// pool is the state that the goroutines of one Each share, the body of each,
// and the gatherer of them all.
type pool[In, Out any] struct {
	inputs[struct{}]
	few  [4]future.Future[struct{}]
	in   []In
	out  []Out // out[i] is written by the goroutine that took i
	fn   func(context.Context, In) (Out, error)
	next atomic.Int64
}

func (*pool[In, Out]) Pass(future.Result[struct{}]) (v struct{}, passes bool) { return v, false }

func (p *pool[In, Out]) Func() any { return p.fn }

func (p *pool[In, Out]) Run(ctx context.Context, _ future.Result[struct{}]) (done struct{}, none future.Future[struct{}], err error) {
	in, out, fn := p.in, p.out, p.fn // next is written by all, and takes what is beside it along
	for {
		i := int(p.next.Add(1)) - 1
		if i >= len(in) {
			return done, none, nil
		}
		if ctx.Err() != nil {
			return done, none, future.Cause(ctx)
		}
		if out[i], err = fn(ctx, in[i]); err != nil {
			p.next.Store(int64(len(in))) // no more are started
			return done, none, failed(i, err)
		}
	}
}

func (p *pool[In, Out]) Gather(t future.Tally, out *[]Out) error {
	if err := t.Failure(); err != nil {
		return err
	}
	*out = p.out
	return nil
}
