package strange

import (
	"context"
	"sync"
)

// Counting is a ctx that could end, and counts what is registered for that.
type Counting struct {
	context.Context
	done chan struct{}
	mu   sync.Mutex
	live map[*func()]struct{}
}

// NewCounting returns one that does not end.
func NewCounting(parent context.Context) *Counting {
	return &Counting{Context: parent, done: make(chan struct{}), live: map[*func()]struct{}{}}
}

// Done implements [context.Context].
func (c *Counting) Done() <-chan struct{} { return c.done }

// AfterFunc is what [context.AfterFunc] calls.
func (c *Counting) AfterFunc(f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live[&f] = struct{}{}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, was := c.live[&f]
		delete(c.live, &f)
		return was
	}
}

// Registered is how many functions are registered now.
func (c *Counting) Registered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.live)
}
