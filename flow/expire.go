package flow

import (
	"slices"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
)

// This file is what happens to the nodes of a run at its limit. Each call that runs or has not begun has failed then: what
// stands in for it acts, here or where its value is taken. What wants a call later finds that it has failed.

// expire gives up the calls or, if what is reserved is spent, also what stands in for them and takes time. The caller is a member.
func (st *state) expire(late error, spent bool) {
	d := st.demand
	d.mu.Lock()
	d.late, d.spent = late, d.spent || spent
	d.past.Store(true)
	if d.giving { // by somebody who does this, too
		d.mu.Unlock()
		return
	}
	d.giving = true
	d.mu.Unlock()
	for again := true; again; {
		again = st.giveUpAll()
	}
}

// giveUpAll is one pass of expire. It reports whether another one is needed, because the reserve ended meanwhile.
func (st *state) giveUpAll() (again bool) {
	d := st.demand
	d.mu.Lock()
	spent := d.spent
	t := change{st: st}
	t.expire()
	d.mu.Unlock()
	t.offer()
	if st.head.Load() != none {
		st.wake()
	}
	given := t.more().late
	t.rest.late = nil
	for len(given) > 0 { // in the order of the nodes, whatever comes back meanwhile
		next := given[0]
		given = given[1:]
		st.giveUp(next)
	}
	st.run.endLate() // not before, unless the run is answered: what a function makes of that end comes too late, whoever is first
	d.mu.Lock()
	again = d.spent != spent
	d.giving = again
	var back []int32
	for n, r := range d.back {
		if r.is && r.told && !again {
			back = append(back, int32(n))
		}
	}
	d.mu.Unlock()
	for _, n := range back {
		st.end(n, st.backOf(n))
	}
	t.do()
	return again
}

// expire has all calls given up, and what stands in for them and takes time if what is reserved is spent.
func (t *change) expire() {
	st, d := t.st, t.st.demand
	if !d.open { // an observer is still being told of the run
		d.open = true
		t.want(st.plan.out)
	}
	for n := range d.phase {
		s := &st.plan.specs[n]
		slow := s.kind == KindRecover && d.spent
		switch d.phase[n] {
		case wanted, ready:
			if s.call {
				t.failLate(int32(n))
			}
			if slow && d.phase[n] == ready {
				d.phase[n] = wanted
				t.look(int32(n))
			}
		case running, held:
			if s.call && (s.answer || !s.effect) || slow {
				t.giveUpCall(lateCall{n: int32(n), begun: true, complete: true})
			}
		}
	}
}

// backOf is how the function of node n has returned.
func (st *state) backOf(n int32) error {
	st.demand.mu.Lock()
	defer st.demand.mu.Unlock()
	return st.demand.back[n].err
}

// lateness is err or, if a function has returned the end of its ctx at the limit, what that says.
func (st *state) lateness(err error) error {
	if !st.run.expired.Load() || !engine.IsForeignDeadline(err) {
		return err
	}
	st.demand.mu.Lock()
	late := st.demand.late
	st.demand.mu.Unlock()
	if late == nil { // whoever notices that the limit has passed has not come to say so
		return st.run.lateAt(st.run.limitAt())
	}
	return late
}

// lateCall is a call that has failed as the limit has passed.
type lateCall struct {
	n        int32
	begun    bool // its function may have been called
	complete bool // its inputs are there
}

// failLate is told that call n is wanted, although the limit has passed, or has not begun when it passes.
func (t *change) failLate(n int32) {
	d := t.st.demand
	complete := !slices.ContainsFunc(t.st.plan.specs[n].inputs, func(in input) bool {
		return d.phase[in.n.index] != made || t.st.errs[in.n.index] != nil
	})
	d.phase[n] = held
	t.giveUpCall(lateCall{n: n, complete: complete})
}

// giveUpCall has a call given up when the change is made.
func (t *change) giveUpCall(l lateCall) {
	more := t.more()
	more.late = append(more.late, l)
}

// resigner is the cell of a call that something of the task may stand in for.
type resigner interface {
	// resign ends the call, as of [seam.Carried]. If that is done elsewhere it reports pending, and at is told when it is over.
	resign(at nodeRef, late lateCall, failure error) (pending bool, err error)
}

// giveUp fails a call that is late.
func (st *state) giveUp(l lateCall) {
	d, n := st.demand, l.n
	d.mu.Lock()
	over := d.phase[n] != running && d.phase[n] != held
	call, back, late, spent, life := d.calls[n], d.backAt(n), d.late, d.spent, d.lives[n]
	d.mu.Unlock()
	switch {
	case over:
		return
	case back.is: // in time, and only an observer was slow, or at this very moment
		st.endGiven(n, back.err)
		return
	case call != nil:
		st.strays(n, mayStray)
		call.GiveUp(late, spent)
		if life != nil {
			life.End(late)
		}
		d.mu.Lock()
		back = d.backAt(n)
		d.mu.Unlock()
		if back.is {
			st.endGiven(n, back.err)
		}
		return
	}
	err := late
	if c, ok := st.cells[n].(resigner); ok {
		d.mu.Lock()
		mine := !l.begun || !st.plan.specs[n].claims || d.claim(n)
		d.mu.Unlock()
		if !mine {
			return // whoever makes the node finds that the limit has passed: see carry
		}
		if l.begun {
			st.strays(n, strays)
		}
		var pending bool
		if pending, err = c.resign(nodeRef{st, n}, l, late); pending {
			return
		}
	}
	if err != nil && !l.begun && !l.complete && st.inheritLate(n) {
		return
	}
	if l.begun {
		st.strays(n, strays)
	}
	if err != nil && l.begun && st.run.observer != nil {
		st.run.observer.givenUp(n, err)
		st.run.beside(func() { st.run.observer.straggle(n, err) })
	}
	if life != nil {
		life.End(late)
	}
	st.endGiven(n, err)
}

