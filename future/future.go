package future

import (
	"context"

	"github.com/jade-go/jade/internal/must"
)

// Future is a value that is being made. It is one pointer, copied freely, and
// all its methods may be called from any number of goroutines.
//
// A future completes once, and whoever looks sees the same result. Its
// completion happens before ("synchronizes before", in the terms of the Go
// memory model) every return of that result and every call of a continuation.
//
// The zero Future behaves as one that failed with [ErrZero].
type Future[T any] struct{ s *state[T] }

// Result is what a future completes with.
type Result[T any] struct {
	Value T
	Err   error
}

// Get returns both parts, as a function would.
func (r Result[T]) Get() (T, error) { return r.Value, r.Err }

// Await waits for f and returns its result. If ctx ends first, Await returns
// [Cause](ctx), and f goes on; if both have happened, the result wins.
//
// Cost: one allocation at most with a ctx that never ends or is Jade's own; with
// any other it makes the channel of Done.
func (f Future[T]) Await(ctx context.Context) (T, error) {
	if ctx == nil {
		panic("future.Future.Await: nil context")
	}
	if f.s != nil && f.s.core.done() {
		if f.s.core.failed == nil {
			return f.s.value, nil
		}
		return f.s.value, f.s.core.failed.observe()
	}
	return f.await(ctx)
}

func (f Future[T]) await(ctx context.Context) (T, error) {
	var zero T
	if f.s == nil {
		return zero, ErrZero
	}
	if err := f.s.core.wait(ctx); err != nil {
		return zero, err
	}
	return f.s.value, f.s.core.failed.observe()
}

// Done returns a channel that is closed once f is complete. To receive from
// it does not count as observing a failure.
func (f Future[T]) Done() <-chan struct{} {
	if f.s == nil || f.s.core.done() {
		return closed
	}
	return f.s.core.channel()
}

// Peek returns the result if f is complete. It never waits.
func (f Future[T]) Peek() (Result[T], bool) {
	switch {
	case f.s == nil:
		return Result[T]{Err: ErrZero}, true
	case !f.s.core.done():
		return Result[T]{}, false
	}
	return Result[T]{f.s.value, f.s.core.failed.observe()}, true
}

// OnDone arranges to call fn with f's result in a goroutine of its own, as
// [context.AfterFunc] does: at once if f is complete. The call belongs to f's scope.
//
// stop reports whether it kept fn from being called. It does not wait for fn.
// Panics: count as an unobserved failure of f's scope; without a scope they are logged by [log/slog].
// Cancellation: none, so that fn learns of it.
func (f Future[T]) OnDone(fn func(Result[T])) (stop func() bool) {
	must.HaveFunc("future.Future.OnDone", fn == nil)
	return onDone(f, fn)
}

// Cancel asks the work behind f to stop, with cause as the reason, which may
// be nil. It does not wait for the work, and never blocks.
//
// A future whose function is running completes when that returns; its ctx is
// done from now on. Any other completes at once, with a [*CanceledError] (or
// with cause itself, if that is a deadline). What is the same work under
// another name (Within, Recover, Tap …) or owns its inputs (Race, Any …)
// passes the cancellation on to them; what only depends on its inputs (Then,
// Map, All …) leaves them alone.
func (f Future[T]) Cancel(cause error) {
	if f.s == nil || f.s.core.done() {
		return
	}
	f.s.core.cancelFuture(asked(cause))
}

// Name returns how reports call the work behind f: by its [Named] name, else
// by file and line of its function. It is empty once f is complete.
func (f Future[T]) Name() string {
	if f.s == nil {
		return ""
	}
	var best place
	for c := &f.s.core; ; {
		list, ok := c.lock()
		if !ok {
			break
		}
		var p place
		var next *core
		if c.work != nil {
			p = c.work.place()
			next = c.work.input()
		}
		c.unlock(list)
		if p.known() {
			best = p
		}
		if next == nil {
			return best.label()
		}
		c = next // the same work under another name
	}
	if !best.known() {
		return ""
	}
	return best.label()
}

// Of returns a future that is already complete, with v and err.
//
// Cost: one allocation.
func Of[T any](v T, err error) Future[T] {
	s := &state[T]{value: v}
	if err != nil {
		s.core.failed = s.core.because(err, place{})
	}
	s.core.head.Store(&complete)
	return Future[T]{s}
}
