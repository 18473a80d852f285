// Package store is a client as users have them.
package store

import (
	"context"
	"net"
	"sync"
	"time"
)

type Client struct {
	mu   sync.Mutex
	conn net.Conn
	hits int
}

func (c *Client) Get(ctx context.Context, key string) (string, error) {
	return c.read()
}

func (c *Client) read() (string, error) {
	buffer := make([]byte, 10)
	_, err := c.conn.Read(buffer)
	return string(buffer), err
}

func (c *Client) Count() { c.mu.Lock(); c.hits++; c.mu.Unlock() }

func (c *Client) Refresh(ctx context.Context) {
	go c.read()
	c.Get(ctx, "")
}

func Background(c *Client) { // starts, and does not wait
	go func() {
		time.Sleep(time.Second)
		_, _ = c.read()
	}()
}

func Even(n int) bool { return n == 0 || odd(n-1) } // they call each other, and do not wait
func odd(n int) bool  { return n != 0 && Even(n-1) }

func Apply[A, B any](a A, fn func(A) B) B { return fn(a) }

func Slow[T any](v T) T {
	time.Sleep(time.Second)
	return v
}

type Cache interface {
	Get(ctx context.Context, key string) (string, error)
	Has(key string) bool
}

var _ Cache = (*memory)(nil)

type memory struct{}

func (memory) Get(context.Context, string) (string, error) { return "", nil }
func (memory) Has(string) bool                             { return true }
