package faas

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// ending is how a server ends without losing a request. [http.Server.Shutdown] drops a request whose headers arrive after it was
// called, and closes connections that a client may be about to use. So the server gives both a while before it calls Shutdown.
type ending struct {
	draining atomic.Bool // the server has been told to end: see LameDuck
	begun    atomic.Bool
	open     atomic.Int64 // connections
	fresh    atomic.Int64 // those that have not sent a request yet

	mu     sync.Mutex
	unused map[net.Conn]bool // the fresh ones
}

// How long a server that is to end waits for requests on connections that have been used, and on those that have not. Shutdown would also
// wait five seconds for these.
const (
	lastRequests  = 250 * time.Millisecond
	firstRequests = 5 * time.Second
)

type connKey struct{}

type endingKey struct{}

// isDraining reports whether the server of a request has been told to end.
func isDraining(ctx context.Context) bool {
	e, ok := ctx.Value(endingKey{}).(*ending)
	return ok && e.draining.Load()
}

// serve has server serve handler.
func (e *ending) serve(server *http.Server, handler http.Handler) {
	server.ConnState = e.state
	server.BaseContext = func(net.Listener) context.Context { return context.WithValue(context.Background(), endingKey{}, e) }
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.fresh.Load() > 0 { // mostly not: no lock for each request
			c, _ := r.Context().Value(connKey{}).(net.Conn)
			e.used(c)
		}
		if e.begun.Load() {
			w.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(w, r)
	})
}

// state is told of each connection. (That one is active says too little: Shutdown still drops its request then.)
func (e *ending) state(c net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		e.open.Add(1)
		e.fresh.Add(1)
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.unused == nil {
			e.unused = map[net.Conn]bool{}
		}
		e.unused[c] = true
	case http.StateClosed, http.StateHijacked:
		e.used(c)
		e.open.Add(-1)
	}
}

func (e *ending) used(c net.Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.unused[c] {
		delete(e.unused, c)
		e.fresh.Add(-1)
	}
}

// limp waits for d, in which the server goes on as before, or until the server has ended.
func (e *ending) limp(d time.Duration, over <-chan struct{}) {
	if d <= 0 {
		return
	}
	pause := time.NewTimer(d)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-over:
	}
}

// wait returns when no request can be on the way any more, or should have been there, or ctx has ended.
func (e *ending) wait(ctx context.Context) {
	begun, tick := time.Now(), time.NewTicker(2*time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		waited := time.Since(begun)
		if e.open.Load() == 0 || waited >= firstRequests || waited >= lastRequests && e.fresh.Load() == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}
