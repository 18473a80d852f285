package flow

import (
	"context"
	"errors"

	recovery "github.com/jade-go/jade/recover"
)

// want is told that node n is needed.
func (t *change) want(n int32) {
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
func (t *change) wantEffects(s *spec) {
	for _, in := range s.inputs[1:] {
		t.st.demand.claims[in.n.index]++
	}
	for _, in := range s.inputs[1:] {
		t.want(in.n.index)
		t.effect(in.n.index)
	}
}

// look is told that an input of n is made, or that n is wanted, and sees how far that takes n.
func (t *change) look(n int32) {
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
func (t *change) all(n int32, inputs []input) bool {
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
func (t *change) makeReady(n int32) {
	t.st.demand.phase[n] = ready
	t.ready.add(t.st.link, n)
}

// inline makes a node whose function is the library's own.
func (t *change) inline(n int32) {
	c := t.st.cells[n]
	_, err := c.exec(context.Background(), nodeRef{})
	if err != nil {
		err = t.st.plan.classed(n, err, c.(*requirement).class)
	}
	t.made(n, err, false)
}

// forward makes n of its input from, the i-th that its cell can take, if that is made.
func (t *change) forward(n, from int32, i int) {
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

func (t *change) choose(n int32) {
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

func (t *change) first(n int32) {
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
			d.chosen[n] = int32(i + 1)
			t.forward(n, from, i)
			return
		}
	}
}
