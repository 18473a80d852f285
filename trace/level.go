package trace

import (
	"cmp"
	"slices"
	"time"

	"github.com/jade-go/jade/observe"
)

// none is no step.
const none = -1

// level is a span with its parts, and which of them waited for which.
type level struct {
	of    *Span
	steps []step        // in the order of their beginning, so each comes after what it waits for
	end   time.Duration // of its last sink

	timed  bool            // which step waits for which was found out by time
	latest []time.Duration // of each step: the latest end that does not delay that of the level; Unlimited if none does
}

// step is one part of a level.
type step struct {
	span  *Span
	waits []int         // the steps that it waits for
	ready time.Duration // when the last of them had ended
	sink  bool          // the end of the level waits for it
}

// connect finds out what the level waited for, and when each step was ready. Which step
// waits for which is known if the level is a run of a flow.
func (l *level) connect() {
	if l.timed = !l.declared(); l.timed {
		l.connectByTime()
	}
	for k := range l.steps {
		s := &l.steps[k]
		s.ready = l.of.Start
		for _, j := range s.waits {
			s.ready = max(s.ready, l.steps[j].span.End)
		}
	}
	for _, which := range l.decisive() {
		if l.choose(which) {
			return
		}
	}
}

// declared reports whether the parts of the level say what they wait for. One that
// some code has told of with observe.Begin may not.
func (l *level) declared() bool {
	return l.of.Kind == observe.KindRun && (len(l.of.Inputs) > 0 || slices.ContainsFunc(l.steps, func(s step) bool {
		return len(s.span.Inputs)+len(s.span.After) > 0
	}))
}

// connectByTime has each step wait for the last one that ended before it began.
func (l *level) connectByTime() {
	ended := make([]int, 0, len(l.steps)) // the steps so far, in the order of their ends
	until := func(at time.Duration) int { // how many of them had ended
		n, _ := slices.BinarySearchFunc(ended, at, func(j int, at time.Duration) int {
			if l.steps[j].span.End <= at {
				return -1
			}
			return 1
		})
		return n
	}
	for k := range l.steps {
		s := &l.steps[k]
		if n := until(s.span.Start); n > 0 {
			s.waits = []int{ended[n-1]}
		}
		ended = slices.Insert(ended, until(s.span.End), k)
	}
}

// decisive returns rules for what the end of the level waits for. The first that any step follows is the right one.
func (l *level) decisive() []func(*Span) bool {
	any := func(*Span) bool { return true }
	if l.timed {
		return []func(*Span) bool{any}
	}
	if l.of.Status == observe.StatusOK || len(l.of.Losses) > 0 {
		return []func(*Span) bool{func(s *Span) bool { return slices.Contains(l.of.Inputs, s.Node) }, any}
	}
	return []func(*Span) bool{
		func(s *Span) bool { return slices.Contains(l.of.FailedOf, s.Node) },
		func(s *Span) bool { return s.Status == observe.StatusStraggler },
		func(s *Span) bool { return s.Status == observe.StatusFailed },
		any,
	}
}

// choose makes those steps sinks that had ended when the level did, and are as which says.
func (l *level) choose(which func(*Span) bool) (some bool) {
	for k := range l.steps {
		s := &l.steps[k]
		if s.span.End <= l.of.End && which(s.span) {
			s.sink, some = true, true
			l.end = max(l.end, s.span.End)
		}
	}
	return some
}

// last is the sink that ended last, or none.
func (l *level) last() int {
	last := none
	for k := range l.steps {
		if l.steps[k].sink && (last == none || l.steps[k].span.End > l.steps[last].span.End) {
			last = k
		}
	}
	return last
}

// gate is, of what step k waits for, that which ended last, or none.
func (l *level) gate(k int) int {
	for _, j := range l.steps[k].waits {
		if l.steps[j].span.End == l.steps[k].ready {
			return j
		}
	}
	return none
}

// slacken computes the slack of each step from that of the level.
func (l *level) slacken(slack []time.Duration) {
	latest := make([]time.Duration, len(l.steps))
	l.latest = latest
	for k := range l.steps {
		latest[k] = Unlimited
		if l.steps[k].sink {
			latest[k] = l.end
		}
	}
	outer := slack[l.of.ID]
	for k := len(l.steps) - 1; k >= 0; k-- {
		s := &l.steps[k]
		if latest[k] == Unlimited {
			slack[s.span.ID] = Unlimited
			continue
		}
		slack[s.span.ID] = Unlimited
		if outer != Unlimited {
			slack[s.span.ID] = latest[k] - s.span.End + outer
		}
		for _, j := range s.waits {
			latest[j] = min(latest[j], latest[k]-(s.span.End-s.ready))
		}
	}
}

// at is the step of the span with that id.
func (l *level) at(id int) int {
	k, _ := slices.BinarySearchFunc(l.steps, id, func(s step, id int) int { return cmp.Compare(s.span.ID, id) })
	return k
}
