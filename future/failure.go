package future

// failure is one failure of a scope's work, whichever futures fail with it.
// Futures that pass it on share it, so that it is reported once, by the name of
// the work that failed. It is listed with its scope while it is somebody's
// duty and no user has seen it.
type failure struct {
	err   error
	scope *Scope
	name  string  // of the work, or "" and the
	pc    uintptr // program counter of its function

	duties      int      // how many futures have it that nobody has taken; guarded by scope.mu
	seen        bool     // a user has looked, through whichever future; guarded by scope.mu
	left, right *failure // siblings while it is listed; guarded by scope.mu
}

// duty is the form in which a future in a scope keeps its error: its own part
// in a failure.
type duty struct {
	of   *failure
	open bool // guarded by the scope
}

func (d *duty) Error() string { return line(d.of.err) }

// note prepares an error for c, which may fail with it; at is where it comes
// from. A plain cancellation is no news.
func (c *core) note(err error, at place) error {
	if err == nil {
		return nil
	}
	d, noted := err.(*duty)
	if _, canceled := err.(*CanceledError); canceled || c.scope == nil {
		return bare(err)
	}
	switch {
	case !noted:
		return &duty{of: &failure{err: err, scope: c.scope, name: at.name(), pc: at.pc}}
	case d.of.scope == c.scope:
		return &duty{of: d.of}
	}
	f := d.of
	return &duty{of: &failure{err: f.err, scope: c.scope, name: f.name, pc: f.pc, seen: f.wasSeen()}}
}

// keep makes a noted error the duty of the future that fails with it.
func keep(err error) {
	d, ok := err.(*duty)
	if !ok {
		return
	}
	f := d.of
	f.scope.mu.Lock()
	defer f.scope.mu.Unlock()
	d.open = true
	if f.duties++; f.duties == 1 && !f.seen {
		f.list()
	}
}

// take is for whoever has the future of err as its input, and now has the
// duty. It returns the error for its function.
func take(err error) error {
	d, ok := err.(*duty)
	if !ok {
		return err
	}
	f := d.of
	f.scope.mu.Lock()
	defer f.scope.mu.Unlock()
	if d.open {
		d.open = false
		if f.duties--; f.duties == 0 {
			f.unlist()
		}
	}
	return f.err
}

// observe returns the error that a user is to see, and notes that one does.
func observe(err error) error {
	d, ok := err.(*duty)
	if !ok {
		return err
	}
	f := d.of
	f.scope.mu.Lock()
	defer f.scope.mu.Unlock()
	f.seen = true
	f.unlist()
	return f.err
}

// bare returns the error that a user would see.
func bare(err error) error {
	if d, ok := err.(*duty); ok {
		return d.of.err
	}
	return err
}

// again returns err as the future of input has it, if it is the same: so that it keeps its name.
func again(err, input error) error {
	if d, ok := input.(*duty); ok && same(err, d.of.err) {
		return d
	}
	return err
}

// same compares two errors; those of a type that cannot be compared differ.
func same(a, b error) (is bool) {
	defer func() { _ = recover() }()
	return a == b
}

func (f *failure) wasSeen() bool {
	f.scope.mu.Lock()
	defer f.scope.mu.Unlock()
	return f.seen
}

// list and unlist are called with the scope's lock held.
func (f *failure) list() {
	first := f.scope.failures
	if first == nil {
		f.left, f.right = f, f
		f.scope.failures = f
		return
	}
	f.left, f.right = first.left, first
	first.left.right, first.left = f, f
}

func (f *failure) unlist() {
	switch s := f.scope; {
	case f.right == nil:
		return
	case f.right == f:
		s.failures = nil
	default:
		f.left.right, f.right.left = f.right, f.left
		if s.failures == f {
			s.failures = f.right
		}
	}
	f.left, f.right = nil, nil
}

// label is how reports call the work that failed.
func (f *failure) label() string {
	if f.name != "" {
		return f.name
	}
	return place{pc: f.pc}.label()
}
