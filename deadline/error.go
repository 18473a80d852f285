package deadline

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
)

// Error says what was late. It matches [context.DeadlineExceeded] under
// errors.Is, and is not a cancellation.
type Error struct {
	Name      string        // what was late: see future.Named
	Limit     time.Duration // how long it was given
	Elapsed   time.Duration // how long it had taken when it was given up
	Inherited bool          // whether it was the deadline of the ctx around, which came first

	cause error // what the work, or the wait for it, failed with when that deadline was inherited
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Name != "" {
		b.WriteString(e.Name)
		b.WriteString(": ")
	}
	b.WriteString("deadline exceeded: limit ")
	b.WriteString(rounded(e.Limit).String())
	b.WriteString(", elapsed ")
	b.WriteString(rounded(e.Elapsed).String())
	if e.Inherited {
		b.WriteString(", inherited from the caller's ctx")
	}
	return b.String()
}

// rounded is d to three digits: 1.23ms, 45.6s. From a minute on it is to the second.
func rounded(d time.Duration) time.Duration {
	if d.Abs() >= time.Minute {
		return d.Round(time.Second)
	}
	unit := time.Duration(1)
	for limit := time.Duration(1000); d.Abs() >= limit; limit *= 10 {
		unit *= 10
	}
	return d.Round(unit)
}

// Is reports whether target is [context.DeadlineExceeded].
func (e *Error) Is(target error) bool { return target == context.DeadlineExceeded }

// Unwrap returns what the work failed with when it was cut off by an inherited deadline, else nil.
func (e *Error) Unwrap() error { return e.cause }

// Timeout reports true, as the deadlines of package net do.
func (e *Error) Timeout() bool { return true }

func init() {
	errtree.Trust(&Error{})
	engine.IsLate = func(err error) bool {
		_, is := err.(*Error)
		return is
	}
	engine.Inherited = func(ctx context.Context, name string, start time.Time, err error) error {
		return inherited(ctx, name, start, err)
	}
	engine.IsForeignDeadline = foreign
	engine.Late = func(err, cause error) error {
		err.(*Error).cause = cause
		return err
	}
}

// inherited returns the error of work that was started at start with ctx and
// failed with err because the deadline of ctx has passed. It matches what err
// and the cause of ctx match under errors.Is.
func inherited(ctx context.Context, name string, start time.Time, err error) *Error {
	e := &Error{Name: name, Elapsed: time.Since(start), Inherited: true, cause: err}
	e.Limit = e.Elapsed
	if end, ok := ctx.Deadline(); ok {
		e.Limit = max(0, end.Sub(start))
	}
	return e
}

// foreign reports whether err is a deadline that Jade did not make, and that
// therefore does not say what was late. A panic in a method of err counts as no.
func foreign(err error) (is bool) {
	defer func() { _ = recover() }()
	_, ours := errors.AsType[*Error](err)
	return !ours && errors.Is(err, context.DeadlineExceeded)
}

// late reports whether err is a deadline. A panic in a method of err counts as no.
func late(err error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, context.DeadlineExceeded)
}
