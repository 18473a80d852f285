package flow

import (
	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
)

// change is one change under the lock, and what is to be done after it. It is small, as a worker has one on its stack.
type change struct {
	st       *state
	ready    chain
	answered bool
	rest     *rest // nil in most turns
}

// rest is what is seldom to be done.
type rest struct {
	canceled []cancellation
	late     []lateCall
	effects  []error // failures
}

// cancellation is the end of a node that runs and that nothing needs any more.
type cancellation struct {
	n           int32
	life, spare engine.Life // what it has
	cause       *future.CanceledError
}

// more is the rest, to add to.
func (t *change) more() *rest {
	if t.rest == nil {
		t.rest = new(rest)
	}
	return t.rest
}

// do does what follows from a change, without the lock. After that nothing is left to do.
func (t *change) do() {
	rest, answered := t.rest, t.answered
	t.rest, t.answered = nil, false
	switch {
	case rest != nil:
		rest.do(t.st, answered)
	case answered:
		t.st.answer()
	}
}

func (r *rest) do(st *state, answered bool) {
	defer st.tellEffects(r.effects) // also if a function of the user's has ended the goroutine
	for _, c := range r.canceled {
		for _, life := range []engine.Life{c.life, c.spare} {
			if life != nil {
				life.End(c.cause)
			}
		}
	}
	for _, l := range r.late {
		st.giveUp(l)
	}
	if answered {
		st.answer()
	}
}

// answer is called when the output is made, or has failed.
func (st *state) answer() {
	if err := st.errs[st.plan.out]; err != nil {
		st.run.owner.fail(err)
		return
	}
	st.run.owner.succeed()
}

// tellEffects tells of effects that have failed. If a function that is told does not return, a new goroutine goes on.
func (st *state) tellEffects(failures []error) {
	for i, err := range failures {
		st.tellEffect(err, failures[i+1:])
	}
}

func (st *state) tellEffect(err error, others []error) {
	returned := false
	defer func() {
		if !returned && len(others) > 0 {
			st.run.beside(func() { st.tellEffects(others) })
		}
	}()
	st.run.owner.tell(err)
	returned = true
}

// made is told that n has a value, or has failed with err.
func (t *change) made(n int32, err error, canceled bool) {
	st, d, s := t.st, t.st.demand, &t.st.plan.specs[n]
	d.phase[n] = made
	st.errs[n], d.cancel[n] = err, canceled
	t.answered = t.answered || n == st.plan.out
	cause := ErrUnneeded
	if s.kind == KindAny {
		cause = combinators.ErrLost
	}
	t.giveUp(n, cause)
	for _, u := range s.users {
		switch {
		case err != nil && t.st.plan.specs[u.node].kind == KindAny:
			if d.failed[u.node]++; d.failed[u.node] == int32(len(t.st.plan.specs[u.node].inputs)) {
				t.look(u.node) // one more failure alone decides nothing
			}
		case u.role != RoleEffect:
			t.look(u.node)
		case d.phase[u.node] != idle && d.phase[u.node] != dropped:
			t.effect(n)
		}
	}
}

// effect notes the failure of n, which runs for an effect, once.
func (t *change) effect(n int32) {
	if d := t.st.demand; d.phase[n] == made && t.st.errs[n] != nil && !d.told[n] {
		d.told[n] = true
		if t.st.failsRun(t.st.errs[n]) {
			return // OnError is told of that as the failure of the run
		}
		more := t.more()
		more.effects = append(more.effects, t.st.errs[n])
	}
}

// failsRun reports whether err is the failure of a node whose failure is that of the run.
func (st *state) failsRun(err error) bool {
	e, ok := err.(*Error)
	return ok && e.plan == st.plan && e.node != none && st.plan.specs[e.node].required
}

// offer puts what is ready on the list, the first on top.
func (t *change) offer() {
	if t.ready.size > 0 {
		t.st.push(t.ready.first, t.ready.last)
		t.ready = chain{}
	}
}

// chain is a list of nodes that are not on the list of the state, by its links.
type chain struct{ first, last, size int32 }

func (c *chain) add(link []int32, n int32) {
	if c.size == 0 {
		c.first = n
	} else {
		link[c.last] = n
	}
	c.last = n
	c.size++
}

// take takes the first node out of a chain that is not empty.
func (c *chain) take(link []int32) (n int32) {
	n = c.first
	c.first = link[n]
	c.size--
	return n
}

// calls reports whether do may call a user's function: then nothing may be kept
// for this goroutine, which may not come back.
func (t *change) calls() bool {
	return t.answered || t.rest != nil && len(t.rest.effects)+len(t.rest.late) > 0
}
