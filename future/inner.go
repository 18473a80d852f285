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

// inner is the ctx of the standard library's own kind that stands for a
// lifetime once somebody asks for its channel or cause. A ctx that is derived
// from the lifetime finds it under cancelKey and hangs on it, so it costs no
// goroutine, and context.Cause reads the cause from it.
//
// inner is also what that ctx takes for its parent, so that it ends with the
// exact Err and Cause of the lifetime, which no cancel function could do.
type inner struct {
	ctx     context.Context
	life    *lifetime
	hub     *hub
	trip    func() // ends ctx with what hub has ended with; may be called again; nil if it was born ended
	release context.CancelFunc
}

// parent is an inner in its role as the parent of ctx.
type parent inner

// materialize returns l's inner ctx.
func (l *lifetime) materialize() *inner {
	h := l.open()
	if h == nil { // l ended with nothing hanging on it
		return newInner(l.hub.Load(), l)
	}
	if in := h.inner.Load(); in != nil {
		in.catchUp()
		return in
	}
	l.tether(h)
	l.ending() // notes a foreign ctx's end
	in := newInner(h, l)
	if !h.inner.CompareAndSwap(nil, in) {
		in = h.inner.Load()
	}
	in.catchUp()
	return in
}

func newInner(h *hub, l *lifetime) *inner {
	in := &inner{life: l, hub: h}
	in.ctx, in.release = context.WithCancel((*parent)(in))
	return in
}

// catchUp ends ctx if the lifetime has ended: whoever sees the one sees the other.
func (in *inner) catchUp() {
	if in.hub.ended.Load() {
		select {
		case <-in.ctx.Done():
		default:
			in.trip()
		}
	}
}

// never is a channel that nobody waits for: it says only that a parent can end.
var never = make(chan struct{})

func (p *parent) Done() <-chan struct{} {
	if p.hub.ended.Load() {
		return closed
	}
	return never
}

// AfterFunc is what the standard library calls to be told of the end.
func (p *parent) AfterFunc(f func()) func() bool {
	p.trip = f
	return func() bool { return false }
}

func (p *parent) Err() error {
	if p.hub.ended.Load() {
		return p.hub.err
	}
	return nil
}

func (p *parent) Deadline() (time.Time, bool) { return p.life.Deadline() }

func (p *parent) Value(key any) any {
	if key != cancelKey {
		return p.life.Value(key)
	}
	if !p.hub.ended.Load() {
		return nil
	}
	carrier, cancel := context.WithCancelCause(context.Background())
	cancel(p.hub.cause)
	return carrier.Value(key)
}
