package diagram

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// row is one line of a waterfall.
type row struct {
	span     *trace.Span // nil of one that stands for several
	depth    int
	label    string
	critical bool
	slack    time.Duration
	saving   time.Duration
	more     int // how many spans it stands for

	stray *trace.Span // its only attempt, if that was given up
}

// most is how many elements of one each are shown.
const most = 20

// rows lists the spans as a waterfall shows them: the parts of each below it, in the order of their beginning,
// and of their names where that is the same: who was told of first is chance then. A flow in a flow is one row, and so is a call of one attempt.
func (s *seen) rows() []row { return s.below(nil, 0, 0) }

func (s *seen) below(rows []row, i, depth int) []row {
	span := &s.trace.Spans[i]
	r := row{span: span, depth: depth, label: span.Label(), critical: s.path.Has(i), slack: s.path.Slack[i], saving: s.path.Saving[i]}
	parts := s.parts[i]
	for len(parts) == 1 {
		only := &s.trace.Spans[parts[0]]
		if only.Kind != observe.KindRun && only.Kind != observe.KindAttempt {
			break
		}
		if only.Kind == observe.KindAttempt && only.Status == observe.StatusStraggler {
			r.stray = only
		}
		parts = s.parts[only.ID]
	}
	rows = append(rows, r)
	parts, left := s.shown(parts)
	parts = slices.SortedStableFunc(slices.Values(parts), s.inOrder)
	for _, k := range parts {
		rows = s.below(rows, k, depth+1)
	}
	if left > 0 {
		rows = append(rows, row{depth: depth + 1, label: fmt.Sprintf("%d more elements", left), more: left})
	}
	return rows
}

func (s *seen) inOrder(a, b int) int {
	x, y := &s.trace.Spans[a], &s.trace.Spans[b]
	return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.Attempt, y.Attempt), cmp.Compare(x.Element, y.Element), strings.Compare(x.Label(), y.Label()))
}

// shown leaves out what there is too much of: of many elements, the critical ones, those that are
// not ok, and the slowest are shown.
func (s *seen) shown(parts []int) (shown []int, left int) {
	var elements []int
	for _, k := range parts {
		if s.trace.Spans[k].Kind == observe.KindElement {
			elements = append(elements, k)
		}
	}
	if len(elements) <= most {
		return parts, 0
	}
	slices.SortStableFunc(elements, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.rank(b), s.rank(a)), cmp.Compare(s.trace.Spans[b].Elapsed(), s.trace.Spans[a].Elapsed()))
	})
	out := elements[most:]
	slices.Sort(out)
	for _, k := range parts {
		if _, found := slices.BinarySearch(out, k); !found {
			shown = append(shown, k)
		}
	}
	return shown, len(out)
}

// rank is how much an element is worth seeing.
func (s *seen) rank(i int) int {
	switch {
	case s.trace.Spans[i].Status == observe.StatusFailed:
		return 2
	case s.path.Has(i), s.trace.Spans[i].Status != observe.StatusOK:
		return 1
	}
	return 0
}
