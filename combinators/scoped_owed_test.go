package combinators_test

import (
	"slices"
)

// maybeOwed reports whether the failure of vertex i may not have been anybody
// else's duty when it was told: no combinator had taken i as its input.
func (c *scopedCheck) maybeOwed(i int, t tale) bool {
	decided := c.decided(t)
	earlier := func(s span) bool { return s.before(t.when) || s.ended.seq > 0 && s.ended.at < decided }
	for k, v := range c.g.vertices {
		if slices.Contains(v.in, i) && c.takes(k, i) && earlier(c.log.builds[k]) {
			return false
		}
	}
	return !slices.ContainsFunc(c.log.waits, func(w *waitLog) bool { // a wait for several is a combinator too
		return w.how == byAwait2 && slices.Contains(w.on, i) && w.gaveUp == "" && (w.span.before(t.when) || w.began.at < decided)
	})
}

// takes reports whether vertex k takes on the duty of its input i for certain.
// A Settle that was cancelled has no results, and a Quorum of too many may come too late.
func (c *scopedCheck) takes(k, i int) bool {
	switch v := &c.g.vertices[k]; {
	case v.kind == kSettle:
		return !c.log.finals[k].failed()
	case v.kind == kQuorum && v.n > len(v.in):
		return !c.completeBefore(i, c.log.builds[k])
	}
	return true
}

// completeBefore reports whether vertex i may have been complete before s was over.
func (c *scopedCheck) completeBefore(i int, s span) bool {
	for _, call := range c.log.calls {
		if call.vertex == i && call.what == "body" && call.ended.seq > s.ended.seq {
			return c.g.vertices[i].kind == kEach // that fails while others of its calls run
		}
	}
	return true
}

// surelyOwed reports whether nobody but vertex i itself had its failure: no
// combinator and no wait had got at it before a moment. A Within of what is
// complete is that itself, and the duty may be somebody else's.
func (c *scopedCheck) surelyOwed(i int, until moment) bool {
	if v := &c.g.vertices[i]; v.kind == kWithin && c.completeBefore(v.in[0], c.log.builds[i]) {
		return false
	}
	begun := func(s span) bool { return s.began.seq > 0 && s.began.seq < until.seq }
	for k := range c.g.vertices {
		if begun(c.log.builds[k]) && slices.Contains(c.sources(k), i) {
			return false
		}
	}
	for _, w := range c.log.waits {
		if w.how == byAwait2 && begun(w.span) && slices.Contains(w.on, i) {
			return false
		}
	}
	for _, call := range c.log.calls { // of a Map behind a Settle
		if call.what == "hook" && call.vertex == i && begun(call.made) {
			return false
		}
	}
	return true
}

// owed checks that r was told of if it had to be, and not too often.
func (c *scopedCheck) owed(r *record) {
	most := max(len(r.carriers)+len(r.crashed), 1)
	if faulty(r.name) {
		most = max(r.origins, 1)
	}
	if len(r.told) > most {
		c.fail("told: %s was told of %d times, but failed %d times", r.name, len(r.told), most)
	}
	if !faulty(r.name) || r.soft {
		return
	}
	if c.seenUntil(r, moment{seq: c.log.seq + 1}) {
		c.owedEarly(r)
		return
	}
	end := moment{seq: c.log.seq + 1}
	for _, i := range r.carriers {
		if len(c.g.homes(i)) > 0 && c.surelyOwed(i, end) && len(r.told) == 0 {
			c.fail("lost: nobody was told of %s, the failure of v%d (%v)", r.name, i, c.g.vertices[i].kind)
			return
		}
	}
	if len(r.crashed) > 0 && len(r.told) == 0 {
		c.fail("lost: nobody was told of %s, the panic of a hook", r.name)
	}
	c.owedEarly(r)
	c.owedElsewhere(r)
}

// seenUntil reports whether a look at r began before m.
func (c *scopedCheck) seenUntil(r *record, m moment) bool {
	return slices.ContainsFunc(c.log.sights, func(s sight) bool { return s.outcome.record == r.name && s.began.seq < m.seq })
}

