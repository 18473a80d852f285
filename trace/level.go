package trace

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/task"
)

// none is no step.
const none = -1

// level is a span with its parts, and which of them waited for which.
type level struct {
	of    *Span
	steps []step        // in the order of their beginning, so each comes after what it waits for
	end   time.Duration // of its last sink

	timed   bool            // which step waits for which was found out by time: each for one at most
	margins []time.Duration // if timed: see measure; nil until someone asks
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
// some code has told of with task.Begin may not.
func (l *level) declared() bool {
	return l.of.Kind == task.RunCall && (len(l.of.Inputs) > 0 || slices.ContainsFunc(l.steps, func(s step) bool {
		return len(s.span.Inputs)+len(s.span.After) > 0
	}))
}

// connectByTime has each step wait for the last one that ended before it began.
func (l *level) connectByTime() {
	byEnd := make([]int, len(l.steps))
	for k := range byEnd {
		byEnd[k] = k
	}
	slices.SortStableFunc(byEnd, func(a, b int) int { return cmp.Compare(l.steps[a].span.End, l.steps[b].span.End) })
	ended := 0
	for k := range l.steps { // which begin one after the other
		for ended < len(byEnd) && l.steps[byEnd[ended]].span.End <= l.steps[k].span.Start {
			ended++
		}
		for i := ended - 1; i >= 0; i-- {
			if j := byEnd[i]; j < k && l.steps[j].span.End <= l.steps[k].span.Start {
				l.steps[k].waits = []int{j}
				break
			}
		}
	}
}

// decisive returns rules for what the end of the level waits for. The first that any step follows is the right one.
func (l *level) decisive() []func(*Span) bool {
	any := func(*Span) bool { return true }
	if l.timed {
		return []func(*Span) bool{any}
	}
	if l.of.Status == task.OK {
		return []func(*Span) bool{func(s *Span) bool { return slices.Contains(l.of.Inputs, s.Node) }, any}
	}
	return []func(*Span) bool{
		func(s *Span) bool { // the run's failure wraps that of the node
			return s.Status == task.Failed && s.Err != "" && strings.Contains(l.of.Err, s.Err)
		},
		func(s *Span) bool { return s.Status == task.Straggler },
		func(s *Span) bool { return s.Status == task.Failed },
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
	latest := make([]time.Duration, len(l.steps)) // end of each that delays nothing
	for k := range l.steps {
		latest[k] = Unlimited
		if l.steps[k].sink {
			latest[k] = l.end
		}
	}
	outer := slack[l.of.ID]
	for k := len(l.steps) - 1; k >= 0; k-- {
		s := &l.steps[k]
		if latest[k] == Unlimited || outer == Unlimited {
			slack[s.span.ID] = Unlimited
			continue
		}
		slack[s.span.ID] = latest[k] - s.span.End + outer
		for _, j := range s.waits {
			latest[j] = min(latest[j], latest[k]-(s.span.End-s.ready))
		}
	}
}

// without is how much sooner the level would end if the span with that id, which is on its path, took less time.
func (l *level) without(id int, saved time.Duration) time.Duration {
	k, _ := slices.BinarySearchFunc(l.steps, id, func(s step, id int) int { return cmp.Compare(s.span.ID, id) })
	if l.timed {
		if l.margins == nil {
			l.measure()
		}
		return min(saved, l.margins[k])
	}
	return l.again(k, saved)
}

// again runs the level again, with step k shorter.
func (l *level) again(k int, saved time.Duration) time.Duration {
	ends := make([]time.Duration, len(l.steps))
	var end time.Duration
	for i := range l.steps {
		s := &l.steps[i]
		ready := l.of.Start
		for _, j := range s.waits {
			ready = max(ready, ends[j])
		}
		ends[i] = ready + s.span.End - s.ready
		if i == k {
			ends[i] -= saved
		}
		if s.sink {
			end = max(end, ends[i])
		}
	}
	return max(0, l.end-end)
}

// measure computes, for each step on the path of a timed level, how much sooner the level could end at most if that step
// were shorter: all that waited for it, and only that, would end sooner by as much. It is
// what again would find out, without going through thousands of elements once for each of them.
func (l *level) measure() {
	l.margins = make([]time.Duration, len(l.steps))
	var path []int // from its beginning
	for k := l.last(); k != none; k = l.gate(k) {
		path = append(path, k)
	}
	slices.Reverse(path)
	behind := make([]int, len(l.steps))        // how many steps of the path each step is, or has waited for
	ends := make([]time.Duration, len(path)+1) // of the sinks behind so many, the last
	for k, next := 0, 0; k < len(l.steps); k++ {
		s := &l.steps[k]
		if len(s.waits) > 0 {
			behind[k] = behind[s.waits[0]]
		}
		if next < len(path) && path[next] == k {
			next++
			behind[k] = next
		}
		if s.sink {
			ends[behind[k]] = max(ends[behind[k]], s.span.End)
		}
	}
	var rest time.Duration // end of what is not behind the step
	for i, k := range path {
		rest = max(rest, ends[i])
		l.margins[k] = l.end - rest
	}
}
