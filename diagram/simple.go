package diagram

import "github.com/jade-go/jade/flow"

// mostBoxes is how many boxes a chart shows unless it is asked for all.
const mostBoxes = 500

// count is how many boxes there are, those inside others too.
func (c *chart) count() (n int) {
	c.each(func(*box) { n++ })
	return n
}

// glued reports whether a box is only what joins calls: a quick function, a constant, a Try, a Fallback, a Recover that had nothing to do.
// It may be left out where few lines meet.
func glued(b *box, in, out int) bool {
	if b.output || b.span != nil || b.inner != nil {
		return false
	}
	switch b.kind {
	case flow.KindConst:
		return true
	case flow.KindMap, flow.KindTry, flow.KindRecover, flow.KindFallback:
		return out > 0 && (in <= 1 || out <= 1 || in*out <= in+out+3)
	}
	return false
}

// without is the chart without the boxes that gone wants to leave out: what they took goes to those that took of them.
func (c *chart) without(gone func(b *box, in, out int) bool) *chart {
	s := &chart{name: c.name}
	into, out := make([][]line, len(c.boxes)), make([]int, len(c.boxes))
	for _, l := range c.lines {
		out[l.from]++
	}
	at := make([]int, len(c.boxes))
	for _, l := range c.lines {
		into[l.to] = append(into[l.to], l)
	}
	for n, b := range c.boxes { // each after what it takes
		lines := into[n]
		into[n] = nil
		for _, l := range lines {
			if at[l.from] >= 0 {
				into[n] = append(into[n], l)
				continue
			}
			for _, past := range into[l.from] { // the box between is left out
				past.to, past.critical = n, past.critical && l.critical
				if l.role != flow.RoleData {
					past.role = l.role
				}
				into[n] = append(into[n], past)
			}
		}
		into[n] = distinct(into[n])
		if gone(b, len(into[n]), out[n]) {
			at[n] = -1
			continue
		}
		at[n] = len(s.boxes)
		if b.inner != nil {
			inner := *b
			inner.inner, inner.of = b.inner.without(gone), b
			b = &inner
		}
		s.boxes = append(s.boxes, b)
		for _, l := range into[n] {
			l.from, l.to = at[l.from], at[n]
			s.lines = append(s.lines, l)
		}
	}
	return s
}

// distinct leaves out lines that another one is the same as.
func distinct(lines []line) (left []line) {
	type ends struct {
		from int
		role flow.Role
	}
	at := map[ends]int{}
	for _, l := range lines {
		k, known := at[ends{l.from, l.role}]
		if !known {
			at[ends{l.from, l.role}] = len(left)
			left = append(left, l)
			continue
		}
		left[k].critical = left[k].critical || l.critical
	}
	return left
}

// focused is the part of a large chart that matters most, at most that many boxes: the critical path and
// the result, then what did not go well, then their neighbours. If nothing has run, it is the beginning.
func (c *chart) focused(most int) *chart {
	rank := make([]int, len(c.boxes)) // the lower the better; 0: of no interest
	ran := false
	for n, b := range c.boxes {
		switch {
		case b.critical || b.output:
			rank[n] = 1
		case b.state == failed || b.state == degraded || b.state == stray:
			rank[n] = 2
		}
		ran = ran || b.span != nil
	}
	for _, l := range c.lines {
		for _, end := range [][2]int{{l.from, l.to}, {l.to, l.from}} {
			if rank[end[1]] == 0 && rank[end[0]] == 1 {
				rank[end[1]] = 3
			}
		}
	}
	kept := make([]bool, len(c.boxes))
	for want := 1; want <= 4; want++ {
		for n, b := range c.boxes {
			if most <= 0 {
				break
			}
			if rank[n] == want || want == 4 && !ran {
				if kept[n] {
					continue
				}
				kept[n] = true
				if most--; b.inner != nil {
					most -= b.inner.count()
				}
			}
		}
	}
	return c.part(kept)
}

// part is the chart with those boxes alone. What is inside a box is drawn if it is small enough.
func (c *chart) part(kept []bool) *chart {
	s := &chart{name: c.name}
	at := make([]int, len(c.boxes))
	for n, b := range c.boxes {
		at[n] = -1
		if !kept[n] {
			continue
		}
		at[n] = len(s.boxes)
		if b.inner != nil && b.inner.count() > mostBoxes/2 {
			inner := *b
			inner.inner, inner.of = b.inner.focused(mostBoxes/2), b
			b = &inner
		}
		s.boxes = append(s.boxes, b)
	}
	for _, l := range c.lines {
		if l.from, l.to = at[l.from], at[l.to]; l.from >= 0 && l.to >= 0 {
			s.lines = append(s.lines, l)
		}
	}
	return s
}
