package combinators

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// SettleEach calls fn for each element of in, at most limit at a time, and
// returns a future for the results, failures included, in the order of in.
//
// Failure: the future fails only if it is cancelled. A failed element stops no other one; its
// result has an [*ElementError], and no value.
// Deadline: when the deadline of ctx passes, the future succeeds at once with the results that are there. Each
// element that runs or has not begun has failed with the cause of ctx; SettleEach does not wait for those that run:
// their ctx ends, the scope joins them, and what they return is dropped. If the deadline has passed before the start, fn is not
// called and each element has failed so. The ctx of deadline.Reserve leaves time to use the results.
// Empty: succeeds with an empty slice. A limit below 1 panics.
// Cancellation: ends the future at once, cancels the calls that run and starts no more. To wrap the future in
// deadline.Within cancels it at the limit, and gives no results: use a ctx with a deadline.
// Panics: a panic of fn is the failure of its element, a [*future.PanicError]; so is a Goexit.
// Concurrency: as [Each]. Nothing writes to the results once they are given.
// Cost: a few allocations, and six for each goroutine.
//
// SettleEach differs from [Each], which the first failure ends, and from [Settle], which waits for futures that run already.
func SettleEach[In, Out any](ctx context.Context, limit int, in []In, fn func(context.Context, In) (Out, error)) future.Future[[]future.Result[Out]] {
	must.HaveCtx("combinators.SettleEach", ctx)
	must.HaveFunc("combinators.SettleEach", fn == nil)
	if limit < 1 {
		panic(fmt.Sprintf("combinators.SettleEach: the limit is %d, and must be at least 1", limit))
	}
	if len(in) == 0 {
		return future.Of([]future.Result[Out]{}, nil)
	}
	p := &settlers[In, Out]{in: in, fn: fn, results: make([]future.Result[Out], len(in)), done: make([]atomic.Bool, len(in))}
	n := min(limit, len(in))
	p.inputs = make(inputs[struct{}], n)
	each := make([]settler[In, Out], n)
	for i := range each {
		each[i] = settler[In, Out]{settlers: p, at: nowhere}
		p.inputs[i] = each[i].start(ctx)
	}
	rule := owning(future.Rule{Total: n, Keeps: true})
	return future.Watch[[]future.Result[Out]](n, rule, p)
}

// settlers is the state that the goroutines of one SettleEach share, and the gatherer of them all.
type settlers[In, Out any] struct {
	inputs[struct{}]
	in      []In
	fn      func(context.Context, In) (Out, error)
	results []future.Result[Out] // results[i] is written by who took i, before done[i]
	done    []atomic.Bool
	next    atomic.Int64
}

// Gather is called when all elements are done, or the ctx has ended: then each settler has.
//
// Calls that still run write to results later. So the answer is a copy, unless none can.
func (p *settlers[In, Out]) Gather(_ future.Tally, out *[]future.Result[Out]) error {
	ended := p.ended()
	if ended == nil {
		*out = p.results
		return nil
	}
	results := make([]future.Result[Out], len(p.in))
	var missing []ElementError
	failed := false
	for i := range results {
		if p.done[i].Load() {
			results[i] = p.results[i]
			failed = failed || results[i].Err != nil
			continue
		}
		if missing == nil {
			missing = make([]ElementError, 0, len(results)-i)
		}
		missing = append(missing, ElementError{Index: i, Err: ended})
		results[i].Err = &missing[len(missing)-1]
	}
	if (failed || missing != nil) && future.IsCanceled(ended) {
		return ended
	}
	*out = results
	return nil
}

// ended is why the ctx has ended; nil if all settlers have come to the end of the elements.
func (p *settlers[In, Out]) ended() error {
	for _, f := range p.inputs {
		err := peek(f).Err
		if _, elements := err.(*elementErrors); err != nil && !elements {
			return err
		}
	}
	return nil
}

// settler is one of the goroutines. When fn does not return to it, another one takes its place.
type settler[In, Out any] struct {
	*settlers[In, Out]
	at     int            // the element that it is in the call for, or nowhere
	failed *elementErrors // nil if none has
}

const nowhere = -1

// start starts the settler. Its future is complete when no elements are left, or as soon as ctx ends.
func (s *settler[In, Out]) start(ctx context.Context) future.Future[struct{}] {
	serves := future.Follow[struct{}, struct{}](ctx, begin, 0, serving[In, Out]{s})
	return future.Follow(ctx, serves, future.ModePrivate, replacing[In, Out]{s})
}

// serving is the body that makes the calls.
type serving[In, Out any] struct{ *settler[In, Out] }

func (serving[In, Out]) Pass(future.Result[struct{}]) (v struct{}, passes bool) { return v, false }

func (s serving[In, Out]) Func() any { return s.fn }

func (s serving[In, Out]) Run(ctx context.Context, _ future.Result[struct{}]) (done struct{}, none future.Future[struct{}], err error) {
	for {
		i := int(s.next.Add(1)) - 1
		left := i < len(s.in)
		if (left || s.failed != nil) && ctx.Err() != nil { // a call may have failed for that
			return done, none, future.Cause(ctx)
		}
		if !left {
			return done, none, s.failed.orNil()
		}
		s.at = i
		v, err := s.fn(ctx, s.in[i])
		s.at = nowhere
		s.put(i, v, err)
	}
}

// put notes how element i ended.
func (s *settler[In, Out]) put(i int, v Out, err error) {
	if err == nil {
		s.results[i].Value = v
	} else {
		failure := &ElementError{Index: i, Err: err}
		s.results[i].Err = failure
		if s.failed == nil {
			s.failed = &elementErrors{}
		}
		s.failed.all = append(s.failed.all, failure)
	}
	s.done[i].Store(true)
}

// replacing is the body behind serving: it acts if fn has ended the goroutine.
type replacing[In, Out any] struct{ *settler[In, Out] }

// Pass notes how the element ended, before the end of the ctx can come between.
func (s replacing[In, Out]) Pass(served future.Result[struct{}]) (v struct{}, passes bool) {
	if s.at == nowhere {
		return v, true
	}
	i := s.at
	s.at = nowhere
	var none Out
	s.put(i, none, served.Err)
	return v, false
}

func (s replacing[In, Out]) Func() any { return s.fn }

func (s replacing[In, Out]) Run(ctx context.Context, _ future.Result[struct{}]) (v struct{}, become future.Future[struct{}], err error) {
	return v, s.start(ctx), nil
}

// elementErrors are the failures of the elements that one settler took. They are its own failure, so that
// a scope reports them if nobody looks at the results.
type elementErrors struct{ all []*ElementError }

func (e *elementErrors) orNil() error {
	if e == nil {
		return nil
	}
	return e
}

func (e *elementErrors) Error() string {
	texts := make([]string, len(e.all))
	for i, err := range e.all {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the failures.
func (e *elementErrors) Unwrap() []error {
	return slices.Collect(func(yield func(error) bool) {
		for _, err := range e.all {
			if !yield(err) {
				return
			}
		}
	})
}
