package future

import (
	"slices"
	"sync/atomic"
)

// failure is one failure, whichever futures fail with it, and whatever their
// scopes: so it is reported once, by the name of the work that failed, and
// seen through one future it is seen through all.
type failure struct {
	err   error
	name  string     // of the work, or "" and the
	pc    uintptr    // program counter of its function
	quiet bool       // a cancellation, which is no news
	parts []*failure // that err joins; written before anybody else has the failure
	seen  atomic.Bool
}

// news reports whether nobody has seen f. A failure that joins others has been
// seen once they all have.
func (f *failure) news() bool {
	switch {
	case f.quiet || f.seen.Load():
		return false
	case f.parts == nil || slices.ContainsFunc(f.parts, (*failure).news):
		return true
	}
	f.seen.Store(true) // nobody needs to ask the parts again
	return false
}

// see notes that somebody has seen f. It returns true to the first.
func (f *failure) see() (first bool) {
	if f.quiet || f.seen.Swap(true) {
		return false
	}
	for _, part := range f.parts {
		part.see()
	}
	return true
}

// share is what one future has of a failure. A scope lists the shares of its
// futures, until a user has looked, or somebody who depends on the future has
// taken the failure and with it the duty. The share of a success has the
// failures that its value is made of.
type share struct {
	of    *failure
	scope *Scope     // that lists it; nil: none does
	parts []*failure // that the value of a success is made of

	left, right *share // siblings while it is listed; guarded by scope.mu
	excess      bool   // only counted, as the scope lists enough; guarded by scope.mu
	over        bool   // the duty has ended; guarded by scope.mu
}

// news reports whether there is something in s that nobody has seen.
func (s *share) news() bool {
	return s.of.news() || slices.ContainsFunc(s.parts, (*failure).news)
}

// see notes that a user has seen all that is in s.
func (s *share) see() {
	s.of.see()
	for _, f := range s.parts {
		f.see()
	}
}

// failures are those that are reported for s.
func (s *share) failures() []*failure {
	if s.of.err == nil {
		return s.parts
	}
	return []*failure{s.of}
}

// because is a failure of c's with err; at is where it comes from.
func (c *core) because(err error, at place) *share {
	f := &struct {
		share
		failure
	}{}
	f.of = &f.failure
	f.err = err
	if glance(err) == seemsCanceled {
		f.quiet = true
	} else {
		if c.scope != nil {
			f.name = at.name()
		}
		f.pc, f.scope = at.pc, c.scope
	}
	return &f.share
}

// failAs completes c with the failure of an input, whose duty passes on to c.
func (c *core) failAs(in *share) chain {
	next := c.fail(in.passedTo(c))
	in.take()
	return next
}

// passedTo is the share of c, which fails with what in fails with.
func (in *share) passedTo(c *core) *share {
	if in.of.quiet && in.parts == nil {
		return in
	}
	home := in.reporter(c.scope)
	if home == nil {
		return in
	}
	return &share{of: in.of, scope: home, parts: in.parts}
}

// reporter is the scope that is to report what becomes of in: home, or that of
// in if home reports nothing more.
func (in *share) reporter(home *Scope) *Scope {
	if in != nil && in.scope != nil && (home == nil || home.silent.Load() && !in.scope.silent.Load()) {
		return in.scope
	}
	return home
}

// again is because for a body, whose input failed with in: if it returns the
// same error, the failure keeps its name.
func (c *core) again(err error, in *share, at place) *share {
	if in != nil && in.of.err != nil && same(err, in.error()) {
		return in.passedTo(c)
	}
	f := c.because(err, at)
	if f.scope != nil {
		f.scope = in.reporter(f.scope)
	}
	return f
}

// error is the error that a user sees. It does not count as looking.
func (s *share) error() error {
	if s == nil {
		return nil
	}
	return s.of.told()
}

func (f *failure) told() error {
	if c, ok := f.err.(*cut); ok {
		return c.decide()
	}
	return f.err
}

// observe is error for a user, who has seen it now.
func (s *share) observe() error {
	if s != nil {
		s.see()
		s.take()
	}
	return s.error()
}

// maxListed is how many unobserved failures a scope keeps; it counts the rest.
const maxListed = 100

// list makes s the duty of its scope.
func (s *share) list() {
	if s == nil || s.scope == nil {
		return
	}
	scope := s.scope
	scope.mu.Lock()
	defer scope.mu.Unlock()
	if s.over || !s.news() {
		return
	}
	if scope.listed == maxListed {
		scope.forgetSeen()
	}
	if scope.listed == maxListed {
		s.excess = true
		scope.excess++
		return
	}
	scope.listed++
	if first := scope.failures; first == nil {
		s.left, s.right = s, s
		scope.failures = s
	} else {
		s.left, s.right = first.left, first
		first.left.right, first.left = s, s
	}
}

// take ends the duty: a user has looked, or somebody else has it now.
func (s *share) take() {
	if s == nil || s.scope == nil {
		return
	}
	s.scope.mu.Lock()
	defer s.scope.mu.Unlock()
	s.over = true
	s.unlist()
}

// give is take for a function of a user's that gets the result: it sees the
// failures that a value is made of, and may pass on one that is an error.
func (s *share) give() {
	if s != nil && s.of.err == nil {
		s.see()
	}
	s.take()
}

// unlist is called with the scope's lock held.
func (s *share) unlist() {
	scope := s.scope
	switch {
	case s.excess:
		s.excess = false
		scope.excess--
		return
	case s.right == nil:
		return
	case s.right == s:
		scope.failures = nil
	default:
		s.left.right, s.right.left = s.right, s.left
		if scope.failures == s {
			scope.failures = s.right
		}
	}
	scope.listed--
	s.left, s.right = nil, nil
}

// forgetSeen takes what was seen through another future off the list. It is called with the lock held.
func (s *Scope) forgetSeen() {
	at := s.failures
	for range s.listed {
		next := at.right
		if !at.news() {
			at.unlist()
		}
		at = next
	}
}

// takeFailures takes the oldest share off the list and returns its failures.
func (s *Scope) takeFailures() (fs []*failure, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.failures
	if first == nil {
		return nil, false
	}
	first.unlist()
	return first.failures(), true
}

// takeExcess returns how many failures were not listed.
func (s *Scope) takeExcess() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.excess
	s.excess = 0
	return n
}

func (s *Scope) anyFailure() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failures != nil || s.excess > 0
}

// label is how reports call the work that failed.
func (f *failure) label() string {
	if f.name != "" {
		return f.name
	}
	return place{pc: f.pc}.label()
}
