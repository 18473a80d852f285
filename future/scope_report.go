package future

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// StragglerError says what still runs after [Scope.Close] has waited for the
// scope's [Grace].
type StragglerError struct {
	Grace time.Duration
	Names []string // of the work; a name twice means two of them
}

func (e *StragglerError) Error() string {
	return "future.Scope.Close: still running after " + e.Grace.String() + ": " + strings.Join(e.Names, ", ")
}

// UnobservedError is a failure that nobody looked at before its scope closed.
type UnobservedError struct {
	Name string // of the work: see Named
	Err  error
}

func (e *UnobservedError) Error() string {
	return "unobserved failure of " + e.Name + ": " + line(e.Err)
}

// Unwrap returns the failure.
func (e *UnobservedError) Unwrap() error { return e.Err }

// report tells of the failures that nobody observed, and forgets them. What
// it calls is the user's: the hook, and the methods of foreign errors. So it
// does that in a goroutine, which counts as the scope's: with a grace, a hook
// that hangs is a straggler.
func (s *Scope) report(c *workCtx) error {
	r := &reporter{scope: s, ctx: c}
	r.start()
	late := s.wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return both(r.rest, late)
}

type reporter struct {
	scope *Scope
	ctx   *workCtx // of the scope, unless an earlier Close has reported already
	rest  error    // what Close returns; guarded by scope.mu
}

func (r *reporter) start() {
	r.scope.join()
	go func() {
		defer r.scope.leave()
		finished := false
		defer func() {
			if !finished { // the hook has called runtime.Goexit; another goroutine tells the rest
				r.start()
			}
		}()
		for f := r.scope.takeFailure(); f != nil; f = r.scope.takeFailure() {
			r.tell(f)
		}
		if n := r.scope.takeExcess(); n > 0 {
			r.tell(&failure{name: "more work", err: fmt.Errorf("%d more failures: a scope keeps the first %d", n, maxListed)})
		}
		finished = true
	}()
}

func (r *reporter) tell(f *failure) {
	report := &UnobservedError{Name: f.label(), Err: f.err}
	guard(func() {
		switch {
		case IsCanceled(f.err) || r.inherited(f.err): // another scope may tell of it
		case !f.news() || !f.see():
		case r.scope.hook != nil:
			r.scope.hook(report)
		default:
			r.keep(report)
		}
	}, func(err error) {
		r.keep(report, &UnobservedError{Name: "Unobserved", Err: err})
	})
}

// inherited reports whether err only repeats what the scope's own ctx ended with.
func (r *reporter) inherited(err error) (is bool) {
	defer func() { _ = recover() }() // a method of err's that panics is no answer
	if r.ctx == nil {
		return false
	}
	e := r.ctx.kids.Load().end.Load()
	return e != nil && repeats(err, e)
}

// repeats reports whether err is what a ctx has ended with, or wraps nothing
// else: a join of it with something new is news.
func repeats(err error, e *ending) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if same(err, e.cause) || same(err, e.err) || same(err, e.share.error()) {
			return true
		}
		if _, ok := err.(*PanicError); ok {
			return false
		}
		if join, ok := err.(interface{ Unwrap() []error }); ok {
			parts := join.Unwrap()
			return len(parts) > 0 && !slices.ContainsFunc(parts, func(part error) bool { return !repeats(part, e) })
		}
	}
	return false
}

func (r *reporter) keep(errs ...error) {
	r.scope.mu.Lock()
	defer r.scope.mu.Unlock()
	for _, err := range errs {
		r.rest = both(r.rest, err)
	}
}

// fail counts err as an unobserved failure of s; without a scope it is logged.
func (s *Scope) fail(name string, err error) {
	if s != nil {
		(&share{of: &failure{err: err, name: name, quiet: glance(err) == seemsCanceled}, scope: s}).list()
	} else {
		complain(name, err)
	}
}

// complain reports the panic of a callback that belongs to no scope.
func complain(name string, err error) {
	slog.Error("future: callback failed and no scope reports it", "callback", name, "error", err)
}

// stragglers names what runs in the scope.
func (s *Scope) stragglers() (names []string) {
	places := s.list().running(nil)
	s.mu.Lock()
	for _, p := range s.calls {
		places = append(places, p)
	}
	s.mu.Unlock()
	for _, p := range places {
		names = append(names, p.label())
	}
	if names == nil { // it has just begun, or is just about to end
		names = append(names, place{}.label())
	}
	return names
}

// tracked calls run, which is n's and has no ctx by which it is listed, so
// that the scope can name it. Only a scope that gives up needs to.
func (s *Scope) tracked(n *node) chain {
	if s == nil || s.grace <= 0 {
		return n.act.run()
	}
	s.mu.Lock()
	if s.calls == nil {
		s.calls = make(map[*node]place)
	}
	s.calls[n] = n.act.place()
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.calls, n)
		s.mu.Unlock()
	}()
	return n.act.run()
}

// running lists the members of k that run, and theirs. One lock is held at a time.
func (k *children) running(places []place) []place {
	lists := []*children{k}
	for len(lists) > 0 {
		k, lists = lists[0], lists[1:]
		lock := k.lock()
		lock.Lock()
		for c := k.first; c != nil; {
			if own := c.kids.Load(); own != nil && own.owner == c {
				lists = append(lists, own)
			}
			if body, ok := c.work.(interface{ runs() bool }); ok && body.runs() && !c.over || c.holds {
				places = append(places, placesOf(c.work)...)
			}
			if c = c.right; c == k.first {
				break
			}
		}
		lock.Unlock()
	}
	return places
}

func placesOf(w worker) []place {
	if several, ok := w.(interface{ places() []place }); ok {
		return several.places()
	}
	if p := w.place(); p.from != nil {
		return []place{p}
	}
	return nil
}
