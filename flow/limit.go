package flow

import (
	"context"
	"sync"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
)

// limit is when a run has to be answered. First its calls are given up, and what stands in for them may make the answer. What
// takes time has until the end of the run.
type limit struct {
	at        time.Time // the calls are given up
	end       time.Time // of the run: its Timeout, or the deadline of the caller's ctx
	last      time.Time // the run is answered, whatever is missing
	due       time.Time // the deadline of the run, for an observer: its Timeout, or the deadline of ctx, whichever is earlier
	inherited bool      // end is the caller's
	reserved  bool      // there is time between at and end
	shared    bool      // end is that of the run around, which tells
	sooner    bool      // at is not, as the run reserves some of that time
	first     alarm.Alarm
	second    alarm.Alarm // for end, if there is time between
	third     alarm.Alarm // for last
}

// grace is how long quick functions may take after a Timeout, or the end of what is reserved of it.
const grace = 5 * time.Millisecond

// overtime is how long closing a run may be put off while processors are short.
const overtime = time.Second

// newLimit works out the limit of a run that begins now; nil: none.
//
// Without a Reserve, calls are given up a moment before the caller's deadline, so that the answer comes before those give up
// who wait with the same ctx.
//
// A run that is part of another one, whose limit is the same, has as much time as that: its calls are given up at the same time.
func newLimit(around context.Context, outer *run, begun time.Time, timeout, reserve time.Duration, unheld bool) *limit {
	end, inherited := around.Deadline()
	if outer != nil && outer.limit != nil && !(timeout > 0 && begun.Add(timeout).Before(end)) {
		o := outer.limit
		l := &limit{at: o.at, end: o.end, last: o.last, due: o.due, inherited: true, reserved: o.reserved, shared: true, sooner: reserve > 0}
		if !l.reserved { // the run around gives up all of it when it gives up its calls
			l.end = l.at
		}
		if reserve > 0 {
			l.reserved = true
			l.at = l.at.Add(-min(reserve, max(0, l.at.Sub(begun))/2))
		}
		return l
	}
	if own := begun.Add(timeout); timeout > 0 && (!inherited || own.Before(end)) {
		end, inherited = own, false
	} else if !inherited {
		return nil
	}
	left := max(0, end.Sub(begun))
	l := &limit{at: end, end: end, last: end, due: end, inherited: inherited}
	switch {
	case reserve > 0:
		l.reserved = true
		l.at = end.Add(-min(reserve, left/2))
		if l.inherited { // the answer comes before those give up who wait with the same ctx
			l.end = end.Add(-alarm.Hold(left))
		} else {
			l.last = end.Add(grace)
		}
	case l.inherited && unheld: // nobody waits for it
	case l.inherited:
		l.at = end.Add(-alarm.Hold(left))
	default:
		l.last = end.Add(grace)
		if theirs, limited := around.Deadline(); limited {
			if hold := theirs.Add(-alarm.Hold(theirs.Sub(begun))); hold.Before(l.at) {
				l.at, l.end, l.inherited = hold, theirs, true
			}
			if theirs.Before(l.last) {
				l.last = theirs
			}
		}
	}
	return l
}

// limit is that of a run of one node.
func (t *Terms) limit() *limit {
	return &limit{at: t.Limit, end: t.End, last: t.End.Add(grace), due: t.End, reserved: t.Limit.Before(t.End)}
}

// reserves reports whether there is time between at and end.
func (l *limit) reserves() bool { return l != nil && l.reserved }

// spares reports whether the functions that take time are limited too.
func (l *limit) spares() bool { return l != nil && (l.reserved || l.inherited) }

// quick is how long quick functions have at least: a timer that was late takes nothing away from them.
func (l *limit) quick() time.Duration {
	from := l.at
	if l.reserved {
		from = l.end
	}
	return min(grace, l.last.Sub(from))
}

func (l *limit) release() {
	if l != nil {
		l.first.Release()
		l.second.Release()
		l.third.Release()
	}
}

// lateAt is the failure of what is late at a point in time.
func (r *run) lateAt(at time.Time) error { return r.lateAs(r.late(), at) }

// lateAs is lateAt under another name.
func (r *run) lateAs(name string, at time.Time) error {
	if l := r.limit; l != nil && !l.inherited {
		return &deadline.Error{Name: name, Limit: at.Sub(r.begun), Elapsed: time.Since(r.begun)}
	}
	begun := r.begun
	if begun.IsZero() { // the ctx did not tell of its deadline
		begun = time.Now()
	}
	return engine.Inherited(r.around, name, begun, r.around.Err())
}

// spare is what the functions of Recover, Catch and OnError run in: the ctx of the caller, as work of
// the run. It has until the end of the run, and ends with the answer.
type spare struct {
	mu   sync.Mutex
	life engine.Life
	over bool
}

// spareCtx returns the ctx for functions that take time.
func (r *run) spareCtx() context.Context {
	r.spare.mu.Lock()
	defer r.spare.mu.Unlock()
	if r.spare.life == nil && !r.spare.over {
		var until time.Time
		if r.limit.spares() {
			until = r.limit.end
		}
		around := r.timeAround()
		life, err := r.begin(around, until)
		if err != nil {
			return around // it has ended
		}
		r.spare.life = life
	}
	if r.spare.over {
		return r.life.Context() // which has ended
	}
	return r.spare.life.Context()
}

// timeAround is the ctx that has the time of the run: that of the caller or, of a part of a run that has reserved some, what that has.
func (r *run) timeAround() context.Context {
	if end, limited := r.around.Deadline(); limited && !end.Before(r.limit.end) { // as that of an effect has, which outlives the answer
		return r.around
	}
	if r.outer != nil && r.limit.spares() && r.limit.inherited && r.outer.Join() {
		defer r.outer.Leave()
		if r.outer.limit.reserves() {
			return r.outer.spareCtx()
		}
	}
	return r.around
}

// endReserve ends the spare ctx if the reserve is over.
func (r *run) endReserve() {
	if r.spent.Load() && r.limit.reserves() {
		r.endSpare(r.lateAt(r.limit.end))
	}
}

// endSpare ends it, with cause as the reason.
func (r *run) endSpare(cause error) {
	r.spare.mu.Lock()
	life := r.spare.life
	r.spare.mu.Unlock()
	if life != nil {
		life.End(cause)
	}
}

// closeSpare is called when the run is answered.
func (r *run) closeSpare() {
	r.spare.mu.Lock()
	life := r.spare.life
	r.spare.life, r.spare.over = nil, true
	r.spare.mu.Unlock()
	if life != nil {
		life.Release()
	}
}

// Reserved returns the ctx for functions of Recover, nil if the flow has no Reserve. A runner of a task asks for it: see [seam.Crew].
func (r *run) Reserved() context.Context {
	if !r.limit.reserves() || r.spent.Load() {
		return nil
	}
	ctx := r.spareCtx()
	if ctx.Err() != nil {
		return nil
	}
	if r.observer != nil {
		return engine.WithValues(ctx, r.ctx)
	}
	return ctx
}