// inheritLate is inherit for a node of a run, with what follows.
func (st *state) inheritLate(n int32) (ok bool) {
	d := st.demand
	t := change{st: st}
	d.mu.Lock()
	ok = t.inherit(n)
	d.mu.Unlock()
	t.offer()
	if st.head.Load() != none {
		st.wake()
	}
	t.do()
	return ok
}

// inherit fails a late call that has not begun with the failure of what it takes, if that fails the run: a run fails with the first call that was late.
func (t *change) inherit(n int32) bool {
	d := t.st.demand
	if !t.st.plan.specs[n].required {
		return false
	}
	for _, in := range t.st.plan.specs[n].inputs {
		if i := in.n.index; d.phase[n] == held && d.phase[i] == made && t.st.errs[i] != nil {
			t.made(n, t.st.errs[i], d.cancel[i])
			return true
		}
	}
	return false
}

func (st *state) strays(n int32, s stray) {
	st.demand.mu.Lock()
	defer st.demand.mu.Unlock()
	st.demand.stray[n] = s
}

// claim reports whether the caller is the one who says how node n, whose function has been called, ends. In a run with counters
// nobody else can.
func (st *state) claim(n int32) bool {
	d := st.demand
	if d == nil {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.phase[n] == dropped && !d.mine[n] { // nobody wants it, but it ends as it does
		d.mine[n] = true
		return true
	}
	return d.claim(n)
}

// claim is that of state for who has the lock, of a node that something waits for.
func (d *demand) claim(n int32) bool {
	if d.phase[n] != running {
		return false
	}
	d.phase[n], d.mine[n] = held, true
	return true
}

// carry notes the call of node n, which can be given up, and does so if the limit has passed.
func (st *state) carry(n int32, call seam.Carried) {
	d := st.demand
	if d == nil {
		if st.guarded != nil {
			st.guarded.put(n, call)
		}
		return
	}
	d.mu.Lock()
	d.calls[n] = call
	late, spent := d.late, d.spent
	d.mu.Unlock()
	if late != nil {
		call.GiveUp(late, spent)
	}
}

// backInTime is told that the limit of a run with counters has passed. If the functions of all calls have returned, or one of them with
// a failure, only an observer was slow: then it does what follows from that, and reports true. Else what has not returned is late.
func (st *state) backInTime(late error) bool {
	w := st.run.observer
	if w == nil || st.run.fate.Load() != undecided {
		return false
	}
	all := true
	for i := range st.plan.specs {
		switch n := int32(i); {
		case w.sight(n) == nil:
		case !w.isBack(n):
			all = false
			w.givenUp(n, late)
		case st.errs[n] != nil && w.take(n):
			st.end(n, st.errs[n])
			return true
		}
	}
	for i := range st.plan.specs {
		if n := int32(i); all && w.sight(n) != nil && w.take(n) {
			st.end(n, nil)
		}
	}
	return all
}

// givenUp reports whether node n was given up at the limit while the observer was being told of it, so that its function must not be
// called. The failure is nil if something is about to stand in for it.
func (st *state) givenUp(n int32) (is bool, failure error) {
	if st.demand != nil {
		return st.demand.givenUp(n)
	}
	if late := st.run.observer.sight(n).late.Load(); late != nil {
		return true, *late
	}
	return false, nil
}

// givenUp is that of state for a run with demand.
func (d *demand) givenUp(n int32) (is bool, failure error) {
	if !d.past.Load() {
		return false, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.phase[n] == made {
		return true, d.late
	}
	if d.mine[n] {
		d.stray[n] = noStray
	}
	return d.mine[n], nil
}

// isOver reports whether node n, whose function was to be called, has ended meanwhile.
func (d *demand) isOver(n int32) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.phase[n] != running && d.phase[n] != held
}

// hold notes that the function of node n has returned, while an observer is told of that, and reports whether the limit has
// passed: then nobody waits for the observer. It takes no lock: either it sees that the limit has passed, or expire sees the note, or both.
func (d *demand) hold(n int32, err error) (late bool) {
	if d.past.Load() {
		return true
	}
	d.notes[n].err = err
	d.notes[n].is.Store(true)
	return d.past.Load()
}

// backAt is how the function of node n has returned, for who has the lock.
func (d *demand) backAt(n int32) returned {
	if note := &d.notes[n]; !d.back[n].is && note.is.Load() {
		return returned{is: true, err: note.err}
	}
	return d.back[n]
}
