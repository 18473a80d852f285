package future

import (
	"context"

	"github.com/jade-go/jade/internal/must"
)

// Discard returns a view of f. If the view ends before f, because it was
// cancelled, lost a [combinators.Race] or was late, fn gets the value that f has
// later, if it has one: to close a file or a response body that nobody takes.
//
// fn is not called for a value that the view has handed on, whoever takes it or not.
// Cancellation: ends the view at once and is passed on to f.
// Concurrency: fn runs in a goroutine of its own, which belongs to f's scope.
// Cost: as of [Shield]; fn is registered with f when the view has ended.
//
// [combinators.Race]: https://pkg.go.dev/github.com/jade-go/jade/combinators#Race
func Discard[T any](f Future[T], fn func(T)) Future[T] {
	must.HaveFunc("future.Discard", fn == nil)
	return Follow(nil, f, ModeQuick|ModeDressed, discarding[T](fn))
}

type discarding[T any] func(T)

func (discarding[T]) Pass(in Result[T]) (T, bool) { return in.Value, true }

func (discarding[T]) Run(context.Context, Result[T]) (v T, _ Future[T], err error) {
	return v, Future[T]{}, nil
}

// left implements leaver.
func (fn discarding[T]) left(f Future[T]) {
	f.OnDone(func(r Result[T]) {
		if r.Err == nil {
			fn(r.Value)
		}
	})
}

// leaver is a body that wants to know that its future has ended before its input.
type leaver[A any] interface{ left(f Future[A]) }
