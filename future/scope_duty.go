package future

// duty is that of a scope to report a failure, for as long as one of its futures has it.
type duty struct {
	of          *failure
	scope       *Scope
	shares      int   // futures
	left, right *duty // siblings while the scope lists it
	excess      int   // only counted, as the scope listed enough: in which count of the scope's, from 1; 0: not so
}

// dutyOf is the duty of a scope, made if create says so. It is called with the lock of the scope held.
func (f *failure) dutyOf(s *Scope, create bool) *duty {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first != nil && f.first.scope == s {
		return f.first
	}
	if d := f.duties[s]; d != nil || !create {
		return d
	}
	d := &duty{of: f, scope: s}
	switch {
	case f.first == nil:
		f.first = d
	case f.duties == nil:
		f.duties = map[*Scope]*duty{s: d}
	default:
		f.duties[s] = d
	}
	return d
}

// maxListed is how many unobserved failures a scope keeps; it counts the rest.
const maxListed = 100

// list is called with the scope's lock held.
func (d *duty) list() {
	scope := d.scope
	if scope.listed == maxListed {
		scope.forgetSeen()
	}
	if scope.listed == maxListed {
		d.excess = scope.counts + 1
		scope.excess++
		return
	}
	scope.listed++
	if first := scope.failures; first == nil {
		d.left, d.right = d, d
		scope.failures = d
	} else {
		d.left, d.right = first.left, first
		first.left.right, first.left = d, d
	}
}

// unlist is called with the scope's lock held.
func (d *duty) unlist() {
	scope := d.scope
	switch {
	case d.excess > 0:
		if d.excess == scope.counts+1 { // not reported yet
			scope.excess--
		}
		d.excess = 0
		return
	case d.right == nil:
		return
	case d.right == d:
		scope.failures = nil
	default:
		d.left.right, d.right.left = d.right, d.left
		if scope.failures == d {
			scope.failures = d.right
		}
	}
	scope.listed--
	d.left, d.right = nil, nil
}

// end is unlist for a caller that does not hold the lock.
func (d *duty) end() {
	d.scope.mu.Lock()
	defer d.scope.mu.Unlock()
	d.unlist()
}

// forgetSeen takes joined failures off the list whose parts were seen. It is called with the lock held.
func (s *Scope) forgetSeen() {
	at := s.failures
	for range s.listed {
		next := at.right
		if !at.of.news() {
			at.unlist()
		}
		at = next
	}
}

// takeFailure takes the oldest failure off the list, nil if there is none.
func (s *Scope) takeFailure() *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.failures
	if first == nil {
		return nil
	}
	first.unlist()
	return first.of
}

// takeExcess returns how many failures were not listed.
func (s *Scope) takeExcess() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.excess
	s.excess = 0
	s.counts++
	return n
}

func (s *Scope) anyFailure() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failures != nil || s.excess > 0
}
