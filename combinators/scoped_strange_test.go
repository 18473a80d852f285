package combinators_test

import (
	"context"
	"runtime"
	"sync"
)

// strangeCtx is a ctx of a user's own type, as some servers have them: its
// channel is closed a moment before its Err says so. The standard library
// panics if such a ctx is the parent of another; to wait with one is no mistake.
type strangeCtx struct {
	context.Context
	done chan struct{}
	mu   sync.Mutex
	err  error
}

func (c *strangeCtx) Done() <-chan struct{} { return c.done }

func (c *strangeCtx) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *strangeCtx) end() {
	close(c.done)
	for range 20 {
		runtime.Gosched()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = context.Canceled
}

// ended reports whether ctx's channel is closed.
func ended(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	default:
		return false
	}
}
