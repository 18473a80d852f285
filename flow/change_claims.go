package flow

import (
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
)

// giveUp gives up n's claims on its inputs; cause is why they may be cancelled.
func (t *change) giveUp(n int32, cause error) {
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
func (t *change) disclaim(n int32, cause error) {
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
func (t *change) cancel(life engine.Life, cause error) {
	if life != nil {
		more := t.more()
		more.canceled = append(more.canceled, cancellation{life, &future.CanceledError{Cause: cause}})
	}
}
