package future

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"github.com/jade-go/jade/internal/must"
)

// Scope joins what is started in it: when Close returns, no goroutine of the
// scope runs. Its methods may be called from several goroutines at once.
type Scope struct {
	ctx   weak.Pointer[workCtx] // what hangs on it keeps it; futures keep the scope, but not what its ctx has
	outer *Scope                // joins this one too
	depth int                   // how many are around it
	grace time.Duration
	hook  func(error)

	closed  atomic.Bool  // nothing new starts
	silent  atomic.Bool  // Close has waited: it reports nothing that fails later; set under mu
	running atomic.Int32 // goroutines that work for the scope or visit it, and nested scopes that have some; to zero and from it under mu

	mu       sync.Mutex      // also of the list of what hangs on ctx
	idle     chan struct{}   // closed when running gets to zero; made by who waits for that
	failures *duty           // a ring: failures that nobody has observed
	listed   int             // how many those are
	excess   int             // how many more there were since
	counts   int             // how often that number was reported
	calls    map[*node]place // what runs without a ctx; only with a grace
}

// ScopeOption changes how a scope closes.
type ScopeOption func(*Scope)

// Grace lets Close give up after d: it then returns a [*StragglerError] that
// names what ignored its ctx. Without it Close waits as long as it takes. A d
// of zero or less gives up at once.
func Grace(d time.Duration) ScopeOption {
	return func(s *Scope) { s.grace = max(d, 1) }
}

// Unobserved makes Close call fn with each failure that nobody looked at,
// as an [*UnobservedError], instead of returning them. A failure is observed
// once Await or Peek of any future with that failure has returned it, or OnDone has passed it to a function. If a
// combinator takes the failure as input, its own future has it, and has to be looked at instead. Cancellations are not reported, nor are failures
// that only repeat how the scope's ctx ended. The scope keeps a hundred failures;
// if there are more, a last report says how many.
//
// Concurrency: fn runs in a goroutine that Close waits for, one call after another.
// Panics: Close returns them as unobserved failures.
func Unobserved(fn func(error)) ScopeOption {
	if fn == nil {
		panic("future.Unobserved: nil function")
	}
	return func(s *Scope) { s.hook = fn }
}

// WithScope returns a ctx whose work belongs to a new scope, for
// `defer scope.Close()`. [Run] does the same around a function.
//
// The scope is nested in that of ctx, if there is one, which then joins its
// work too. When ctx ends, so does the scope's ctx.
// Cost: one allocation; a registration with ctx when something first hangs on the scope.
func WithScope(ctx context.Context, opts ...ScopeOption) (context.Context, *Scope) {
	c, s := newScope("future.WithScope", ctx, opts)
	return c, s
}

// scopeCtx is the ctx of a scope. It is apart from the scope, so that what
// keeps the scope does not keep what the ctx has.
type scopeCtx struct {
	workCtx
	own  parent
	kids children
}

// newScope makes a scope for the function called where.
func newScope(where string, ctx context.Context, opts []ScopeOption) (context.Context, *Scope) {
	must.HaveCtx(where, ctx)
	s := &Scope{}
	for _, opt := range opts {
		if opt == nil {
			panic(where + ": nil option")
		}
		opt(s)
	}
	c := &scopeCtx{}
	c.work, c.passive = scopeEnd{&c.workCtx, s}, true
	if c.parent = shared(ctx); c.parent == nil {
		c.own = newParent(ctx)
		c.parent = &c.own
	}
	if s.outer = c.parent.scope; s.outer != nil {
		s.depth = s.outer.depth + 1
	}
	c.kids.own = s
	c.kids.parent = parent{ctx: &c.workCtx, owner: &c.workCtx, edge: c.parent.edge, scope: s, observer: c.parent.observer}
	c.workCtx.kids.Store(&c.kids)
	s.ctx = weak.Make(&c.workCtx)
	e := c.parent.ending()
	if e == nil {
		e = c.attach(false, true)
	}
	if e != nil {
		c.end(e)
	}
	return &c.workCtx, s
}

// Run calls body with the ctx of a new scope and closes the scope when body
// returns: what still runs is cancelled and joined before Run returns.
//
// Failure: body's error, joined with what Close returns.
// Panics: a panic of body is returned as a [*PanicError]; a runtime.Goexit
// closes the scope and ends the caller's goroutine.
// Cancellation: Run waits for body to return, even if ctx ends.
func Run[T any](ctx context.Context, body func(context.Context) (T, error), opts ...ScopeOption) (v T, err error) {
	must.HaveFunc("future.Run", body == nil)
	ctx, scope := newScope("future.Run", ctx, opts)
	returned := false
	defer func() {
		if !returned {
			err = thrown(recover())
		}
		if closing := scope.Close(); closing != nil {
			err = both(err, closing)
		}
	}()
	v, err = body(ctx)
	returned = true
	return v, err
}

// both joins two errors without hiding a lone one in a list.
func both(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}

// Close cancels what still runs in the scope, with a cause that matches
// [ErrScopeClosed], fails its pending promises and continuations, and waits
// until none of its goroutines runs. From the moment it begins nothing new
// starts in the scope, save the Finally of an input that is none of its work,
// whenever that completes. Close may be called again, and then joins again.
//
// Failure: the failures that nobody observed, joined, unless the scope was
// made with [Unobserved]; and with [Grace] a [*StragglerError].
// Close from inside the scope's own work waits for itself, as sync.WaitGroup
// does; only Grace ends that.
func (s *Scope) Close() error {
	mustScope("future.Scope.Close", s)
	s.closed.Store(true)
	c := s.ctx.Value()
	if c != nil {
		c.end(closing)
	}
	var err error
	for err = s.wait(); err == nil && !s.silence(); err = s.wait() {
	}
	if c != nil {
		c.detach() // once nothing is listed any more, so that stragglers can be named
	}
	switch {
	case s.anyFailure():
		err = both(s.report(c), err)
	case err == nil:
		err = s.wait() // another Close may be reporting
	}
	return err
}

// Wait waits until no goroutine of the scope runs, and cancels nothing. It
// does not wait for promises, nor for a continuation whose input is none of
// the scope's work. Work that is started while it waits is waited for too.
//
// Wait from inside the scope's own work waits for itself, as sync.WaitGroup does.
func (s *Scope) Wait() {
	mustScope("future.Scope.Wait", s)
	for {
		idle := s.idling()
		if idle == nil {
			return
		}
		<-idle
	}
}

// WaitFor is Wait for d at the most. It reports whether nothing ran in the end.
func (s *Scope) WaitFor(d time.Duration) bool {
	mustScope("future.Scope.WaitFor", s)
	var timer *time.Timer
	for {
		idle := s.idling()
		if idle == nil {
			return true
		}
		if timer == nil {
			timer = time.NewTimer(d)
			defer timer.Stop()
		}
		select {
		case <-idle:
		case <-timer.C:
			return s.idling() == nil
		}
	}
}

// wait is Wait within the grace.
func (s *Scope) wait() error {
	switch {
	case s.grace <= 0:
		s.Wait()
	case !s.WaitFor(s.grace):
		return &StragglerError{Grace: s.grace, Names: s.stragglers()}
	}
	return nil
}
