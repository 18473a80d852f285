package flow

import (
	"strings"
	"time"

	"github.com/jade-go/jade/deadline"
)

// sectionLimit is the limit of a section of a machine. Calls are given up at its time; what takes time and stands in for them has until its end.
type sectionLimit struct {
	begun    time.Time
	limit    time.Time // zero: none
	end      time.Time
	own      bool // it is a Timeout of the section, and not that of the section around
	sooner   bool // the section around has the end, and this one reserves some of the time
	expired  bool
	spent    bool
	alarm    *outstanding // for limit, or then for end
	finality *outstanding // for effects, once the run is answered
}

// setLimit works out the limit of a section that begins now.
func (p *section) setLimit() {
	p.begun = p.m.now
	timeout, reserve := p.g.Timeout, p.g.Reserve
	var around sectionLimit
	if p.outer != nil {
		around = p.outer.sectionLimit
		around.limit, around.end = p.outer.limitOf(p.at)
	}
	switch own := p.begun.Add(timeout); {
	case timeout > 0 && (around.limit.IsZero() || own.Before(around.limit)):
		p.own, p.end = true, own
		p.limit = p.end.Add(-min(reserve, timeout/2))
	case around.limit.IsZero():
		return
	default:
		p.limit, p.end = around.limit, around.end
		if !around.reserves() {
			p.end = p.limit
		}
		if reserve > 0 {
			p.sooner = true
			p.limit = p.limit.Add(-min(reserve, max(0, p.limit.Sub(p.begun))/2))
		}
	}
	if p.own || p.sooner {
		p.alarm = p.wait(p.limit, func() { p.halt(p.lateAt(p.limit), !p.reserves()) })
	}
}

// wait has the engine wait until a time, and then does something.
func (p *section) wait(until time.Time, do func()) *outstanding {
	c := p.m.call(p, none, -1, Move{Verb: VerbSleep, Until: until, Key: p.key})
	c.on, c.until = func(Completion) { do() }, until
	p.m.alarms = append(p.m.alarms, c)
	return c
}

// reserves reports whether there is time between limit and end.
func (l *sectionLimit) reserves() bool { return l.limit.Before(l.end) }

// spares reports whether the functions of Catch are limited.
func (l *sectionLimit) spares() bool { return !l.limit.IsZero() && (l.reserves() || !l.own) }

// limitOf is when a call of node n is late, and until when what stands in for it may run. What runs for an effect has until the end.
func (p *section) limitOf(n int32) (limit, end time.Time) {
	if s := &p.st.plan.specs[n]; s.effect && (!s.answer || s.inner == nil) {
		return p.end, p.end
	}
	return p.limit, p.end
}

// lateAt is the failure of what is late at a time.
func (p *section) lateAt(at time.Time) error {
	took := at.Sub(p.begun)
	name := p.st.plan.name
	if missing := p.missing(); len(missing) > 0 {
		name += ": " + strings.Join(missing, ", ")
	}
	return &deadline.Error{Name: name, Limit: took, Elapsed: took, Inherited: !p.own}
}

// missing names the nodes that are being made, or could be.
func (p *section) missing() (names []string) {
	d := p.st.demand
	for n := range d.phase {
		if s := &p.st.plan.specs[n]; !s.quick && (d.phase[n] == ready || d.phase[n] == running || d.phase[n] == held) {
			names = append(names, s.name)
		}
	}
	return names
}

// halt is told that the limit has passed, with late as the failure of the calls, and whether what is reserved is spent.
func (p *section) halt(late error, spent bool) {
	if p.spent || p.expired && !spent {
		return
	}
	p.expired, p.spent = true, spent
	if !spent && (p.own || p.sooner) {
		p.alarm = p.wait(p.end, func() { p.halt(p.lateAt(p.end), true) })
	}
	if spent {
		p.cutShort()
	}
	if p.decided {
		p.haltEffects(late)
	}
	d := p.st.demand
	d.late, d.spent = late, spent
	t := change{st: p.st}
	t.expire()
	p.follow(&t)
}

// haltEffects passes the limit on to the sections that run for effects.
func (p *section) haltEffects(late error) {
	for n := range p.calls {
		if sub := p.subs[int32(n)]; sub != nil && !sub.over {
			sub.halt(late, true)
		}
	}
}

// giveUp fails a call that is late.
func (p *section) giveUp(l lateCall) {
	d, n := p.st.demand, l.n
	if d.phase[n] != running && d.phase[n] != held {
		return
	}
	s := &p.st.plan.specs[n]
	switch {
	case p.subs[n] != nil:
		p.subs[n].halt(d.late, d.spent)
		return
	case s.kind == KindEach:
		if l.complete {
			p.lateElements(n)
			return
		}
		t := change{st: p.st}
		if !t.inherit(n) {
			p.settle(n, Completion{Err: d.late})
		}
		p.follow(&t)
		return
	case s.kind == KindRecover:
	case !d.spent && s.task.takesTime():
		if !l.begun && l.complete {
			p.run(n, p.inputs(n), d.late)
		}
		if l.begun || l.complete {
			return // it has what is reserved
		}
	}
	p.m.drop(p.calls[n])
	c := p.standIn(n, s)
	if t := (change{st: p.st}); c.Err != nil && !l.begun && !l.complete && t.inherit(n) {
		p.follow(&t)
		return
	}
	p.settle(n, c)
}

// standIn is what stands in for a call that is late: the value of the task's Fallback, if it has one.
func (p *section) standIn(n int32, s *spec) Completion {
	late := p.st.demand.late
	c, ok := p.st.cells[n].(interface{ standby() (any, bool) })
	if !ok {
		return Completion{Err: late}
	}
	v, ok := c.standby()
	if !ok {
		return Completion{Err: late}
	}
	p.st.cells[n].fill(v)
	return Completion{Value: v, Degraded: late}
}

// takesTime reports whether what stands in for a late call of the task first is something that takes time: a Recover, or a flow that the task stands for.
func (t *named) takesTime() bool {
	if t.origin.Engine != nil {
		return true
	}
	for _, p := range t.policies {
		switch p.Kind {
		case "fallback":
			return false
		case "recover":
			return true
		}
	}
	return false
}
