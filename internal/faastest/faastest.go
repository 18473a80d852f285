// Package faastest has what tests of handlers and of adapters for platforms have in common.
package faastest

import (
	"context"
	"io"
	"sync"
	"testing"

	"github.com/jade-go/jade/observe"
)

// Requests is an observer that notes the requests of runs: see [observe.Request].
type Requests struct {
	mu  sync.Mutex
	all []observe.Request
}

// Begin implements [observe.Observer].
func (r *Requests) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if about := observe.RequestOf(ctx); c.Kind == observe.KindRun && about != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.all = append(r.all, *about)
	}
	return nil, nil
}

// All returns what was noted.
func (r *Requests) All() []observe.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]observe.Request(nil), r.all...)
}

// Unread is a body that must not be read.
func Unread(t testing.TB) io.Reader { return unread{t} }

type unread struct{ t testing.TB }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}
