package faas

import (
	"net"
	"sync"
	"time"
)

// acceptor is a listener that can be told to stop. It then accepts who is waiting, as a request may have been sent already: that
// would be lost if the listener was closed at once.
type acceptor struct {
	net.Listener

	mu   sync.Mutex
	last time.Time // when to accept nobody any more; zero: not told to stop. It is set once
}

// When an acceptor has stopped: nobody has come for a moment, or it takes too long.
const (
	nobodyCame = 20 * time.Millisecond
	stopsIn    = 500 * time.Millisecond
)

type deadliner interface{ SetDeadline(time.Time) error }

// stop makes Accept fail soon. A listener without deadlines is closed.
func (a *acceptor) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	a.last = now.Add(stopsIn)
	shut(a.Listener)
	if l, ok := a.Listener.(deadliner); !ok || l.SetDeadline(now) != nil {
		_ = a.Close()
	}
}

// Accept implements [net.Listener].
func (a *acceptor) Accept() (net.Conn, error) {
	if !a.stopping() {
		c, err := a.Listener.Accept()
		if err == nil || !a.stopping() {
			return c, err
		}
	}
	c, err := a.Listener.Accept()
	if err == nil || passes(err) && time.Now().Before(a.last) {
		return c, err
	}
	_ = a.Close()
	return nil, net.ErrClosed
}

// passes reports whether the server accepts again after err, such as an error that too many files are open.
func passes(err error) bool {
	e, ok := err.(interface {
		Temporary() bool
		Timeout() bool
	})
	return ok && e.Temporary() && !e.Timeout()
}

// stopping reports whether it has been told to stop. If so, it sets the deadline of the next Accept.
func (a *acceptor) stopping() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.last.IsZero() {
		return false
	}
	if l, ok := a.Listener.(deadliner); ok {
		next := time.Now().Add(nobodyCame)
		if next.After(a.last) {
			next = a.last
		}
		_ = l.SetDeadline(next)
	}
	return true
}
