package future

// This file is how a [Watch] ends when its rule is met.

// gather asks for the result, and returns the share of the deciding input
// too. If Gather panics, the future fails with that.
func (w *watch[R]) gather(last int) (in *share, err error, returned bool) {
	defer func() {
		if !returned { // as in guard
			resume(w.conclude(thrown(recover()), nil))
		}
	}()
	t := Tally{Last: last, places: w.places, failed: ErrZero}
	if c := w.g.Input(last).core(); c != nil {
		in = c.failed
		t.failed = in.error()
	}
	return in, w.g.Gather(t, &w.out.value), true
}

// conclude completes the future; in is the share of the deciding input. The
// inputs that were not counted are left before that, so that whoever sees the
// result and closes the scope does not give the losers another cause. What their
// end sets off comes after what the result does.
//
// As a rule this is the end of a goroutine, on the small stack with which it
// started: what is done on the way is in functions of its own, lest it has to grow.
func (w *watch[R]) conclude(err error, in *share) chain {
	losers := w.overtake()
	next := w.complete(err, in)
	w.letGo()
	if losers != nil {
		return losers.after(next, w.out.core.scope)
	}
	return next
}

func (w *watch[R]) complete(err error, in *share) (next chain) {
	switch {
	case err != nil:
		next = w.out.core.fail(w.out.core.again(err, in, w.failures(), place{})) // the error is made of those
	case w.rule.Keeps:
		return w.keep()
	default:
		next = w.out.core.succeed()
	}
	in.take()
	return next
}

// overtake leaves the inputs that were not counted, if there are any, and
// cancels those that are owned. It returns what that sets off.
func (w *watch[R]) overtake() *cancellation {
	if w.ok+w.failed == len(w.places) {
		return nil
	}
	s := &cancellation{}
	var e *ending
	if w.rule.Owns {
		e = lost(w.rule.Lost)
	}
	for i := range w.places {
		if c := w.leave(i); c != nil {
			s.future(c, e, byCancel)
			s.carry()
		}
	}
	return s
}

// after returns what to go on with in home: next, then what s sets off. The caller is counted in home
// alone; other scopes wait until he is through with it.
func (s *cancellation) after(next chain, home *Scope) chain {
	next.append(s.out)
	for _, guest := range s.joinedScopes {
		if guest != home {
			d := &departure{joinedScopes: s.joinedScopes}
			d.act = d
			next.append(chain{&d.node, &d.node})
			return next
		}
	}
	s.leave()
	return next
}

// departure stands in a chain at the place where the joined scopes may be left.
type departure struct {
	node
	joinedScopes
}

func (d *departure) settle(*node) (chain, bool) { d.joinedScopes.leave(); return chain{}, false }
func (d *departure) run() chain                 { return chain{} }
func (d *departure) home() *Scope               { return nil }
func (d *departure) place() place               { return place{} }

// keep completes a future whose result has the failures of the inputs in it.
func (w *watch[R]) keep() (next chain) {
	f, inputs := w.kept()
	if f == nil {
		return w.out.core.succeed()
	}
	next = w.out.core.fail(f)
	for _, in := range inputs {
		in.take()
	}
	return next
}

// kept is the share of a result that has the failures of the inputs in it; nil if there are none.
func (w *watch[R]) kept() (f *share, inputs []*share) {
	for i := range w.places {
		if in := w.counted(i); in != nil {
			inputs = append(inputs, in)
		}
	}
	if inputs == nil {
		return nil, nil
	}
	return &share{of: waived.of, scope: w.out.core.scope, parts: w.failures()}, inputs
}

// failures are those of the inputs that were counted.
func (w *watch[R]) failures() (fs []*failure) {
	for i := range w.places {
		if in := w.counted(i); in != nil {
			fs = append(fs, in.failures()...)
		}
	}
	return fs
}

// counted is the share of input i if that was counted and there is one.
func (w *watch[R]) counted(i int) *share {
	if c := w.g.Input(i).core(); c != nil && w.places[i].is(counted) {
		return c.failed
	}
	return nil
}

// leave leaves input i if it was not counted: its failure is taken, before the
// future fails with it, perhaps. It returns the input if it is to be cancelled.
func (w *watch[R]) leave(i int) *core {
	c := w.g.Input(i).core()
	if c == nil || w.places[i].is(counted) {
		return nil
	}
	w.places[i].drop()
	c.remove(&w.places[i], !w.rule.Keeps)
	if !w.rule.Owns {
		return nil
	}
	return c
}

func (w *watch[R]) letGo() {
	if w.rule.Holds != nil {
		w.rule.Holds.Release()
	}
	w.g, w.places, w.rule.Lost, w.rule.Holds = nil, nil, nil, nil
}
