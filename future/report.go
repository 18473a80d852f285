package future

import (
	"errors"
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
func (s *Scope) report() error {
	r := &reporter{scope: s}
	r.start()
	late := s.wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return both(r.rest, late)
}

type reporter struct {
	scope *Scope
	rest  error // what Close returns; guarded by scope.mu
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
		finished = true
	}()
}

func (r *reporter) tell(f *failure) {
	report := &UnobservedError{Name: f.label(), Err: f.err}
	guard(func() {
		switch {
		case IsCanceled(f.err) || r.scope.inherited(f.err):
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
func (s *Scope) inherited(err error) (is bool) {
	defer func() { _ = recover() }() // a method of err's that panics is no answer
	e, ended := s.life.told()
	return ended && repeats(err, e)
}

// repeats reports whether err is what a ctx has ended with, or wraps nothing
// else: a join of it with something new is news.
func repeats(err error, e ending) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if same(err, e.cause) || same(err, e.err) {
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

func (s *Scope) anyFailure() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failures != nil
}

// takeFailure takes the oldest failure off the list.
func (s *Scope) takeFailure() *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.failures
	if f != nil {
		f.unlist()
		f.seen = true
	}
	return f
}

// complain reports the panic of a callback that belongs to no scope.
func complain(name string, err error) {
	slog.Error("future: callback failed and no scope reports it", "callback", name, "error", err)
}

// stragglers names what runs in the scope.
func (s *Scope) stragglers() (names []string) {
	places := s.top.running(nil)
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

// running lists the members of h that run, and theirs. It goes down with the
// locks of the way held, outer before inner; nothing takes them upwards.
func (h *hub) running(places []place) []place {
	h.mu.Lock()
	defer h.mu.Unlock()
	for m := h.members; m != nil; {
		places = m.running(places)
		if m = m.right; m == h.members {
			break
		}
	}
	return places
}

func (l *lifetime) running(places []place) []place {
	if h := l.hub.Load(); h != nil && h.life == l {
		places = h.running(places)
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.finished {
			return places
		}
	}
	if several, ok := l.act.(interface{ places() []place }); ok {
		return append(places, several.places()...)
	}
	if p := l.act.place(); p.from != nil && l.is(claimed) {
		places = append(places, p)
	}
	return places
}
