package combinators_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

var errBoom = errors.New("boom")

func bg() context.Context { return context.Background() }

// ending is a future of any type, reduced to how it ends.
type ending struct {
	done   func() bool
	err    func(t testing.TB) error
	cancel func(error)
}

func endingOf[T any](f future.Future[T]) ending {
	return ending{
		done:   func() bool { return !futuretest.IsPending(f) },
		err:    func(t testing.TB) error { t.Helper(); return futuretest.Await(t, f).Err },
		cancel: f.Cancel,
	}
}

type big = futuretest.Big

func use(...*big) {}

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
