package combinators

import (
	"context"

	"github.com/jade-go/jade/future"
)

// awaited waits for a zip that nobody else has. If ctx ends the wait, the zip
// ends too, and leaves its inputs, unless it is just being completed: then the result wins.
func awaited[T any](ctx context.Context, f future.Future[T]) (T, error) {
	v, err := f.Await(ctx)
	if err == nil {
		return v, nil
	}
	f.Cancel(err)
	return f.Await(context.Background()) // complete now, or in a moment
}
