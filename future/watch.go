package future

import "sync"

// Rule says when a future that watches several inputs is complete: as soon as
// one of the counts is reached. A count of zero or less is never reached.
type Rule struct {
	Successes int // inputs that have succeeded
	Failures  int // inputs that have failed
	Total     int // inputs that are complete

	// Owns says that the inputs serve this future alone: when it is complete,
	// those that are not are cancelled with Lost as the cause, and a
	// cancellation of the future is passed on to them.
	Owns bool
	Lost error
	// Holds, if not nil, is released when the future is complete.
	Holds Releaser
}

// Tally is what a [Watch] has seen when its rule is met.
type Tally struct {
	Last   int // the input that met the rule
	places []node
}

// Counted reports whether input i was complete when the rule was met.
func (t Tally) Counted(i int) bool { return t.places[i].is(counted) }

// Watch returns a future that is complete when rule is met, with what collect
// makes of the inputs then. It is the primitive below All, Race, Any, Quorum,
// Settle and Zip. Inputs that are complete already count in their order.
//
// collect may read the inputs by Peek. It runs once, on whichever goroutine
// completes the deciding input, so it must be quick and free of user code; a
// panic becomes a [*PanicError]. If it returns the error of the deciding
// input, reports keep the name of the work that failed. Watch keeps inputs; do
// not change it. A rule that no outcome can meet is never met.
//
// Cancellation: ends the future at once; reaches the inputs if the rule owns them.
// Cost: three allocations.
func Watch[R any, F Input](inputs []F, rule Rule, collect func(Tally) (R, error)) Future[R] {
	mustFunc("future.Watch", collect == nil)
	w := &watch[R, F]{inputs: inputs, rule: rule, collect: collect, out: &state[R]{}, places: make([]node, len(inputs))}
	w.act = w
	w.out.work = &w.node
	for i := range inputs {
		if c := inputs[i].core(); c != nil && c.scope != nil {
			w.out.scope = c.scope
			break
		}
	}
	out := Future[R]{w.out} // w lets go of it when it is complete
	var next chain
	places := w.places
	for i := range places {
		places[i].act, places[i].index = w, int32(i)
	}
	for i := range inputs {
		place, c := &places[i], inputs[i].core()
		if c == nil || !c.push(place) {
			more, _ := w.settle(place)
			next.append(more)
		}
	}
	resume(next)
	return out
}

// watch stands behind a future with several inputs. It has a node in the list
// of each, and one more as the work behind its own.
type watch[R any, F Input] struct {
	node
	rule    Rule
	collect func(Tally) (R, error)
	out     *state[R]
	inputs  []F // not read once met, but by who met it
	places  []node

	mu         sync.Mutex
	ok, failed int
	met        bool // or cancelled
}

// settle counts one input.
func (w *watch[R, F]) settle(n *node) (chain, bool) {
	i := int(n.index)
	n.act = nil // this node is nobody's any more
	w.mu.Lock()
	if w.met {
		w.mu.Unlock()
		return chain{}, false
	}
	err := w.failure(i)
	if err == nil {
		w.ok++
	} else {
		w.failed++
	}
	n.set(counted)
	w.met = err == nil && w.ok == w.rule.Successes || err != nil && w.failed == w.rule.Failures || w.ok+w.failed == w.rule.Total
	met := w.met
	w.mu.Unlock()
	observe(err)
	if !met {
		return chain{}, false
	}
	return w.finish(i), false
}

// failure is input i's error as it keeps it.
func (w *watch[R, F]) failure(i int) error {
	if c := w.inputs[i].core(); c != nil {
		return c.err
	}
	return ErrZero
}

func (w *watch[R, F]) finish(last int) chain {
	var v R
	var err error
	thrown := guard(func() { v, err = w.collect(Tally{last, w.places}) }, func(err error) { resume(w.out.fail(err, w)) })
	if thrown != nil {
		err = thrown
	}
	if f, ok := w.failure(last).(*failure); ok && err != nil && same(err, f.err) {
		err = f
	}
	next := w.out.settle(v, err, w)
	var s sweep
	w.part(&s, asked(w.rule.Lost))
	next.append(s.run())
	return next
}

// part lets go of the inputs; those that are owned and not complete are cancelled.
func (w *watch[R, F]) part(s *sweep, e ending) {
	if w.rule.Holds != nil {
		w.rule.Holds.Release()
	}
	if w.ok+w.failed < len(w.inputs) {
		for i := range w.inputs {
			place, c := &w.places[i], w.inputs[i].core()
			if c == nil || place.is(counted) {
				continue
			}
			c.abandon(place, true)
			if w.rule.Owns {
				s.future(c, e)
			}
		}
	}
	w.inputs, w.places, w.collect, w.out, w.rule = nil, nil, nil, nil, Rule{}
}

func (w *watch[R, F]) cancel(s *sweep, e ending, _ reach) {
	w.mu.Lock()
	met := w.met
	w.met = true
	w.mu.Unlock()
	if met {
		return
	}
	s.out.append(w.out.fail(e.failure(), w))
	w.part(s, e)
}

func (w *watch[R, F]) run() chain                { return chain{} }
func (w *watch[R, F]) over() bool                { return false }
func (w *watch[R, F]) input() *core              { return nil }
func (w *watch[R, F]) home() *Scope              { return nil }
func (w *watch[R, F]) lobby() *lobby             { return nil }
func (w *watch[R, F]) place() (*origin, uintptr) { return nil, 0 }
