package faas

import (
	"context"
	"errors"

	"github.com/jade-go/jade/future"
)

// InitError says that the initialiser of a function has failed.
type InitError struct {
	Function string
	Err      error
}

func (e *InitError) Error() string { return "init of " + e.Function + ": " + e.Err.Error() }

// Unwrap returns the failure.
func (e *InitError) Unwrap() error { return e.Err }

var errNoFunction = errors.New("the initialiser returned a nil function")

// make calls init, unless another goroutine has done so meanwhile.
func (i *initialization[In, Out]) make(ctx context.Context, name string, init func(context.Context) (Func[In, Out], error)) (Func[In, Out], error) {
	select {
	case <-i.turn:
		defer func() { i.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, &InitError{name, future.Cause(ctx)}
	}
	if fn := i.fn.Load(); fn != nil {
		return *fn, nil
	}
	fn, err := future.Go(ctx, init).Await(ctx) // which guards it
	if err == nil && fn == nil {
		err = errNoFunction
	}
	if err != nil {
		return nil, &InitError{name, err}
	}
	i.fn.Store(&fn)
	return fn, nil
}
