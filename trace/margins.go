package trace

import (
	"cmp"
	"slices"
	"time"
)

// detour is a way through a level that passes some steps by: those between two steps of which the
// later one waits for the earlier one, those before a step that waits for nothing, or those after a sink.
type detour struct {
	from, to int           // the first and the last step that it passes by
	margin   time.Duration // how much sooner than the level the longest way that goes there ends
}

// margins computes, for each step, how much sooner the level would end at most if that step were shorter. Steps are in an
// order in which each comes after what it waits for, so a way through the level that does without a step passes it
// by somewhere; the longest such way is what the end of the level would wait for then. To run the level
// again for each step would take the square of the time.
func (l *level) margins() []time.Duration {
	var detours []detour
	pass := func(from, to int, margin time.Duration) {
		if from <= to {
			detours = append(detours, detour{from, to, margin})
		}
	}
	for k := range l.steps {
		s := &l.steps[k]
		if l.latest[k] == Unlimited {
			continue // the level does not wait for it
		}
		begin := l.latest[k] - (s.span.End - s.ready) // the latest at which it may be ready
		pass(0, k-1, begin-l.of.Start)
		for _, j := range s.waits {
			pass(j+1, k-1, begin-l.steps[j].span.End)
		}
		if s.sink {
			pass(k+1, len(l.steps)-1, l.end-s.span.End)
		}
	}
	slices.SortFunc(detours, func(a, b detour) int { return cmp.Compare(a.margin, b.margin) })
	margins := make([]time.Duration, len(l.steps))
	next := make([]int, len(l.steps)+1) // of each step: the next one whose margin is not known, perhaps by way of others
	for k := range next {
		next[k] = k
		if k < len(margins) {
			margins[k] = l.end - l.of.Start
		}
	}
	for _, d := range detours {
		for k := unknown(next, d.from); k <= d.to; k = unknown(next, k) {
			margins[k] = d.margin
			next[k] = k + 1
		}
	}
	return margins
}

// unknown is the first step from k on whose margin is not known.
func unknown(next []int, k int) int {
	for next[k] != k {
		next[k] = next[next[k]]
		k = next[k]
	}
	return k
}
