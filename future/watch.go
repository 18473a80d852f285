package future

import (
	"sync"

	"github.com/jade-go/jade/internal/must"
)

// Gatherer makes the result of a future that watches several inputs. It is one
// of the two primitives that every combinator is made of; see [Watch].
type Gatherer[R any] interface {
	// Input returns input i. It always returns the same one, and must be free of user code.
	Input(i int) Input
	// Gather sets the result when the rule is met, or fails. It may read the inputs by
	// [Inspect]. It runs once, on whichever goroutine completes the deciding input,
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
	// Keeps says that the result has the failures of the inputs in it: who looks
	// at the result has seen them, and until then they are news.
	Keeps bool
	// Holds, if not nil, is released when the future is complete.
	Holds Releaser
}

func (r *Rule) met(ok, failed int, lastFailed bool) bool {
	if !lastFailed && ok == r.Successes || lastFailed && failed == r.Failures {
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

// Inspect is [Future.Peek] for a [Gatherer]: to look at an input in this way does
// not count as observing its failure.
func Inspect[T any](f Future[T]) (Result[T], bool) {
	switch {
	case f.s == nil:
		return Result[T]{Err: ErrZero}, true
	case !f.s.core.done():
		return Result[T]{}, false
	}
	return Result[T]{f.s.value, f.s.core.failed.error()}, true
}

// Watch returns a future that is complete when rule is met, with what g makes
// of its n inputs then. It is the primitive below All, Race, Any, Quorum, Settle
// and Zip. Inputs that are complete already count in their order.
//
// If Gather returns the error of the deciding input, reports keep the name of
// the work that failed. A rule that no outcome can meet is never met.
//
// The future belongs to the outermost of the scopes of its inputs. If one of them
// is none of the scope's work, it may be complete after the scope has closed.
// Cancellation: ends the future at once; reaches the inputs if the rule owns them.
// Cost: two allocations; one more for more than two inputs.
func Watch[R any](n int, rule Rule, g Gatherer[R]) Future[R] {
	must.HaveFunc("future.Watch", g == nil)
	w := &watch[R]{rule: rule, g: g, out: &state[R]{}}
	w.out.core.scope = scopeOf(n, g.Input)
	if w.places = w.few[:]; n <= len(w.few) {
		w.places = w.places[:n]
	} else {
		w.places = make([]node, n)
	}
	w.out.core.work = w
	for i := range w.places {
		w.places[i].act, w.places[i].index = w, int32(i)
	}
	places, out := w.places, Future[R]{w.out} // w lets go of them when it is complete
	var ready chain
	for i := range places {
		if c := g.Input(i).core(); c == nil || !c.push(&places[i]) {
			ready.append(chain{&places[i], &places[i]})
		} else if places[i].is(dropped) { // before it was there, perhaps
			c.remove(&places[i], !rule.Keeps)
		}
	}
	resume(ready)
	return out
}

// watch stands behind a future with several inputs. It has a node in the list
// of each.
type watch[R any] struct {
	rule   Rule
	g      Gatherer[R] // g and places are used and let go of by who sets met
	out    *state[R]
	places []node
	few    [2]node

	mu         sync.Mutex
	ok, failed int
	met        bool // or cancelled
}

// scopeOf is the scope of a future with n inputs: the outermost of theirs, among
// those that are not closed if there are any.
func scopeOf(n int, input func(int) Input) *Scope {
	var open, any *Scope
	for i := range n {
		if c := input(i).core(); c != nil && c.scope != nil {
			if any = outermost(any, c.scope); !c.scope.over() {
				open = outermost(open, c.scope)
			}
		}
	}
	if open != nil {
		return open
	}
	return any
}

func outermost(a, b *Scope) *Scope {
	if a == nil || b.depth < a.depth {
		return b
	}
	return a
}

// settle counts one input.
func (w *watch[R]) settle(n *node) (chain, bool) {
	i := int(n.index)
	w.mu.Lock()
	if w.met {
		w.mu.Unlock()
		return chain{}, false
	}
	c := w.g.Input(i).core()
	failed := c == nil || !c.ok()
	if failed {
		w.failed++
	} else {
		w.ok++
	}
	n.set(counted)
	w.met = w.rule.met(w.ok, w.failed, failed)
	met, keeps := w.met, w.rule.Keeps
	w.mu.Unlock()
	if !met {
		if c != nil && !keeps {
			c.failed.take()
		}
		return chain{}, false
	}
	in, err, returned := w.gather(i)
	if !returned {
		return chain{}, false
	}
	return w.conclude(err, in), false
}

func (w *watch[R]) cancel(s *cancellation, e *ending, _ reach) {
	w.mu.Lock()
	met := w.met
	w.met = true
	w.mu.Unlock()
	if met {
		return
	}
	for i := range w.places {
		if c := w.leave(i); c != nil {
			s.future(c, e, byCancel)
		}
	}
	s.fail(&w.out.core, e, place{})
	w.letGo()
}

func (w *watch[R]) run() chain   { return chain{} }
func (w *watch[R]) input() *core { return nil }
func (w *watch[R]) home() *Scope { return w.out.core.scope }
func (w *watch[R]) place() place { return place{} }
