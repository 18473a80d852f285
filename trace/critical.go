package trace

import (
	"math"
	"slices"
	"time"

	"github.com/jade-go/jade/observe"
)

// CriticalPath says why a run took as long as it did.
type CriticalPath struct {
	// Spans are those that the answer waited for, in the order of their beginning: to
	// make one of them slower would have made the run slower. A span comes
	// before the parts of it that are on the path too. The run itself is left out.
	Spans []int
	// Slack is, for each span of the trace, how much longer it could have taken
	// without the answer coming later; [Unlimited] if the answer did not wait for it at all.
	Slack []time.Duration
	// Saving is, for each span of the trace, how much sooner the answer would have
	// been there, had it taken no time. It is zero for all that are not on the path.
	Saving []time.Duration
}

// Unlimited is the slack of a span that the answer did not wait for.
const Unlimited time.Duration = math.MaxInt64

// Has reports whether span i is on the path.
func (p CriticalPath) Has(i int) bool {
	_, found := slices.BinarySearch(p.Spans, i)
	return found
}

// CriticalPath finds out which spans the answer waited for.
//
// Among the nodes of a flow it goes by what they take and wait for. Of an answer that is or replaces a
// failure it takes what failed or was given up last. Among the parts of anything else - attempts, elements, tasks
// that a function calls - it goes by time: each waits for the last one that ended before it began, as
// in CRISP (Zhang et al., USENIX ATC 2022). What a saving cannot know is
// that a run with less to do shares its machine differently, or would have taken another way.
//
// Cost: about proportional to the spans and what they take.
func (t *Trace) CriticalPath() CriticalPath {
	p := CriticalPath{Slack: make([]time.Duration, len(t.Spans)), Saving: make([]time.Duration, len(t.Spans))}
	if len(t.Spans) == 0 {
		return p
	}
	all := levelsOf(t)
	for i, s := range t.Spans { // each comes before its parts
		if s.Status == observe.StatusSkipped {
			p.Slack[i] = Unlimited
		}
		if all[i] != nil {
			all[i].slacken(p.Slack)
		}
	}
	p.Spans = all.path(0, nil)
	slices.Sort(p.Spans)
	all.save(t, p)
	return p
}

// levels has, for each span that has parts, what is known of those.
type levels []*level

func levelsOf(t *Trace) levels {
	all := make(levels, len(t.Spans))
	at := make([]int, len(t.Spans))
	for i := range t.Spans {
		s := &t.Spans[i]
		at[i] = none
		if i == 0 || s.Status == observe.StatusSkipped {
			continue
		}
		l := all[s.Parent]
		if l == nil {
			l = &level{of: &t.Spans[s.Parent]}
			all[s.Parent] = l
		}
		at[i] = len(l.steps)
		l.steps = append(l.steps, step{span: s})
	}
	for _, e := range t.Edges() {
		all.declare(t, e, at)
	}
	for _, l := range all {
		if l != nil {
			l.connect()
		}
	}
	return all
}

// declare has a step wait for another if that had ended when it began. At has the place of
// each span among the steps of its level, or none.
func (all levels) declare(t *Trace, e Edge, at []int) {
	from, to := &t.Spans[e.From], &t.Spans[e.To]
	if from.Parent == to.Parent && at[e.From] != none && at[e.To] != none && from.End <= to.Start {
		s := &all[to.Parent].steps[at[e.To]]
		s.waits = append(s.waits, at[e.From])
	}
}

// path appends what is critical inside span i.
func (all levels) path(i int, path []int) []int {
	l := all[i]
	if l == nil {
		return path
	}
	for k := l.last(); k != none; k = l.gate(k) {
		id := l.steps[k].span.ID
		path = all.path(id, append(path, id))
	}
	return path
}

// save computes the savings of what is on the path: what a span saves its level, as far as that saves the run.
func (all levels) save(t *Trace, p CriticalPath) {
	margins := make([][]time.Duration, len(all))
	most := make([]time.Duration, len(all)) // how much sooner the run would end at most if the span were shorter
	most[0] = t.Spans[0].Elapsed()
	for _, i := range p.Spans { // what is around a span is on the path too, and before it
		around := t.Spans[i].Parent
		l := all[around]
		if margins[around] == nil {
			margins[around] = l.margins()
		}
		most[i] = min(most[around], margins[around][l.at(i)])
		p.Saving[i] = min(most[i], t.Spans[i].Elapsed())
	}
}
