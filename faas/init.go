package faas

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/chance"
	"github.com/jade-go/jade/internal/engine"
)

// InitTimeout limits each call of an initialiser to d, or to one minute without it. At the limit the ctx of the initialiser ends, and everybody who waits
// for it gets a failure. If the initialiser still returns a function later, that function is dropped.
func InitTimeout(d time.Duration) Option {
	if d <= 0 {
		panic("faas.InitTimeout: the limit is " + d.String() + ", and must be positive")
	}
	return func(s *settings) { s.initTimeout = d }
}

const (
	defaultInit = time.Minute
	firstPause  = 100 * time.Millisecond // after a failure, until the initialiser is called again
	longest     = 5 * time.Second        // of the pauses, each of which is twice as long
)

// InitError says that the initialiser of a function has failed, or was not there in time.
type InitError struct {
	Function string
	Err      error

	retry time.Duration
}

func (e *InitError) Error() string { return "init of " + e.Function + ": " + e.Err.Error() }

// Unwrap returns the failure.
func (e *InitError) Unwrap() error { return e.Err }

// RetryAfter returns how long to wait before another request makes sense: the initialiser is not called earlier. It is zero if that is not known.
func (e *InitError) RetryAfter() time.Duration { return e.retry }

var errNoFunction = errors.New("the initialiser returned neither a function nor a flow")

// work is what an invocation calls: a function or a flow.
type work[In, Out any] struct {
	fn   Func[In, Out]
	flow *flow.Flow[In, Out]
}

// initialization is what is made once a process.
type initialization[In, Out any] struct {
	done   atomic.Pointer[work[In, Out]]
	called atomic.Bool // the handler has been called: see Cold of observe.Request
	logs   atomic.Bool // failures are logged: see logsInit

	mu     sync.Mutex
	try    future.Future[*work[In, Out]] // that is under way, if trying
	trying bool
	pause  time.Duration // after the last failure; 0: there was none
	next   time.Time     // when the initialiser may be called again
	last   error         // the last failure, for those who cannot wait until then
}

// initialized returns what the handler calls. It calls the initialiser if that has to be done.
func (h *Handler[In, Out]) initialized(ctx context.Context) (*work[In, Out], error) {
	for {
		if done := h.ready.done.Load(); done != nil {
			return done, nil
		}
		try, wait, last := h.attempt()
		if wait > 0 {
			if err := waitFor(ctx, wait, last); err != nil {
				return nil, &InitError{h.name, err, wait}
			}
			continue
		}
		made, err := try.Await(ctx)
		if err != nil {
			return nil, &InitError{h.name, err, h.ready.pauseNow()}
		}
		return made, nil
	}
}

// attempt returns the call of the initialiser that is under way, and begins one if there is none; or how long there is to be none, because of
// the last one's failure.
func (h *Handler[In, Out]) attempt() (try future.Future[*work[In, Out]], wait time.Duration, last error) {
	i := h.ready
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.trying {
		return i.try, 0, nil
	}
	if wait = time.Until(i.next); wait > 0 {
		return try, wait, i.last
	}
	i.trying = true
	i.try = future.Go(context.Background(), func(ctx context.Context) (*work[In, Out], error) { // no invocation ends it: the next one waits for it
		made, err := h.made(ctx)
		if err != nil {
			h.logInit(ctx, err)
		}
		i.over(ctx, made, err)
		return made, err
	})
	return i.try, 0, nil
}

// made calls the initialiser.
func (h *Handler[In, Out]) made(ctx context.Context) (*work[In, Out], error) {
	limited, cancel := context.WithTimeout(ctx, h.initTimeout)
	defer cancel()
	begun := time.Now()
	made, err := future.Go(limited, h.init).Await(limited) // which guards it
	switch {
	case err == nil && made.fn == nil && made.flow == nil:
		err = errNoFunction
	case err != nil && limited.Err() != nil:
		err = engine.Inherited(limited, "the initialiser", begun, context.DeadlineExceeded)
	}
	return &made, tamed(err)
}

// over ends a call of the initialiser. A failure is told to those who wait for it, and to nobody who comes later.
func (i *initialization[In, Out]) over(ctx context.Context, made *work[In, Out], err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.trying, i.try = false, future.Future[*work[In, Out]]{}
	if err == nil {
		i.last = nil
		i.done.Store(made)
		return
	}
	i.last = err
	i.pause = min(max(2*i.pause, firstPause), longest)
	i.next = time.Now().Add(time.Duration((0.5 + chance.Float(ctx)/2) * float64(i.pause))) // or else many processes would call at once
}

// pauseNow is when to ask again: when the initialiser may be called again, or soon if it is being called.
func (i *initialization[In, Out]) pauseNow() time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	return max(time.Until(i.next), firstPause)
}

// waitFor waits, unless the deadline of ctx comes earlier: then there is nothing to wait for.
func waitFor(ctx context.Context, wait time.Duration, last error) error {
	if end, limited := ctx.Deadline(); limited && time.Until(end) <= wait {
		return fmt.Errorf("it is not called again for %s, which is later than the deadline, as it has failed: %w", wait.Round(time.Millisecond), last)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return future.Cause(ctx)
	}
}
