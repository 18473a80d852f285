package diagram

import (
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
)

// lay lays run i over the chart of its flow; i is negative if that did not run.
func (s *seen) lay(c *chart, i int) {
	spans := map[string]int{}
	if i >= 0 {
		for _, k := range s.parts[i] {
			if span := s.trace.Spans[k]; span.Kind == observe.KindNode {
				spans[span.Label()] = k
			}
		}
	}
	into := make([][]line, len(c.boxes))
	for _, l := range c.lines {
		into[l.to] = append(into[l.to], l)
	}
	for n, b := range c.boxes {
		k, ran := spans[b.label]
		switch {
		case ran:
			s.show(b, &s.trace.Spans[k])
		case i < 0 || b.observed() || c.starved(b, into[n]):
			b.state = idle
		}
		if b.inner != nil {
			in := -1
			if ran {
				in = s.run(k)
			}
			s.lay(b.inner, in)
		}
	}
	if i >= 0 {
		s.mark(c, i)
	}
}

// observed reports whether calls of the box are told of.
func (b *box) observed() bool {
	switch b.kind {
	case flow.KindStep, flow.KindEach, flow.KindSettleEach, flow.KindSleep, flow.KindSignal:
		return true
	}
	return false
}

// starved reports whether a box with those lines to it, which is not told of, cannot have run: a map needs
// all that it takes, everything else something.
func (c *chart) starved(b *box, into []line) bool {
	inputs, gone := 0, 0
	for _, l := range into {
		if l.role == flow.RoleEffect {
			continue
		}
		inputs++
		switch c.boxes[l.from].state {
		case idle, skipped, failed, canceled, stray:
			gone++
		}
	}
	if b.kind == flow.KindMap {
		return gone > 0
	}
	switch b.kind {
	case flow.KindTry, flow.KindRecover, flow.KindFallback:
		return false
	}
	return inputs > 0 && gone == inputs
}
