package future

import (
	"context"
	"time"
)

// cancelKey is the key under which the standard library looks for its own kind
// of ctx, found by asking for a cause and watching what is looked up.
var cancelKey = func() any {
	p := &probe{Context: context.Background()}
	context.Cause(p)
	return p.key
}()

type probe struct {
	context.Context
	key any
}

func (p *probe) Err() error        { return context.Canceled }
func (p *probe) Value(key any) any { p.key = key; return nil }

// materialize returns the ctx of the standard library's own kind that stands
// for l. A ctx that is derived from l finds it under cancelKey and hangs on
// it, so it costs no goroutine, and context.Cause reads the cause from it.
func (l *lifetime) materialize() context.Context {
	h := l.open()
	if h == nil {
		h = l.hub.Load()
		inner, _ := newInner(l, ending{h.err, h.cause})
		return inner
	}
	l.tether(h)
	l.ending() // latch a foreign ctx's end
	h.mu.Lock()
	inner, e := h.inner, ending{h.err, h.cause}
	h.mu.Unlock()
	if inner != nil {
		return inner
	}
	inner, trip := newInner(l, e)
	h.mu.Lock()
	switch {
	case h.inner != nil: // somebody else was faster
		inner, trip = h.inner, nil
	default:
		h.inner, h.trip = inner, trip
	}
	missed := h.ended.Load() && e.err == nil
	h.mu.Unlock()
	if missed && trip != nil {
		trip()
	}
	return inner
}

// newInner makes an inner ctx, and the function that ends it with what its
// lifetime has ended with by then.
func newInner(l *lifetime, e ending) (inner context.Context, trip func()) {
	p := &parent{life: l, dead: e.err != nil}
	inner, release := context.WithCancel(p)
	return inner, func() { p.trip(); release() }
}

// parent is what the inner ctx takes for its parent. It makes inner end with
// the exact Err and Cause of the lifetime, which no cancel function could.
type parent struct {
	life *lifetime
	dead bool
	trip func()
}

// never is a channel that nobody waits for: it says only that p can end.
var never = make(chan struct{})

func (p *parent) Done() <-chan struct{} {
	if p.dead {
		return closed
	}
	return never
}

func (p *parent) AfterFunc(f func()) func() bool {
	p.trip = f
	return func() bool { return false }
}

func (p *parent) Err() error {
	if h := p.life.hub.Load(); h != nil && h.ended.Load() {
		return h.err
	}
	return nil
}

func (p *parent) Deadline() (time.Time, bool) { return p.life.Deadline() }

func (p *parent) Value(key any) any {
	if key != cancelKey {
		return p.life.Value(key)
	}
	h := p.life.hub.Load()
	if h == nil || !h.ended.Load() {
		return nil
	}
	carrier, cancel := context.WithCancelCause(context.Background())
	cancel(h.cause)
	return carrier.Value(key)
}
