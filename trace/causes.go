package trace

import (
	"slices"

	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/observe"
)

// failure is that of a part of a call. Errors are kept only as long as the call goes on, to see which of
// them it passes on.
type failure struct {
	err      error
	span     int
	replaced bool     // something stood in for it
	next     *failure // an earlier one
}

// closed is what stands in place of the failures of parts of a call that has ended.
var closed failure

// note notes that a part has failed.
func (s *seat) note(f failure) {
	for {
		f.next = s.parts.Load()
		if f.next == &closed || s.parts.CompareAndSwap(f.next, &f) {
			return
		}
	}
}

// behind is the span of the latest failure that err is or wraps, 0 if it is none of them. One that
// nothing stood in for comes first.
func (f *failure) behind(err error) (span int) {
	for ; f != nil && f != &closed; f = f.next {
		switch {
		case span != 0 && f.replaced, !wraps(err, f.err):
		case f.replaced:
			span = f.span
		default:
			return f.span
		}
	}
	return span
}

// wraps reports whether inner is err, or is in it. They may be anybody's, and not comparable.
func wraps(err, inner error) (found bool) {
	errtree.Walk(err, func(e error) errtree.Next {
		if found = same(e, inner); found {
			return errtree.Stop
		}
		return errtree.Inside
	})
	return found
}

// same reports whether two errors are one. Those that cannot be compared are not.
func same(a, b error) (is bool) {
	defer func() { _ = recover() }()
	return a == b
}

// settleCauses finds the spans of the nodes that the failures of runs, and those that a flow.Recover stands in for, came from.
func (t *Trace) settleCauses() {
	if !slices.ContainsFunc(t.Spans, func(s Span) bool { return len(s.FailedOf) > 0 }) {
		return
	}
	type member struct {
		run  int
		node string
	}
	at := map[member]int{}
	for i, s := range t.Spans {
		if s.Kind == observe.KindNode {
			at[member{s.Parent, s.Node}] = i
		}
	}
	for i := range t.Spans {
		s := &t.Spans[i]
		if s.Status != observe.StatusFailed && s.Status != observe.StatusDegraded || len(s.FailedOf) == 0 {
			continue
		}
		run := i
		if s.Kind != observe.KindRun {
			run = s.Parent
		} else {
			s.Cause = 0 // the flow knows better
		}
		for _, node := range s.FailedOf { // of several, that which ended last decided
			if k, known := at[member{run, node}]; known && k != i && (s.Cause == 0 || t.Spans[k].End > t.Spans[s.Cause].End) {
				s.Cause = k
			}
		}
	}
}
