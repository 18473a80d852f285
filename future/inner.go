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
	ctx    context.Context
	life   *lifetime
	hub    *hub
	trip   func() // ends ctx with what hub has ended with; may be called again
	cancel context.CancelFunc
}

// parent is an inner in its role as the parent of ctx.
type parent inner

// materialize returns the inner ctx for l: alive, or with l's cause.
func (l *lifetime) materialize() context.Context {
	if _, ended := l.ending(); ended {
		if h := l.hub.Load(); h != nil {
			return h.remains()
		}
		return finishedHub.carrier()
	}
	h := l.open()
	if h == nil {
		return l.hub.Load().remains()
	}
	in := h.inner.Load()
	if in == nil {
		l.tether(h)
		in = &inner{life: l, hub: h}
		in.ctx, in.cancel = context.WithCancel((*parent)(in))
		if !h.inner.CompareAndSwap(nil, in) {
			in = h.inner.Load()
		}
	}
	in.catchUp()
	return in.ctx
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

// remains is what stands for a lifetime that has ended: its inner ctx, or one
// that has nothing but a closed channel and the cause.
func (h *hub) remains() context.Context {
	if in := h.inner.Load(); in != nil {
		in.catchUp()
		return in.ctx
	}
	return h.carrier()
}

// carrier is a ctx of the standard library's that has ended with h's cause.
func (h *hub) carrier() context.Context {
	if ctx := h.dead.Load(); ctx != nil {
		return *ctx
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(h.cause)
	h.dead.Store(&ctx)
	return ctx
}

// never is a channel that nobody waits for: it says only that a parent can end.
var never = make(chan struct{})

func (p *parent) Done() <-chan struct{} { return never }

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
	return p.hub.carrier().Value(key)
}
