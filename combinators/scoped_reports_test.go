package combinators_test

import (
	"slices"
	"strings"
	"time"
)

// record is one failure: all futures that ended with it, and who knows of it.
type record struct {
	name     string
	carriers []int  // vertices that ended with it; a Settle has those of its inputs
	origins  int    // vertices that did not get it from an input
	crashed  []int  // the scopes of a hook that crashed with it
	told     []tale // by scopes
	soft     bool   // a function was given it, or somebody knows of its parts or of what it is part of: it may be told or not
}

// reports checks who was told of what: each failure that nobody looked at, once.
func (c *scopedCheck) reports() {
	records := c.records()
	for _, t := range c.log.told {
		r := records[t.outcome.record]
		switch {
		case t.outcome.canceled:
			c.fail("told: ctx%d told of a cancellation, %v", t.scope, t.outcome)
		case t.repeats:
			c.fail("told: ctx%d told of %v, its own end", t.scope, t.outcome)
		case r == nil || !c.carries(r, t.scope):
			c.fail("told: ctx%d told of %v, which none of its futures has", t.scope, t.outcome)
		case len(r.crashed) == 0 && !slices.ContainsFunc(r.carriers, func(i int) bool { return c.maybeOwed(i, t) || c.skipped(i, t) }) && !c.innerOwes(r):
			c.fail("told: ctx%d told of %v, which nobody owed: all who had it were taken as inputs", t.scope, t.outcome)
		case faulty(r.name) && r.origins <= 1 && c.seenBefore(r, t):
			c.fail("told: ctx%d told of %v, which somebody had looked at", t.scope, t.outcome)
		}
	}
	for _, r := range records {
		c.owed(r)
		c.named(r)
	}
}

func (c *scopedCheck) records() map[string]*record {
	records := map[string]*record{}
	of := func(name string) *record {
		if records[name] == nil {
			records[name] = &record{name: name}
		}
		return records[name]
	}
	for i := range c.g.vertices {
		for _, o := range c.has(i) {
			if !o.news() {
				continue
			}
			r := of(o.record)
			if r.carriers = append(r.carriers, i); !slices.ContainsFunc(c.sources(i), func(k int) bool { return c.log.finals[k].record == r.name }) {
				r.origins++
			}
		}
	}
	for _, inner := range c.log.inners {
		if inner.final.news() {
			of(inner.final.record)
		}
	}
	for _, crash := range c.log.crowed {
		of(crash.record).crashed = c.g.homes(crash.on)
	}
	for _, t := range c.log.told {
		if r := records[t.outcome.record]; r != nil {
			r.told = append(r.told, t)
		}
	}
	for _, r := range records {
		r.soft = c.handled(r, true) || c.partly(r) || c.madeOfKnown(r, records)
	}
	return records
}

// madeOfKnown reports whether r joins a record that somebody knows of.
func (c *scopedCheck) madeOfKnown(r *record, records map[string]*record) bool {
	for _, p := range records {
		if p != r && joined(r.name) && strings.Contains(r.name, p.name) &&
			(c.handled(p, false) || c.partly(p) || c.seenUntil(p, moment{seq: c.log.seq + 1}) || c.toldWith(p)) {
			return true
		}
	}
	return false
}

// toldWith reports whether somebody was told of r, or of another that has it in it.
func (c *scopedCheck) toldWith(r *record) bool {
	return slices.ContainsFunc(c.log.told, func(t tale) bool { return strings.Contains(t.outcome.record, r.name) })
}

