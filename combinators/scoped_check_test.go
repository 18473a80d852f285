package combinators_test

import (
	"fmt"
	"slices"
)

// scopedCheck holds the log of one run against what the documentation
// promises. Where the order of things at one instant makes several outcomes right, it accepts each of them.
type scopedCheck struct {
	g     *scopedGraph
	log   *scopedLog
	wrong []string
}

// verify returns what is wrong with the log of a run of g.
func (g *scopedGraph) verify(log *scopedLog) []string {
	c := &scopedCheck{g: g, log: log}
	c.complete()
	if len(c.wrong) == 0 {
		c.lifetimes()
		c.results()
		c.waits()
		c.reports()
	}
	return c.wrong
}

func (c *scopedCheck) fail(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// complete checks that nothing hangs.
func (c *scopedCheck) complete() {
	for i, open := range c.log.open {
		if open {
			c.fail("hangs: v%d (%v) never completed", i, c.g.vertices[i].kind)
		}
	}
	for _, w := range c.log.waits {
		if !w.returned {
			c.fail("hangs: a wait never returned: %v", &w.wait)
		}
	}
	for _, end := range c.log.closes {
		if !end.returned {
			c.fail("hangs: Close of ctx%d never returned", end.scope)
		}
	}
}

// lifetimes checks that a scope which has closed is over: no function of it
// runs or begins, and every future of it is complete.
func (c *scopedCheck) lifetimes() {
	for _, end := range c.log.closes {
		if end.other != "" {
			c.fail("Close of ctx%d returned %s", end.scope, end.other)
		}
		late := lateness{c, end, map[int]bool{}}
		for _, call := range c.log.calls {
			if call.ended.seq > 0 && call.ended.seq < end.ended.seq || late.call(call) {
				continue
			}
			what := "runs on"
			if call.began.seq > end.ended.seq {
				what = fmt.Sprintf("begins %v", call.began.at-end.ended.at)
			}
			c.fail("after Close of ctx%d: a %s of v%d (%v) %s", end.scope, call.what, call.vertex, c.g.vertices[call.vertex].kind, what)
		}
		for _, i := range end.pending {
			if c.log.builds[i].ended.seq < end.ended.seq && !late.vertex(i) {
				c.fail("after Close of ctx%d: v%d (%v) is not complete", end.scope, i, c.g.vertices[i].kind)
			}
		}
	}
}

// lateness says what may go on after a call of Close has returned.
type lateness struct {
	c    *scopedCheck
	end  *closeLog
	memo map[int]bool
}

// inside reports whether vertex i belongs to the scope, or to one in it.
func (l lateness) inside(i int) bool {
	homes := l.c.g.homes(i)
	return len(homes) > 0 && !slices.ContainsFunc(homes, func(s int) bool { return !l.c.g.within(s, l.end.scope) })
}

// joining reports whether what was begun at s may have come too late for Close.
func (l lateness) joining(s span) bool {
	return s.ended.seq == 0 || s.ended.seq > l.end.began.seq && s.ended.at >= l.end.ended.at
}

// vertex reports whether i may complete after Close has returned: it is not
// of the scope; or it is a Finally whose input may, or that was made too late;
// or it has no ctx of its own and its inputs may. A quick function of another
// scope runs on a goroutine of that.
//
// A future of several inputs ends with its inputs. So one that has an input
// of another scope, or of none, may complete after Close of its own.
func (l lateness) vertex(i int) bool {
	if late, known := l.memo[i]; known {
		return late
	}
	v := &l.c.g.vertices[i]
	isLate := func(k int) bool { return l.vertex(k) }
	late := false
	switch {
	case v.decided():
	case v.kind == kFinally:
		late = !l.inside(i) || l.joining(l.c.log.builds[i]) || isLate(v.in[0])
	case v.kind.takesCtx():
		late = !l.inside(i)
	case v.kind == kRace: // if another scope's work has won it, that may be about to complete it
		late = !slices.ContainsFunc(v.in, func(k int) bool { return !isLate(k) }) || !l.inside(i) && slices.ContainsFunc(v.in, isLate)
	case v.kind == kMap || v.kind == kTap || v.kind == kOnError || v.kind == kFallback:
		late = !l.inside(i) || isLate(v.in[0])
	default:
		late = slices.ContainsFunc(v.in, isLate)
	}
	l.memo[i] = late
	return late
}

// call reports whether a function may run when Close has returned. What is
// called on the goroutine of the caller, because its input is complete, is not the scope's.
func (l lateness) call(call *callLog) bool {
	v := &l.c.g.vertices[call.vertex]
	switch {
	case !l.inside(call.vertex):
		return true
	case call.what == "hook":
		return l.joining(call.made) || l.vertex(call.vertex)
	case call.what == "quick", call.what == "reading":
		build := l.c.log.builds[call.vertex]
		if call.what == "reading" {
			build = call.made
		}
		onCaller := call.began.seq > build.began.seq && (build.ended.seq == 0 || call.began.seq < build.ended.seq)
		return onCaller || l.joining(build) || l.vertex(call.vertex)
	case v.kind == kFinally:
		return l.vertex(call.vertex)
	}
	return false
}

// results checks that a failure fails what needs it, and that all saw the same.
func (c *scopedCheck) results() {
	for i, v := range c.g.vertices {
		final := c.log.finals[i]
		switch v.kind {
		case kThen, kThenN, kMap, kFlatMap, kTap, kFinally, kShield, kWithin, kAll, kZip, kOnError:
			for _, in := range v.in {
				if c.log.finals[in].failed() && !final.failed() {
					c.fail("result: v%d (%v) succeeded, but its input v%d is %v", i, v.kind, in, c.log.finals[in])
				}
			}
		case kRace:
			if (faulty(final.record) || !final.failed()) && !slices.ContainsFunc(v.in, func(in int) bool {
				input := c.log.finals[in]
				return input.record == final.record && (final.failed() || input.value == final.value)
			}) {
				c.fail("result: v%d (%v) is %v, which no input is", i, v.kind, final)
			}
		}
	}
	for _, s := range c.log.sights {
		if s.on >= 0 && s.outcome != c.log.finals[s.on] {
			c.fail("result: somebody saw %v of v%d, which is %v", s.outcome, s.on, c.log.finals[s.on])
		}
	}
}

// waits checks what waits returned, and that they did so at once.
func (c *scopedCheck) waits() {
	seen := map[int]moment{} // the first sight of each vertex
	for _, s := range c.log.sights {
		if first, ok := seen[s.on]; s.on >= 0 && s.outcome == c.log.finals[s.on] && (!ok || s.ended.seq < first.seq) {
			seen[s.on] = s.ended
		}
	}
	for _, w := range c.log.waits {
		if w.wrong != "" {
			c.fail("wait: %s", w.wrong)
		}
		if w.failure != "" && !slices.ContainsFunc(w.on, func(i int) bool { return c.log.finals[i].record == w.failure }) {
			c.fail("wait: %v returned %s, which none of them is", &w.wait, w.failure)
		}
		if w.ctx == withPatience && w.gaveUp != "" && w.how != byCollect && w.ended.at != w.began.at+patience {
			c.fail("wait: %v gave up after %v", &w.wait, w.ended.at-w.began.at)
		}
		if first, ok := seen[w.on[0]]; ok && w.how == byAwait && w.gaveUp == "" && w.began.at < first.at && w.ended.at > first.at {
			c.fail("wait: %v returned at %v, but the result was there at %v", &w.wait, w.ended.at, first.at)
		}
	}
}