// owedEarly checks that each Close told of what was its duty by then,
// whoever looked later.
func (c *scopedCheck) owedEarly(r *record) {
	for _, end := range c.log.closes {
		late := lateness{c, end, map[int]bool{}}
		if c.seenUntil(r, end.ended) || c.toldBy(r, end) {
			continue
		}
		for _, i := range r.carriers {
			homes := c.g.homes(i)
			if slices.Equal(homes, []int{end.scope}) && c.log.builds[i].before(end.span) && !c.closedBefore(i, end.scope) && !late.vertex(i) && c.surelyOwed(i, end.ended) {
				c.fail("lost: Close of ctx%d did not tell of %s, the failure of v%d (%v)", end.scope, r.name, i, c.g.vertices[i].kind)
				return
			}
		}
	}
}

// closedBefore reports whether scope s may have closed before vertex i was built:
// then another scope may have the duty.
func (c *scopedCheck) closedBefore(i, s int) bool {
	return slices.ContainsFunc(c.log.closes, func(o *closeLog) bool { return o.scope == s && o.began.seq < c.log.builds[i].ended.seq })
}

func (c *scopedCheck) toldBy(r *record, end *closeLog) bool {
	return slices.ContainsFunc(r.told, func(t tale) bool { return t.when.ended.at <= end.ended.at })
}

// owedElsewhere checks that a failure is not lost with a scope that had closed
// before: All of an input of that scope and of a living one is the living one's duty.
func (c *scopedCheck) owedElsewhere(r *record) {
	for _, i := range r.carriers {
		v := &c.g.vertices[i]
		if !v.kind.several() || v.kind == kSettle || !c.surelyOwed(i, moment{seq: c.log.seq + 1}) {
			continue
		}
		for _, in := range v.in {
			if slices.ContainsFunc(c.g.vertices, func(o scopedVertex) bool { return slices.Contains(o.in, in) && !slices.Equal(o.in, v.in) }) {
				continue // it had taken the duty before, perhaps
			}
			for _, end := range c.log.closes {
				_, made := c.madeAt(r)
				if slices.Contains(r.carriers, in) && slices.Equal(c.g.homes(in), []int{end.scope}) && made.seq > 0 &&
					made.at < end.began.at && c.first(end) && !c.toldBy(r, end) && c.overBefore(i, made, end.scope) {
					c.fail("lost: v%d (%v) failed with %s after its scope had closed, and Close of ctx%d, where that came from, did not tell of it", i, v.kind, r.name, end.scope)
				}
			}
		}
	}
}

// madeAt is the vertex whose function made r, and when that returned.
func (c *scopedCheck) madeAt(r *record) (vertex int, when moment) {
	for _, i := range r.carriers {
		if r.name != "fault "+c.g.name(i) && r.name != "panic(fault "+c.g.name(i)+")" {
			continue
		}
		for _, call := range c.log.calls {
			if call.vertex == i && call.what == "body" {
				return i, call.ended
			}
		}
	}
	return -1, moment{}
}

// first reports whether nobody had called Close of that scope before.
func (c *scopedCheck) first(end *closeLog) bool {
	return !slices.ContainsFunc(c.log.closes, func(o *closeLog) bool { return o.scope == end.scope && o.began.seq < end.began.seq })
}

// overBefore reports whether all scopes that i may belong to, but for one, had closed before m.
func (c *scopedCheck) overBefore(i int, m moment, but int) bool {
	homes := c.g.homes(i)
	return len(homes) > 0 && !slices.ContainsFunc(homes, func(s int) bool {
		return s != but && !slices.ContainsFunc(c.log.closes, func(o *closeLog) bool { return o.scope == s && o.ended.at < m.at })
	})
}

// named checks that reports call a failure of a scope's work by the name of that.
func (c *scopedCheck) named(r *record) {
	i, _ := c.madeAt(r)
	if i < 0 || !c.g.vertices[i].named || len(c.g.homes(i)) == 0 {
		return
	}
	switch c.g.vertices[i].kind {
	case kGo, kThen, kThenN, kRecover, kRecoverIs, kRecoverAs:
		for _, t := range r.told {
			if t.name != c.g.name(i) {
				c.fail("told: ctx%d told of %s by the name of %q", t.scope, r.name, t.name)
			}
		}
	}
}
