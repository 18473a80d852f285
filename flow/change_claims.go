package flow

import (
	"github.com/jade-go/jade/future"
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
		more := t.more()
		more.canceled = append(more.canceled, cancellation{n, d.lives[n], d.spares[n], &future.CanceledError{Cause: cause}})
	}
	d.phase[n] = dropped
	t.giveUp(n, cause)
}
