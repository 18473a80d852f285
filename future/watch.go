package future

import "sync"

// Gatherer makes the result of a future that watches several inputs. It is one
// of the two primitives that every combinator is made of; see [Watch].
type Gatherer[R any] interface {
	// Input returns input i. It always returns the same one, and must be free of user code.
	Input(i int) Input
	// Gather sets the result when the rule is met, or fails. It may read the inputs by
	// Peek. It runs once, on whichever goroutine completes the deciding input,
	// so it must be quick and free of user code; a panic becomes a [*PanicError].
	Gather(t Tally, v *R) error
}

// Input is a future of any type, as something to wait for.
type Input interface {
	// core returns the part of the future without its type, nil for the zero Future.
	core() *core
}

func (f Future[T]) core() *core {
	if f.s == nil {
		return nil
	}
	return &f.s.core
}

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

func (r *Rule) met(ok, failed int, last error) bool {
	if last == nil && ok == r.Successes || last != nil && failed == r.Failures {
		return true
	}
	return ok+failed == r.Total
}

// Tally is what a [Watch] has seen when its rule is met.
type Tally struct {
	Last   int // the input that met the rule
	failed error
	places []node
}

// Failure returns the error of that input, nil if it succeeded.
func (t Tally) Failure() error { return t.failed }

// Counted reports whether input i was complete when the rule was met.
func (t Tally) Counted(i int) bool { return t.places[i].is(counted) }

// Watch returns a future that is complete when rule is met, with what g makes
// of its n inputs then. It is the primitive below All, Race, Any, Quorum, Settle
// and Zip. Inputs that are complete already count in their order.
//
// If Gather returns the error of the deciding input, reports keep the name of
// the work that failed. A rule that no outcome can meet is never met.
//
// The future belongs to the outermost of the scopes of its inputs.
// Cancellation: ends the future at once; reaches the inputs if the rule owns them.
// Cost: three allocations; two for one or two inputs.
func Watch[R any](n int, rule Rule, g Gatherer[R]) Future[R] {
	mustFunc("future.Watch", g == nil)
	w := &watch[R]{rule: rule, g: g, out: &state[R]{}}
	w.act = w
	if w.places = w.few[:]; n <= len(w.few) {
		w.places = w.places[:n]
	} else {
		w.places = make([]node, n)
	}
	w.out.work = &w.node
	places, out := w.places, Future[R]{w.out} // w lets go of them when it is complete
	for i := range places {
		places[i].act, places[i].index = w, int32(i)
		if c := g.Input(i).core(); c != nil {
			out.s.scope = outermost(out.s.scope, c.scope)
		}
	}
	var next chain
	for i := range places {
		if c := g.Input(i).core(); c == nil || !c.push(&places[i]) {
			more, _ := w.settle(&places[i])
			next.append(more)
		}
	}
	resume(next)
	return out
}

// watch stands behind a future with several inputs. It has a node in the list
// of each, and one more as the work behind its own future.
type watch[R any] struct {
	node
	rule   Rule
	g      Gatherer[R] // g, out and places are used and let go of by who sets met
	out    *state[R]
	places []node
	few    [2]node
	hall   lobby

	mu         sync.Mutex
	ok, failed int
	met        bool // or cancelled
}

// settle counts one input.
func (w *watch[R]) settle(n *node) (chain, bool) {
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
	met := w.rule.met(w.ok, w.failed, err)
	w.met = met
	w.mu.Unlock()
	take(err)
	if !met {
		return chain{}, false
	}
	return w.finish(i), false
}

// failure is input i's error as it keeps it.
func (w *watch[R]) failure(i int) error {
	if c := w.g.Input(i).core(); c != nil {
		return c.err
	}
	return ErrZero
}

func (w *watch[R]) finish(last int) chain {
	var err error
	kept := w.failure(last)
	t := Tally{last, bare(kept), w.places}
	if !guard(func() { err = w.g.Gather(t, &w.out.value) }, func(err error) { resume(w.conclude(err)) }) {
		return chain{}
	}
	if err != nil {
		err = again(err, kept)
	}
	return w.conclude(err)
}

// conclude completes the future. The inputs that were not counted are left
// before that, so that whoever sees the result and closes the scope does not
// give the losers another cause.
func (w *watch[R]) conclude(err error) (next chain) {
	var losers chain
	if w.ok+w.failed < len(w.places) {
		s := &sweep{}
		w.leave(s, asked(w.rule.Lost))
		losers = s.run()
	}
	if err == nil {
		next = w.out.succeed()
	} else {
		next = w.out.fail(err, place{})
	}
	next.append(losers)
	w.letGo()
	return next
}

// leave leaves the inputs that are not counted: their failures are taken,
// before the future fails with one of them, perhaps. Those that are owned are cancelled.
func (w *watch[R]) leave(s *sweep, e ending) {
	for i := range w.places {
		c := w.g.Input(i).core()
		if c == nil || w.places[i].is(counted) {
			continue
		}
		c.abandon(&w.places[i], true)
		if w.rule.Owns {
			s.future(c, e, byCancel)
		}
	}
}

func (w *watch[R]) letGo() {
	if w.rule.Holds != nil {
		w.rule.Holds.Release()
	}
	w.g, w.places, w.out, w.rule = nil, nil, nil, Rule{}
}

func (w *watch[R]) cancel(s *sweep, e ending, _ reach) {
	w.mu.Lock()
	met := w.met
	w.met = true
	w.mu.Unlock()
	if met {
		return
	}
	w.leave(s, e)
	s.out.append(w.out.fail(e.failure(), place{}))
	w.letGo()
}

func (w *watch[R]) run() chain    { return chain{} }
func (w *watch[R]) over() bool    { return false }
func (w *watch[R]) input() *core  { return nil }
func (w *watch[R]) home() *Scope  { return nil }
func (w *watch[R]) lobby() *lobby { return &w.hall }
func (w *watch[R]) place() place  { return place{} }
