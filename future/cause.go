package future

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unsafe"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/internal/must"
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
	return errtree.Walk(err, func(err error) errtree.Next {
		switch e := err.(type) {
		case *CanceledError:
			return errtree.Beside
		case *endingError:
			if e.late() {
				return errtree.Stop
			}
			return errtree.Beside
		case *PanicError:
			return errtree.Stop
		case interface{ Unwrap() []error }:
			return errtree.Inside
		}
		x, asked := err.(interface{ Is(error) bool })
		switch {
		case err == context.DeadlineExceeded || asked && x.Is(context.DeadlineExceeded):
			return errtree.Stop
		case err == context.Canceled || asked && x.Is(context.Canceled):
			return errtree.Beside
		}
		return errtree.Inside
	})
}

func init() { errtree.Trust(&CanceledError{}, &PanicError{}, &expired{}) }

// Cause is [context.Cause] in the form in which Jade puts it into futures: nil
// while ctx is alive, else an error that matches both ctx.Err() and
// context.Cause(ctx) under errors.Is; a [*CanceledError] unless a deadline passed.
func Cause(ctx context.Context) error {
	must.HaveCtx("future.Cause", ctx)
	if ctx.Err() != nil {
		return endOf(ctx)
	}
	if _, ours := ctx.(*workCtx); !ours {
		select {
		case <-ctx.Done(): // some set their Err a moment later
			return endOf(ctx)
		default:
		}
	}
	return nil
}

// endOf is Cause for a ctx that has ended. One that closes its Done before it sets its Err is cancelled.
func endOf(ctx context.Context) error {
	err, cause := whyEnded(ctx)
	if e := knownEnding(ctx, err, cause); e != nil {
		return e.share.error()
	}
	return failureOf(err, cause)
}

// knownEnding is the ending that Jade gave to ctx, or to one around it, if that
// is where err and cause come from, and they alone do not say it.
func knownEnding(ctx context.Context, err, cause error) *ending {
	if c, ok := cause.(*endingError); ok {
		return (*ending)(c)
	}
	if err == context.Canceled || glance(cause) != unclear {
		return nil
	}
	if _, around, _ := surroundings(ctx); around != nil {
		if e := around.ending(); e != nil && same((*endingError)(e).reason(), cause) {
			return e
		}
	}
	return nil
}

func whyEnded(ctx context.Context) (err, cause error) {
	if err = ctx.Err(); err == nil {
		return context.Canceled, context.Canceled
	}
	return err, context.Cause(ctx)
}

// failureOf is what a future fails with that ends because a ctx has ended, with err and cause.
func failureOf(err, cause error) error {
	if matches(err, context.DeadlineExceeded) {
		if glance(cause) == seemsLate {
			return cause
		}
		return &expired{err, cause}
	}
	switch c, ours := cause.(*CanceledError); {
	case err == context.Canceled && ours:
		return c
	case err == context.Canceled && cause == context.Canceled:
		return &CanceledError{}
	case err == context.Canceled || same(err, cause):
		return &CanceledError{cause}
	}
	return &CanceledError{errors.Join(err, cause)}
}

// expired is the failure of work whose ctx was made with a deadline and a
// cause that does not say so, as by [context.WithTimeoutCause].
type expired struct{ err, cause error }

func (e *expired) Error() string   { return line(e.err) + ": " + line(e.cause) }
func (e *expired) Unwrap() []error { return []error{e.err, e.cause} }

// matches is errors.Is for errors that are not ours: a panic in a method of
// theirs is no answer.
func matches(err, target error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, target)
}

// same reports whether two errors are equal or, if they cannot be compared, the same value.
func same(a, b error) (is bool) {
	defer func() {
		if recover() != nil {
			is = *(*[2]unsafe.Pointer)(unsafe.Pointer(&a)) == *(*[2]unsafe.Pointer)(unsafe.Pointer(&b))
		}
	}()
	return a == b
}

// verdict is what a glance at an error says.
type verdict uint8

const (
	seemsFailure verdict = iota
	seemsCanceled
	seemsLate
	unclear // only methods of the error can tell
)

// glance says what err is, as [IsCanceled] does, without calling a method of a
// user's type: those may block, and some callers may not.
func glance(err error) verdict {
	for err != nil {
		switch e := err.(type) {
		case *CanceledError:
			return seemsCanceled
		case *PanicError:
			return seemsFailure
		case *expired:
			return seemsLate
		case *endingError:
			return e.verdict()
		case *UnobservedError:
			if e == nil {
				return seemsFailure
			}
			err = e.Err
			continue
		}
		switch {
		case err == context.DeadlineExceeded || engine.IsLate(err):
			return seemsLate
		case err == context.Canceled:
			return seemsCanceled
		case reflect.TypeOf(err) == wrapping, wrapsTamely(err):
			err = errors.Unwrap(err)
			continue
		case reflect.TypeOf(err) == joining || reflect.TypeOf(err) == wrappingSeveral:
			return glanceAtAll(err.(interface{ Unwrap() []error }).Unwrap())
		}
		switch err.(type) {
		case interface{ Is(error) bool }, interface{ Unwrap() error }, interface{ Unwrap() []error }:
			return unclear
		}
		return seemsFailure
	}
	return seemsFailure
}

// wrapsTamely reports whether err is of a type whose Unwrap can be called anywhere, such as that of the failure of a flow.
func wrapsTamely(err error) bool {
	_, wraps := err.(interface{ Unwrap() error })
	return wraps && errtree.IsTame(err) && !reflect.ValueOf(err).IsZero()
}

// glanceAtAll is for a joined error: it is a cancellation only if all its parts
// are, and a deadline if one is.
func glanceAtAll(parts []error) verdict {
	all := seemsCanceled
	for _, part := range parts {
		switch v := glance(part); {
		case v == unclear:
			return unclear
		case v == seemsLate:
			all = seemsLate
		case v == seemsFailure && all == seemsCanceled:
			all = seemsFailure
		}
	}
	return all
}

// The error types of the standard library that wrap others.
var (
	wrapping        = reflect.TypeOf(fmt.Errorf("%w", io.EOF))
	wrappingSeveral = reflect.TypeOf(fmt.Errorf("%w %w", io.EOF, io.EOF))
	joining         = reflect.TypeOf(errors.Join(io.EOF))
)
