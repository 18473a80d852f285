package flow

import (
	"context"
	"errors"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
)

// turn is one change under the lock, and what is to be done after it. It is small, as a worker has one on its stack.
type turn struct {
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

type cancellation struct {
	life  engine.Life
	cause error
}

// more is the rest, to add to.
func (t *turn) more() *rest {
	if t.rest == nil {
		t.rest = new(rest)
	}
	return t.rest
}

// do does what follows from a turn, without the lock. Then nothing does any more.
func (t *turn) do() {
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
		c.life.End(c.cause)
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

// want is told that node n is needed.
func (t *turn) want(n int32) {
	d, s := t.st.demand, &t.st.plan.specs[n]
	if d.phase[n] != idle {
		return
	}
	d.phase[n] = wanted
	if d.late != nil && s.call {
		t.failLate(n)
		return
	}
	if s.kind == KindAlso {
		t.wantEffects(s)
	}
	t.look(n) // what is made already may be enough
	for _, in := range s.inputs {
		i := in.n.index
		switch {
		case d.phase[n] != wanted:
			return // one input was enough
		case in.role == RoleYes || in.role == RoleNo: // when the condition is known
		case s.kind == KindAfter && in.role == RoleData: // when all before have succeeded
		case in.role == RoleEffect: // see wantEffects
		default:
			t.want(i)
		}
	}
	t.look(n)
}

// wantEffects is told that an Also is wanted. Its effects run whatever becomes
// of it: each gets a claim that nobody gives up, before anything else happens.
func (t *turn) wantEffects(s *spec) {
	for _, in := range s.inputs[1:] {
		t.st.demand.claims[in.n.index]++
	}
	for _, in := range s.inputs[1:] {
		t.want(in.n.index)
		t.effect(in.n.index)
	}
}

// look is told that an input of n is made, or that n is wanted, and sees how far that takes n.
func (t *turn) look(n int32) {
	st, d, s := t.st, t.st.demand, &t.st.plan.specs[n]
	if d.phase[n] != wanted {
		return
	}
	switch s.kind {
	case KindAfter:
		if t.all(n, s.inputs[1:]) {
			target := s.inputs[0].n.index
			t.want(target)
			t.forward(n, target, 0)
		}
	case KindAlso:
		t.forward(n, s.inputs[0].n.index, 0)
	case KindEither:
		t.choose(n)
	case KindAny:
		t.first(n)
	case KindRecover:
		switch in := s.inputs[0].n.index; {
		case d.phase[in] != made:
		case st.errs[in] == nil || d.cancel[in] || d.spent:
			t.forward(n, in, 0)
		default:
			t.makeReady(n)
		}
	case KindTry:
		if in := s.inputs[0].n.index; d.phase[in] == made {
			if st.errs[in] != nil && !d.cancel[in] {
				st.take(st.errs[in])
			}
			t.inline(n)
		}
	case KindFallback:
		switch in := s.inputs[0].n.index; {
		case d.phase[in] != made:
		case st.errs[in] == nil || d.cancel[in]:
			t.forward(n, in, 0)
		default:
			st.take(st.errs[in])
			t.inline(n)
		}
	case KindRequire:
		if t.all(n, s.inputs) {
			t.inline(n)
		}
	default:
		if t.all(n, s.inputs) {
			t.makeReady(n)
		}
	}
}

// all reports whether all of inputs have succeeded. If one has failed, n fails with that.
func (t *turn) all(n int32, inputs []input) bool {
	d := t.st.demand
	complete := true
	for _, in := range inputs {
		i := in.n.index
		switch {
		case d.phase[i] != made:
			complete = false
		case t.st.errs[i] != nil:
			t.made(n, t.st.errs[i], d.cancel[i])
			return false
		}
	}
	return complete
}

// makeReady puts n among the nodes that can be made.
func (t *turn) makeReady(n int32) {
	t.st.demand.phase[n] = ready
	t.ready.add(t.st.link, n)
}

// inline makes a node whose function is the library's own.
func (t *turn) inline(n int32) {
	c := t.st.cells[n]
	_, err := c.exec(context.Background(), seat{})
	if err != nil {
		err = t.st.plan.classed(n, err, c.(*requirement).class)
	}
	t.made(n, err, false)
}

// forward makes n of its input from, the i-th that its cell can take, if that is made.
func (t *turn) forward(n, from int32, i int) {
	d := t.st.demand
	if d.phase[from] != made || d.phase[n] != wanted {
		return
	}
	err := t.st.errs[from]
	if err == nil {
		t.st.cells[n].(forwarder).take(i)
	}
	t.made(n, err, d.cancel[from])
}

func (t *turn) choose(n int32) {
	d, s := t.st.demand, &t.st.plan.specs[n]
	if d.chosen[n] == 0 {
		if !t.all(n, s.inputs[:1]) {
			return
		}
		other := s.inputs[1].n.index
		d.chosen[n] = 2
		if t.st.cells[n].(chooser).holds() {
			d.chosen[n], other = 1, s.inputs[2].n.index
		}
		t.disclaim(other, ErrUnneeded)
	}
	i := int(d.chosen[n])
	chosen := s.inputs[i].n.index
	t.want(chosen)
	t.forward(n, chosen, i-1)
}

func (t *turn) first(n int32) {
	d, s := t.st.demand, &t.st.plan.specs[n]
	if d.failed[n] == int32(len(s.inputs)) {
		errs, canceled, class := make([]error, len(s.inputs)), true, recovery.ClassUnknown
		for i, in := range s.inputs {
			errs[i] = t.st.errs[in.n.index]
			canceled = canceled && d.cancel[in.n.index]
			if e, ok := errs[i].(*Error); ok && !d.cancel[in.n.index] && (class == recovery.ClassUnknown || e.class == recovery.ClassCode) {
				class = e.class // as of any joined error
			}
		}
		if canceled {
			class = recovery.ClassCanceled
		}
		t.made(n, t.st.plan.classed(n, errors.Join(errs...), class), canceled)
		return
	}
	for i, in := range s.inputs {
		if from := in.n.index; d.phase[from] == made && t.st.errs[from] == nil {
			for _, other := range s.inputs {
				if o := other.n.index; d.phase[o] == made && t.st.errs[o] != nil && !d.cancel[o] {
					t.st.take(t.st.errs[o])
				}
			}
			t.forward(n, from, i)
			return
		}
	}
}

// made is told that n has a value, or has failed with err.
func (t *turn) made(n int32, err error, canceled bool) {
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
func (t *turn) effect(n int32) {
	if d := t.st.demand; d.phase[n] == made && t.st.errs[n] != nil && !d.told[n] {
		d.told[n] = true
		more := t.more()
		more.effects = append(more.effects, t.st.errs[n])
	}
}

// giveUp gives up n's claims on its inputs; cause is why they may be cancelled.
func (t *turn) giveUp(n int32, cause error) {
	d, s := t.st.demand, &t.st.plan.specs[n]
	for i, in := range s.inputs {
		if s.kind == KindEither && i > 0 && d.chosen[n] != 0 && int(d.chosen[n]) != i {
			continue // given up when the other one was chosen
		}
		if i := in.n.index; d.claims[i] > 1 || d.phase[i] == made {
			d.claims[i]-- // nothing follows from that
		} else {
			t.disclaim(i, cause)
		}
	}
}

// disclaim takes one claim off n.
func (t *turn) disclaim(n int32, cause error) {
	d := t.st.demand
	if d.claims[n]--; d.claims[n] > 0 || d.phase[n] == made || d.phase[n] == dropped {
		return
	}
	if d.phase[n] == running || d.phase[n] == held {
		d.stray[n] = strays
		if t.st.plan.specs[n].claims {
			d.stray[n] = mayStray
		}
		t.cancel(d.lives[n], cause)
		t.cancel(d.spares[n], cause)
	}
	d.phase[n] = dropped
	t.giveUp(n, cause)
}

// cancel has the ctx of something end that nothing needs any more; nil: it has none.
func (t *turn) cancel(life engine.Life, cause error) {
	if life != nil {
		more := t.more()
		more.canceled = append(more.canceled, cancellation{life, &future.CanceledError{Cause: cause}})
	}
}

// offer puts what is ready on the list, the first on top.
func (t *turn) offer() {
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
func (t *turn) calls() bool {
	return t.answered || t.rest != nil && len(t.rest.effects)+len(t.rest.late) > 0
}