// has are the failures that vertex i ended with: for a Settle those in its value.
func (c *scopedCheck) has(i int) (list []scopedOutcome) {
	v := &c.g.vertices[i]
	if v.kind != kSettle || c.log.finals[i].failed() {
		return []scopedOutcome{c.log.finals[i]}
	}
	for _, in := range v.in {
		if o := c.log.finals[in]; !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	return list
}

// sources are the vertices that i may have its failure from.
func (c *scopedCheck) sources(i int) []int {
	v := &c.g.vertices[i]
	if v.kind == kFlatMap && v.target >= 0 {
		return append(slices.Clone(v.in), v.target)
	}
	return v.in
}

// handled reports whether a function was given r and did not pass it on;
// with choices, also a combinator that makes another failure of it.
func (c *scopedCheck) handled(r *record, choices bool) bool {
	for i, v := range c.g.vertices {
		switch v.kind {
		case kPartial, kQuorum, kAny:
			if !choices {
				continue
			}
			fallthrough
		case kRecover, kRecoverIs, kRecoverAs, kFallback, kOnError, kFinally:
			if c.log.finals[i].record != r.name && slices.ContainsFunc(v.in, func(in int) bool { return slices.Contains(r.carriers, in) }) {
				return true
			}
		case kSettle:
			if c.log.finals[i].failed() && slices.ContainsFunc(v.in, func(in int) bool { return slices.Contains(r.carriers, in) }) {
				return true
			}
		}
	}
	return false
}

// partly reports whether r is part of another record that somebody looked at, or has one in it that somebody knows of.
func (c *scopedCheck) partly(r *record) bool {
	related := func(name string) bool {
		return name != r.name && (joined(name) && strings.Contains(name, r.name) || joined(r.name) && strings.Contains(r.name, name))
	}
	return slices.ContainsFunc(c.log.sights, func(s sight) bool { return s.outcome.failed() && related(s.outcome.record) }) ||
		joined(r.name) && slices.ContainsFunc(c.log.told, func(t tale) bool { return related(t.outcome.record) })
}

// carries reports whether a future of scope s has r, or a vertex that one which
// has it came from is of scope s: the duty stays there if the other scope has closed.
func (c *scopedCheck) carries(r *record, s int) bool {
	if slices.Contains(r.crashed, s) {
		return true
	}
	above := slices.Clone(r.carriers)
	for _, w := range c.log.waits { // a wait for several is a combinator too
		if w.how == byAwait2 && slices.ContainsFunc(w.on, func(i int) bool { return slices.Contains(r.carriers, i) }) {
			above = append(above, w.on...)
		}
	}
	for k := 0; k < len(above); k++ {
		if slices.Contains(c.g.homes(above[k]), s) {
			return true
		}
		for _, in := range c.sources(above[k]) {
			if !slices.Contains(above, in) {
				above = append(above, in)
			}
		}
	}
	return slices.ContainsFunc(c.log.inners, func(in innerLog) bool {
		return in.final.record == r.name && c.g.scopeOf(c.g.vertices[in.owner].ctx) == s
	})
}

// innerOwes reports whether r is the failure of a future that a FlatMap
// started, and the FlatMap ended before it.
func (c *scopedCheck) innerOwes(r *record) bool {
	return slices.ContainsFunc(c.log.inners, func(in innerLog) bool {
		return in.final.record == r.name && c.log.finals[in.owner].record != r.name
	})
}

// skipped reports whether somebody who had taken vertex i may have gone without a
// look by the time of t: an AsCompleted that was left early, or a wait for several
// that gave up or has just begun. Then the failure is news again.
func (c *scopedCheck) skipped(i int, t tale) bool {
	return slices.ContainsFunc(c.log.waits, func(w *waitLog) bool {
		looked := w.how == byAwait2 && w.gaveUp == "" && w.ended.at < c.decided(t)
		return (w.how == byCollect || w.how == byAwait2) && !looked && slices.Contains(w.on, i)
	})
}

// seenBefore reports whether somebody had looked at r before t was told: before
// Close was called, or at an earlier instant; or the look had waited for
// the result, and r was published to all who might owe it at once with that or later.
func (c *scopedCheck) seenBefore(r *record, t tale) bool {
	return slices.ContainsFunc(c.log.sights, func(s sight) bool {
		switch {
		case s.outcome.record != r.name:
			return false
		case s.ended.seq < t.when.began.seq || s.ended.at < c.decided(t):
			return true
		case s.ended.at > c.decided(t) || !s.firm:
			return false
		}
		behind := c.behind(r, s.on)
		return !slices.ContainsFunc(r.carriers, func(i int) bool { return c.maybeOwed(i, t) && !behind[i] })
	})
}

// decided is when the scope made up its mind to tell: at the end of Close,
// unless that then waited for a Finally which came too late for it.
func (c *scopedCheck) decided(t tale) time.Duration {
	at := t.when.ended.at
	for _, call := range c.log.calls {
		if c.g.vertices[call.vertex].kind == kFinally && t.when.began.seq > 0 && call.began.seq > t.when.began.seq {
			at = min(at, call.began.at)
		}
	}
	return at
}

// behind are the carriers of r that have it through vertex on.
func (c *scopedCheck) behind(r *record, on int) map[int]bool {
	behind := map[int]bool{on: true}
	for i := on + 1; i < len(c.g.vertices); i++ {
		from := slices.DeleteFunc(slices.Clone(c.sources(i)), func(k int) bool { return !slices.Contains(r.carriers, k) })
		behind[i] = slices.Contains(r.carriers, i) && len(from) > 0 && !slices.ContainsFunc(from, func(k int) bool { return !behind[k] })
	}
	return behind
}
