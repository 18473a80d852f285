package combinators_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
)

var errBoom = errors.New("boom")

func bg() context.Context { return context.Background() }

// await fails the test rather than hang.
func await[T any](t testing.TB, f future.Future[T]) future.Result[T] {
	t.Helper()
	select {
	case <-f.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the future is still pending after 10 s")
	}
	r, ok := f.Peek()
	require.True(t, ok)
	return r
}

// isPending does not observe a failure, as Peek would.
func isPending[T any](f future.Future[T]) bool {
	select {
	case <-f.Done():
		return false
	default:
		return true
	}
}

// ending is a future of any type, reduced to how it ends.
type ending struct {
	done   func() bool
	err    func(t testing.TB) error
	cancel func(error)
}

func endingOf[T any](f future.Future[T]) ending {
	return ending{
		done:   func() bool { return !isPending(f) },
		err:    func(t testing.TB) error { t.Helper(); return await(t, f).Err },
		cancel: f.Cancel,
	}
}

// big is an allocation of its own, so that a weak pointer to it is exact.
type big struct{ _ [128]byte }

func use(...*big) {}

func gone[T any](t testing.TB, p weak.Pointer[T], what string) {
	t.Helper()
	for range 20 {
		runtime.GC()
		if p.Value() == nil {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%s is still reachable", what)
}

// bytesKept measures what work leaves allocated.
func bytesKept(work func()) int64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	work()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return int64(after.HeapAlloc) - int64(before.HeapAlloc)
}

// countingContext is cancellable and counts the registrations that are on it.
type countingContext struct {
	context.Context
	done chan struct{}
	mu   sync.Mutex
	live map[*func()]struct{}
}

func newCountingContext() *countingContext {
	return &countingContext{Context: bg(), done: make(chan struct{}), live: map[*func()]struct{}{}}
}

func (c *countingContext) Done() <-chan struct{} { return c.done }
func (c *countingContext) Err() error {
	select {
	case <-c.done:
		return context.Canceled
	default:
		return nil
	}
}

func (c *countingContext) AfterFunc(f func()) func() bool {
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

func (c *countingContext) registrations() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.live)
}
