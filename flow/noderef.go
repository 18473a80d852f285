package flow

import "github.com/jade-go/jade/internal/seam"

// A node that may be made elsewhere counts as a member of the run meanwhile, so
// that the state is not given to another run before it is finished.

func (at nodeRef) wait()   { at.st.run.members.Add(1) }
func (at nodeRef) waited() { at.st.run.members.Add(-1) } // the worker is a member too

func (at nodeRef) name() string { return at.st.plan.specs[at.n].name }

// crew is who works for the node.
func (at nodeRef) crew() seam.Crew {
	if r := at.st.run; r.limit.reserves() {
		return crew{r, at.n}
	}
	return at.st.run
}

// around is the run whose limit the node has, or the effects of that, which have until its end.
func (at nodeRef) around() any {
	if s := &at.st.plan.specs[at.n]; s.effect && !s.answer {
		return at.st.run.effects
	}
	return at.st.run
}

// finish is told, by any goroutine, how the node ended.
func (at nodeRef) finish(err, degraded error) {
	r := at.st.run
	defer r.Leave()
	t := change{st: at.st}
	at.st.offer(t.conclude(at.n, err, degraded))
	t.do()
}

// degraded notes that the node's value stands in for a failure, or does without what inner says.
func (at nodeRef) degraded(failure error, inner []Loss) {
	if failure != nil && at.st != nil {
		at.degradedBy(failure, inner, 1)
		at.notes(failure)
	}
}

// degradedBy is degraded for a node with so many parts that something stands in for, whose end tells the observer so.
func (at nodeRef) degradedBy(failure error, inner []Loss, count int) {
	if failure == nil || at.st == nil {
		return
	}
	if d := at.st.demand; d != nil && at.st.plan.specs[at.n].answer { // else no answer lacks it
		e := at.st.errorOf(at.st.ctxAt(at.n), at.n, at.st.lateness(failure))
		d.mu.Lock()
		d.lose(at.n, e, inner, count)
		d.mu.Unlock()
	}
}

// took notes that the node has taken the failure of its input; not if it was given up, as then nothing has.
func (at nodeRef) took(failure error) {
	if at.st == nil {
		return
	}
	d := at.st.demand
	d.mu.Lock()
	if d.phase[at.n] == running {
		at.st.take(failure)
	}
	d.mu.Unlock()
	at.notes(failure)
}

// notes tells the observer, when the node ends, that its value stands in for a failure.
func (at nodeRef) notes(failure error) {
	if at.st.run.observer != nil {
		at.st.run.observer.degrade(at.n, failure)
	}
}

// claim reports whether the caller says how the node ends.
func (at nodeRef) claim() bool { return at.st == nil || at.st.claim(at.n) }
