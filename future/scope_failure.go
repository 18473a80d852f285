package future

import (
	"slices"
	"sync"
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

	mu     sync.Mutex       // inside of that of a scope
	first  *duty            // of one scope; guarded by mu, as are
	duties map[*Scope]*duty // those of the others
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

// see notes that somebody has seen f, so that no scope has a duty any more. It returns true to the first.
func (f *failure) see() (first bool) {
	if f.quiet || f.seen.Swap(true) {
		return false
	}
	for _, part := range f.parts {
		part.see()
	}
	f.mu.Lock()
	one, others := f.first, f.duties
	f.first, f.duties = nil, nil
	f.mu.Unlock()
	if one != nil {
		one.end()
	}
	for _, d := range others {
		d.end()
	}
	return true
}

// share is what one future has of a failure. Its scope is to report that, until a user has looked, or somebody who
// depends on the future has taken the failure and with it the duty. The share of a success has the
// failures that its value is made of.
type share struct {
	of     *failure
	scope  *Scope     // that has the duty; nil: none has
	parts  []*failure // that the value of a success is made of
	listed bool       // guarded by scope.mu, as is
	over   bool       // the duty has ended
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
	return c.becauseOf(nil, err, at)
}

// becauseOf is because for an error that joins parts, if there are any. An error that joins news is news: there is
// no need to look into it, which for a join of joins takes long.
func (c *core) becauseOf(parts []*failure, err error, at place) *share {
	f := &struct {
		share
		failure
	}{}
	f.of = &f.failure
	f.err, f.failure.parts = err, parts
	news := slices.ContainsFunc(parts, func(part *failure) bool { return !part.quiet })
	if !news && glance(err) == seemsCanceled {
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

// again is becauseOf for work whose input failed with in: if it returns the
// same error, the failure keeps its name.
func (c *core) again(err error, in *share, parts []*failure, at place) *share {
	if in != nil && in.of.err != nil && same(err, in.error()) {
		return in.passedTo(c)
	}
	f := c.becauseOf(parts, err, at)
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
	if c, ok := f.err.(*endingError); ok {
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

// list makes s the duty of its scope.
func (s *share) list() {
	if s == nil || s.scope == nil {
		return
	}
	s.scope.mu.Lock()
	defer s.scope.mu.Unlock()
	if s.over {
		return
	}
	s.listed = true
	for _, f := range s.failures() {
		if f.quiet {
			continue
		}
		d := f.dutyOf(s.scope, true)
		d.shares++
		if d.shares == 1 && f.news() { // asked last: see
			d.list()
		}
	}
}

// take ends the duty: a user has looked, or somebody else has it now.
func (s *share) take() {
	if s == nil || s.scope == nil {
		return
	}
	s.scope.mu.Lock()
	defer s.scope.mu.Unlock()
	if s.over = true; !s.listed {
		return
	}
	s.listed = false
	for _, f := range s.failures() {
		d := f.dutyOf(s.scope, false)
		if d == nil {
			continue
		}
		d.shares--
		if d.shares == 0 {
			d.unlist()
		}
	}
}

// give is take for a function of a user's that gets the result: it sees the
// failures that a value is made of, and may pass on one that is an error.
func (s *share) give() {
	if s != nil && s.of.err == nil {
		s.see()
	}
	s.take()
}

// label is how reports call the work that failed.
func (f *failure) label() string {
	if f.name != "" {
		return f.name
	}
	return place{pc: f.pc}.label()
}
