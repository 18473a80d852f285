package future

import "context"

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

// stdCtx is the ctx of the standard library's own kind that stands for a
// workCtx once somebody asks for its channel or cause. A ctx that is derived
// from the workCtx finds it under cancelKey and hangs on it: so it costs no
// goroutine, and ends when cancel returns.
//
// It hangs on the nearest foreign ctx around in the same way. So once it is
// there, it decides which of several ends of the workCtx came first.
type stdCtx struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// std returns the ctx that stands for c: alive, or with c's cause.
func (c *workCtx) std() context.Context {
	if e := c.ending(); e != nil {
		return c.kids.Load().remains(e)
	}
	k := c.open()
	if k.owner != c {
		return k.remains(k.end.Load())
	}
	if std := k.std.Load(); std != nil {
		return std.ctx
	}
	around := context.Background()
	if c.parent.edge != nil {
		around = c.parent.edge
	}
	var std stdCtx
	std.ctx, std.cancel = context.WithCancelCause(around)
	k.lock().Lock()
	wanted := k.end.Load() == nil && k.std.Load() == nil
	if wanted {
		k.made = std
		k.std.Store(&k.made)
	}
	k.lock().Unlock()
	if wanted {
		return std.ctx
	}
	std.cancel(nil)
	return k.remains(k.end.Load())
}

// end ends s with e, unless it has ended, and returns what it has ended with.
func (s *stdCtx) end(e *ending) *ending {
	cause := e.stdCause()
	s.cancel(cause)
	if same(context.Cause(s.ctx), cause) {
		return e
	}
	return endingOf(s.ctx)
}

// remains is what stands for a ctx that has ended with e: its inner ctx, or one
// that has nothing but a closed channel and the cause.
func (k *children) remains(e *ending) context.Context {
	if std := k.std.Load(); std != nil {
		return std.ctx
	}
	return e.remains()
}

func (e *ending) remains() context.Context {
	if dead := e.dead.Load(); dead != nil {
		return dead.ctx
	}
	dead := &stdCtx{}
	dead.ctx, dead.cancel = context.WithCancelCause(context.Background())
	dead.cancel((*endingError)(e).reason())
	e.dead.Store(dead)
	return dead.ctx
}

// reason is what the standard library is to read the cause of c from. That of a
// deadline is not what the inner ctx was cancelled with.
func (c *workCtx) reason() context.Context {
	if e := c.ending(); e != nil && e.err != context.Canceled {
		return e.remains()
	}
	return c.std()
}

// orderlyCtx is a foreign ctx whose Err is set as soon as its Done is closed. The
// standard library crashes on one where it is not.
type orderlyCtx struct{ context.Context }

func (s orderlyCtx) Err() error {
	if err := s.Context.Err(); err != nil {
		return err
	}
	select {
	case <-s.Done():
		err, _ := whyEnded(s.Context)
		return err
	default:
		return nil
	}
}

func (s orderlyCtx) String() string { return "jade.Context" }

// orderly returns ctx as the standard library can have it for a parent.
func orderly(ctx context.Context) context.Context {
	if std, ok := ctx.Value(cancelKey).(context.Context); ok && std.Done() == ctx.Done() {
		return ctx // of the standard library's own kind
	}
	if _, tells := ctx.(interface{ AfterFunc(func()) func() bool }); tells {
		return ctx // and so it is asked in another way
	}
	return orderlyCtx{ctx}
}
