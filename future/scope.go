package future

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Scope joins what is started in it: when Close returns, no goroutine of the
// scope runs. Its methods may be called from several goroutines at once.
type Scope struct {
	life  lifetime // the ctx of the scope
	top   hub      // what hangs on that ctx
	above origin   // of the ctx that the scope was made with
	outer *Scope   // joins this one too
	depth int      // how many are around it
	grace time.Duration
	hook  func(error)

	mu       sync.Mutex
	running  int             // goroutines that work for the scope, and nested scopes that have some
	closed   bool            // nothing new starts
	idle     chan struct{}   // closed when running gets to zero; made by who waits for that
	failures *failure        // a ring: failures that nobody has observed
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

// Unobserved makes Close tell fn of each failure that nobody looked at,
// as an [*UnobservedError], instead of returning them. A failure is observed
// once it was returned by Await or Peek or given to an OnDone, from whichever
// of the futures that have failed with it. A combinator that takes it as
// input takes over the duty. What only repeats how the scope's ctx ended is not told, nor are cancellations.
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
	s := newScope("future.WithScope", ctx, opts)
	return &s.life, s
}

// newScope makes a scope for the function called where.
func newScope(where string, ctx context.Context, opts []ScopeOption) *Scope {
	mustCtx(where, ctx)
	s := &Scope{}
	for _, opt := range opts {
		if opt == nil {
			panic(where + ": nil option")
		}
		opt(s)
	}
	s.life.act = scopeEnd{s: s}
	s.life.phase = claimed
	if s.life.from = shared(ctx); s.life.from == nil {
		s.above = ownOrigin(ctx)
		s.life.from = &s.above
	}
	if s.outer = s.life.from.scope; s.outer != nil {
		s.depth = s.outer.depth + 1
	}
	s.top.origin = origin{ctx: &s.life, life: &s.life, scope: s, edge: s.life.nearestEdge(), watch: s.life.from.watch}
	s.life.hub.Store(&s.top)
	if _, ended := s.life.ending(); !ended {
		if e, ok := s.life.attach(false); !ok {
			resume(s.life.endNow(e))
		}
	}
	return s
}

// Run calls body with the ctx of a new scope and closes the scope when body
// returns: what still runs is cancelled and joined before Run returns.
//
// Failure: body's error, joined with what Close returns.
// Panics: a panic of body is returned as a [*PanicError]; a runtime.Goexit
// closes the scope and ends the caller's goroutine.
// Cancellation: Run waits for body to return, even if ctx ends.
func Run[T any](ctx context.Context, body func(context.Context) (T, error), opts ...ScopeOption) (v T, err error) {
	mustFunc("future.Run", body == nil)
	scope := newScope("future.Run", ctx, opts)
	returned := false
	defer func() {
		if !returned {
			err = thrown(recover())
		}
		if closing := scope.Close(); closing != nil {
			err = both(err, closing)
		}
	}()
	v, err = body(&scope.life)
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

// closing is what a scope's ctx ends with.
var closing = ending{context.Canceled, &CanceledError{ErrScopeClosed}}

// outermost is the scope of what has inputs in both.
func outermost(a, b *Scope) *Scope {
	if a == nil || b != nil && b.depth < a.depth {
		return b
	}
	return a
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
	s.mu.Lock()
	s.closed = true
	s.count() // so that what the cancellation sets off is waited for, by another Close too
	s.mu.Unlock()
	resume(s.life.endNow(closing))
	s.leave()
	err := s.wait()
	s.life.detach()
	if s.anyFailure() {
		err = both(s.report(), err)
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

// idling returns a channel that is closed when nothing runs, nil if nothing does now.
func (s *Scope) idling() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == 0 {
		return nil
	}
	if s.idle == nil {
		s.idle = make(chan struct{})
	}
	return s.idle
}

// enter counts a goroutine in, unless the scope is closed. It reports to the
// outer scope while it holds its own lock: always inner before outer.
func (s *Scope) enter() bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.running == 0 && !s.outer.enter() {
		return false
	}
	s.running++
	return true
}

// join counts a goroutine in that has to run even in a closed scope: what a
// cancellation sets off, callbacks, cleanup.
func (s *Scope) join() {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.count()
	s.mu.Unlock()
}

// count counts one more in; the caller holds the lock.
func (s *Scope) count() {
	if s.running == 0 {
		s.outer.join()
	}
	s.running++
}

func (s *Scope) leave() {
	if s == nil {
		return
	}
	s.mu.Lock()
	if s.running--; s.running == 0 {
		if s.idle != nil {
			close(s.idle)
			s.idle = nil
		}
		s.outer.leave()
	}
	s.mu.Unlock()
}

// scopeEnd lets a scope stand among the members of an outer ctx.
type scopeEnd struct {
	unlisted
	s *Scope
}

func (a scopeEnd) cancel(s *sweep, e ending, _ reach) { a.s.life.end(e, s) }
func (a scopeEnd) over() bool                         { return false }
func (a scopeEnd) home() *Scope                       { return a.s }
func (a scopeEnd) lobby() *lobby                      { return nil }
func (a scopeEnd) place() place                       { return place{} }
