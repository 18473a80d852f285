package faas

import (
	"context"
	"errors"
	"sync"
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

	mu  sync.Mutex
	try *initAttempt[In, Out] // that is under way; nil: none
}

// initAttempt is one call of an initialiser. It does not end with the invocation that has begun it: the next one waits for it.
type initAttempt[In, Out any] struct{ made future.Future[work[In, Out]] }

// attempt returns the call that is under way, and begins one if there is none.
func (i *initialization[In, Out]) attempt(init func(context.Context) (work[In, Out], error)) *initAttempt[In, Out] {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.try == nil {
		i.try = &initAttempt[In, Out]{future.Go(context.Background(), init)} // which guards it
	}
	return i.try
}

// failed makes the next invocation try again.
func (i *initialization[In, Out]) failed(try *initAttempt[In, Out]) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.try == try {
		i.try = nil
	}
}

// initialized returns what the handler calls. It calls the initialiser if that has to be done.
func (h *Handler[In, Out]) initialized(ctx context.Context) (*work[In, Out], error) {
	i := h.ready
	if done := i.done.Load(); done != nil {
		return done, nil
	}
	try := i.attempt(h.init)
	made, err := try.made.Await(ctx)
	if _, over := try.made.Peek(); !over { // ctx has ended
		return nil, &InitError{h.name, err}
	}
	if err == nil && made.fn == nil && made.flow == nil {
		err = errNoFunction
	}
	if err != nil {
		i.failed(try)
		return nil, &InitError{h.name, err}
	}
	i.done.Store(&made)
	return &made, nil
}
