package faas

import (
	"context"
	"net/http"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

// tamed is err if its methods return, and those of what it wraps: then adapters, observers and logs may call them. (Error may panic, or end
// its goroutine: [recovery.Text] is how all of them ask for a text.) Else it is an error of class code with the text of err.
func tamed(err error) error {
	if err == nil {
		return nil
	}
	const silent = "its Error method does not return"
	text := guarded(func() string { return recovery.Text(err) }, silent, stuck)
	if text != silent && guarded(func() bool { tryMethods(err); return true }, false, stuck) {
		return err
	}
	return &wildError{text}
}

// causeOf is [future.Cause]. It is tamed unless it is a plain error of package context, because the code that cancels a ctx may give any error as the cause.
func causeOf(ctx context.Context) error {
	cause := future.Cause(ctx)
	if why := context.Cause(ctx); why == context.Canceled || why == context.DeadlineExceeded {
		return cause
	}
	return tamed(cause)
}

// tryMethods calls the methods, but for Error, that are called of failures.
func tryMethods(err error) {
	recovery.Classify(err)
	const endless = 1 << 16
	seen := 0
	errtree.Walk(err, func(err error) errtree.Next {
		if seen++; seen == endless {
			panic("an error that wraps itself")
		}
		if e, ok := err.(interface{ Unwrap() error }); ok {
			_ = e.Unwrap()
		}
		if e, ok := err.(interface{ Unwrap() []error }); ok {
			e.Unwrap()
		}
		if e, ok := err.(interface{ Public() string }); ok {
			_ = e.Public()
		}
		if e, ok := err.(interface{ HTTPStatus() int }); ok {
			e.HTTPStatus()
		}
		if e, ok := err.(interface{ RetryAfter() time.Duration }); ok {
			e.RetryAfter()
		}
		if e, ok := err.(interface{ Is(error) bool }); ok {
			e.Is(http.ErrAbortHandler)
		}
		if e, ok := err.(interface{ As(any) bool }); ok {
			e.As(new(*wildError))
		}
		return errtree.Inside
	})
}

// wildError stands for an error with methods that do not return.
type wildError struct{ text string }

func (e *wildError) Error() string { return e.text }

// Class is that of a mistake in the program.
func (e *wildError) Class() recovery.Class { return recovery.ClassCode }

// stuck is how long a method of an error may take. It is long because a machine that is busy, or a process that was throttled, must not turn
// an error into another one; an invocation with a deadline does not wait for it.
const stuck = 10 * time.Second

// guarded returns what fn returns. If fn panics, ends its goroutine or takes longer than limit, that is other.
func guarded[T any](fn func() T, other T, limit time.Duration) T {
	f := future.Go(context.Background(), func(context.Context) (T, error) { return fn(), nil })
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-f.Done():
		if v, err := f.Await(context.Background()); err == nil {
			return v
		}
	case <-late.C:
	}
	return other
}
