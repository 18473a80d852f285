package faas

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/jade-go/jade/flow"
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

var errNoFunction = errors.New("the initialiser returned neither a function nor a flow")

// work is what an invocation calls: a function or a flow.
type work[In, Out any] struct {
	fn   Func[In, Out]
	flow *flow.Flow[In, Out]
}

// initialization is what is made once a process.
type initialization[In, Out any] struct {
	done atomic.Pointer[work[In, Out]]
	turn chan struct{} // has a token while nobody initialises
}

func newInitialization[In, Out any]() *initialization[In, Out] {
	i := &initialization[In, Out]{turn: make(chan struct{}, 1)}
	i.turn <- struct{}{}
	return i
}

// initialized returns what the handler calls. It calls the initialiser if that has to be done.
func (h *Handler[In, Out]) initialized(ctx context.Context) (*work[In, Out], error) {
	i := h.ready
	if done := i.done.Load(); done != nil {
		return done, nil
	}
	select {
	case <-i.turn:
		defer func() { i.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, &InitError{h.name, future.Cause(ctx)}
	}
	if done := i.done.Load(); done != nil {
		return done, nil
	}
	made, err := future.Go(ctx, h.init).Await(ctx) // which guards it
	if err == nil && made.fn == nil && made.flow == nil {
		err = errNoFunction
	}
	if err != nil {
		return nil, &InitError{h.name, err}
	}
	i.done.Store(&made)
	return &made, nil
}
