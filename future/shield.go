package future

import "context"

// Shield returns a view of f that a cancellation ends without reaching f: for
// work that others use too, handed to Race, Any, Within or a Cancel.
func Shield[T any](f Future[T]) Future[T] {
	return Follow(nil, f, ModeQuick, view[T]{})
}

type view[T any] struct{}

func (view[T]) Pass(in Result[T]) (T, bool) { return in.Value, true }

func (view[T]) Run(context.Context, Result[T]) (v T, _ Future[T], err error) {
	return v, Future[T]{}, nil
}
