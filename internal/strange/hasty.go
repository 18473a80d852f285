package strange

import (
	"context"
	"sync/atomic"
)

// Hasty is a ctx that closes its Done a moment before it sets its Err: such a
// moment is what a test holds on to.
type Hasty struct {
	context.Context
	done chan struct{}
	err  atomic.Pointer[error]
}

// NewHasty returns one that is alive.
func NewHasty(parent context.Context) *Hasty {
	return &Hasty{Context: parent, done: make(chan struct{})}
}

// Done implements [context.Context].
func (c *Hasty) Done() <-chan struct{} { return c.done }

// Err implements [context.Context].
func (c *Hasty) Err() error {
	if err := c.err.Load(); err != nil {
		return *err
	}
	return nil
}

// End closes Done.
func (c *Hasty) End() { close(c.done) }

// Set sets what Err returns.
func (c *Hasty) Set(err error) { c.err.Store(&err) }
