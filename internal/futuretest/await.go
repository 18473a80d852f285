// Package futuretest has what tests of several packages check of futures. Only
// tests import it.
package futuretest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

// Await returns the result of f. It fails the test if f is still pending after 10 s.
func Await[T any](t testing.TB, f future.Future[T]) future.Result[T] {
	t.Helper()
	return await(t, f, 10*time.Second)
}

// AwaitVirtual is [Await] for a bubble, in which f may take 1000 hours.
func AwaitVirtual[T any](t testing.TB, f future.Future[T]) future.Result[T] {
	t.Helper()
	return await(t, f, 1000*time.Hour)
}

func await[T any](t testing.TB, f future.Future[T], limit time.Duration) future.Result[T] {
	t.Helper()
	select {
	case <-f.Done():
	case <-time.After(limit):
		t.Fatalf("the future is still pending after %v", limit)
	}
	r, ok := f.Peek()
	if !ok {
		t.Fatal("Done is closed, and Peek has no result")
	}
	return r
}

// IsPending does not observe a failure, as Peek would.
func IsPending[T any](f future.Future[T]) bool {
	select {
	case <-f.Done():
		return false
	default:
		return true
	}
}

// Late returns the deadline error in err. It fails the test if err has none, or is not one of a deadline only.
func Late(t testing.TB, err error) *deadline.Error {
	t.Helper()
	late, ok := errors.AsType[*deadline.Error](err)
	if !ok || !errors.Is(err, context.DeadlineExceeded) || future.IsCanceled(err) || strings.Contains(err.Error(), "\n") {
		t.Fatalf("want an error of a deadline, on one line, got %T: %v", err, err)
	}
	return late
}
