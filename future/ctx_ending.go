package future

import (
	"context"
	"sync/atomic"
	"weak"

	"github.com/jade-go/jade/internal/engine"
)

// ending is what ctxs end with, and the futures behind them: one object for
// all that one cancellation reaches.
type ending struct {
	err   error // of the ctx; nil if only methods of the cause can tell: see late
	cause error // of the ctx

	asked   *CanceledError // of one that is undecided: the cause, unless it is a deadline
	decided atomic.Uint32  // of one that is undecided: a verdict about the cause, once somebody has asked

	share   share // what futures fail with
	failure failure
	gone    children               // stands for the children of ctxs that ended without any
	dead    atomic.Pointer[stdCtx] // stands for the inner ctx of those
}

// finished ends the ctx of work that is complete, closing that of a scope.
var (
	finished = newEnding(context.Canceled, &CanceledError{errComplete})
	closing  = newEnding(context.Canceled, &CanceledError{ErrScopeClosed})
)

// newEnding is for a ctx that ends with err and cause, as context.Err and
// context.Cause have them.
func newEnding(err, cause error) *ending {
	e := &ending{err: err, cause: cause}
	e.prepare(failureOf(err, cause))
	return e
}

// endingOf is the ending of a ctx that has ended.
func endingOf(ctx context.Context) *ending {
	err, cause := whyEnded(ctx)
	if e := knownEnding(ctx, err, cause); e != nil {
		return e
	}
	return newEnding(err, cause)
}

// asked is the ending that a caller of Cancel asks for.
func asked(cause error) *ending {
	e := &ending{cause: cause}
	switch glance(cause) {
	case seemsLate:
		if c, ok := cause.(*endingError); ok {
			return (*ending)(c)
		}
		e.err = context.DeadlineExceeded
		e.prepare(cause)
	case unclear:
		e.asked = &CanceledError{cause}
		e.prepare((*endingError)(e))
	default:
		canceled, ok := cause.(*CanceledError)
		if !ok || canceled == nil {
			canceled = &CanceledError{cause}
		}
		e.err, e.cause = context.Canceled, canceled
		e.prepare(canceled)
	}
	return e
}

// lost is the ending of those who lost to another input, with cause. Most
// combinators have one cause for all, so the last ending is kept, if nothing is to be told of it.
func lost(cause error) *ending {
	if last := lastLost.Load(); last != nil {
		if e := last.Value(); e != nil && same(e.cause.(*CanceledError).Cause, cause) {
			return e
		}
	}
	e := asked(cause)
	if _, wrapped := cause.(*CanceledError); !wrapped && e.asked == nil && e.failure.quiet {
		last := weak.Make(e)
		lastLost.Store(&last)
	}
	return e
}

var lastLost atomic.Pointer[weak.Pointer[ending]]

func (e *ending) prepare(failure error) {
	e.failure.err, e.failure.quiet = failure, glance(failure) == seemsCanceled
	e.share.of = &e.failure
	e.gone.end.Store(e)
}

// endsWith is the failure of c, whose work at ends with e. All whom a
// cancellation reaches share one, as it is no news.
func (c *core) endsWith(e *ending, at place) *share {
	if e.failure.quiet || c.scope == nil {
		return &e.share
	}
	return c.because(e.failure.err, at)
}

// ctxErr is what a ctx of Jade's that ended with e answers.
func (e *ending) ctxErr() error {
	switch {
	case e.err != nil:
		return e.err
	case (*endingError)(e).late():
		return context.DeadlineExceeded
	}
	return context.Canceled
}

// stdCause is e as the cause of a ctx of the standard library.
func (e *ending) stdCause() error {
	if e.err == context.Canceled {
		return e.cause
	}
	return (*endingError)(e)
}

// endingError is an ending as the cause of a ctx of the standard library. The Err of
// such a ctx can only be Canceled: endingError keeps that it was a deadline, or that
// nobody knows yet.
type endingError ending

func (c *endingError) verdict() verdict {
	switch {
	case c.err == nil && c.decided.Load() == 0:
		return unclear
	case c.late():
		return seemsLate
	}
	return seemsCanceled
}

// late reports whether the cause is a deadline. It calls methods of the cause
// if nothing else can tell, so only who looks at an error asks.
func (c *endingError) late() bool {
	if c.err != nil {
		return c.err != context.Canceled && matches(c.err, context.DeadlineExceeded)
	}
	if c.decided.Load() == 0 {
		v := seemsCanceled
		if !IsCanceled(c.cause) && matches(c.cause, context.DeadlineExceeded) {
			v = seemsLate
		}
		c.decided.CompareAndSwap(0, uint32(v))
	}
	return verdict(c.decided.Load()) == seemsLate
}

// decide is the error of a future that ended with c.
func (c *endingError) decide() error {
	switch {
	case c.asked == nil:
		return c.failure.err
	case c.late():
		return c.cause
	}
	return c.asked
}

// reason is the cause that a ctx of Jade's which ended with c tells.
func (c *endingError) reason() error {
	if c.asked != nil {
		return c.decide()
	}
	return c.cause
}

func (c *endingError) Error() string { return line(c.decide()) }

// Unwrap returns what a future fails with that ends with c.
func (c *endingError) Unwrap() error { return c.decide() }

// Is reports whether target is [context.Canceled], which is the Err of the ctx
// that has c as its cause, or [context.DeadlineExceeded], if the cause was a deadline.
func (c *endingError) Is(target error) bool {
	return target == context.Canceled || target == context.DeadlineExceeded && c.late()
}

// Ours says that Jade has made it, for package recover.
func (c *endingError) Ours(engine.Seal) {}

// Timeout reports whether the cause is a deadline, as the errors of package net do.
func (c *endingError) Timeout() bool { return c.late() }
