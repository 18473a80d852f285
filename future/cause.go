package future

import (
	"context"
	"errors"
)

// CanceledError is the error of what was cancelled, and the cause of every
// ctx that Jade cancels. It matches [context.Canceled] under errors.Is.
type CanceledError struct {
	Cause error // why; may be nil
}

func (e *CanceledError) Error() string {
	if e == nil || e.Cause == nil {
		return "canceled"
	}
	return "canceled: " + line(e.Cause)
}

// Unwrap returns the cause.
func (e *CanceledError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Cause
}

// Is reports whether target is [context.Canceled].
func (e *CanceledError) Is(target error) bool { return target == context.Canceled }

var (
	// ErrGoexit is the error of a function that called [runtime.Goexit], as
	// testing.T.FailNow does.
	ErrGoexit = errors.New("function called runtime.Goexit")
	// ErrScopeClosed is the cause of what a closing scope cancels and of what
	// is started with it later.
	ErrScopeClosed = errors.New("scope closed")
	// ErrZero is the error of the zero Future, which no work stands behind.
	ErrZero = errors.New("zero Future: it was never started")

	errComplete = errors.New("work is complete")
)

// IsCanceled reports whether err says that somebody did not want the result
// any more: the first of [CanceledError], [PanicError], a deadline and
// [context.Canceled] that is found from the outside in decides, and a joined
// error is a cancellation only if all its parts are. A deadline is not a
// cancellation. A panic in a method of err counts as no.
func IsCanceled(err error) (is bool) {
	defer func() { _ = recover() }()
	return canceled(err)
}

func canceled(err error) bool {
	for err != nil {
		switch e := err.(type) {
		case *CanceledError:
			return true
		case *PanicError:
			return false
		case interface{ Unwrap() []error }:
			parts := e.Unwrap()
			for _, part := range parts {
				if !canceled(part) {
					return false
				}
			}
			return len(parts) > 0
		}
		if err == context.DeadlineExceeded {
			return false
		}
		if err == context.Canceled {
			return true
		}
		if x, ok := err.(interface{ Is(error) bool }); ok {
			if x.Is(context.DeadlineExceeded) {
				return false
			}
			if x.Is(context.Canceled) {
				return true
			}
		}
		err = errors.Unwrap(err)
	}
	return false
}

// Cause is [context.Cause] in the form in which Jade puts it into futures: nil
// while ctx is alive, else an error that matches both ctx.Err() and
// context.Cause(ctx) under errors.Is; a [*CanceledError] unless a deadline passed.
func Cause(ctx context.Context) error {
	mustCtx("future.Cause", ctx)
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return ending{err, context.Cause(ctx)}.failure()
}

// ending is what a ctx ends with: its Err and its Cause.
type ending struct{ err, cause error }

// finished ends the ctx of work that is complete.
var finished = ending{context.Canceled, &CanceledError{errComplete}}

// asked is the ending that a caller of Cancel asks for.
func asked(cause error) ending {
	if late(cause) {
		return ending{context.DeadlineExceeded, cause}
	}
	if e, ok := cause.(*CanceledError); ok && e != nil {
		return ending{context.Canceled, e}
	}
	return ending{context.Canceled, &CanceledError{cause}}
}

// late reports whether cause is a deadline.
func late(cause error) bool {
	return cause != nil && !IsCanceled(cause) && matches(cause, context.DeadlineExceeded)
}

// matches is errors.Is for errors that are not ours: a panic in a method of
// theirs is no answer, and no reason for Cancel to panic.
func matches(err, target error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, target)
}

// failure is the error of a future that this ending ends.
func (e ending) failure() error {
	switch c := e.cause.(type) {
	case nil:
		return e.failureOf(e.err)
	case *CanceledError:
		if e.err == context.Canceled {
			return c
		}
	}
	return e.failureOf(e.cause)
}

func (e ending) failureOf(cause error) error {
	if matches(e.err, context.DeadlineExceeded) {
		if matches(cause, e.err) {
			return cause
		}
		return &expired{e.err, cause}
	}
	switch {
	case cause == context.Canceled:
		return &CanceledError{}
	case e.err == context.Canceled || matches(cause, e.err):
		return &CanceledError{cause}
	}
	return &CanceledError{errors.Join(e.err, cause)}
}

// expired is the failure of work whose ctx was made with a deadline and a
// cause that does not say so, as by [context.WithTimeoutCause].
type expired struct{ err, cause error }

func (e *expired) Error() string   { return line(e.err) + ": " + line(e.cause) }
func (e *expired) Unwrap() []error { return []error{e.err, e.cause} }
