package forecast

import (
	"fmt"
	"maps"
	"slices"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// seen is what all traces of a flow show about its calls.
type seen struct {
	calls map[string]bool // by path; true if the call is made for each element of a list
	own   map[string]int  // in how many runs the task itself had a value in place of a failure
	after map[link]*after

	choices map[alternatives]bool
}

// link leads from a call to one that needs it, by their paths. That of a run ends with a slash, or is empty.
type link struct {
	from, to string
	gate     bool // the call has no value because it waited for one that has failed, and takes no data of it
}

// after is what was seen behind a call that had no value.
type after struct {
	replaced int  // in how many runs the other call began, or the run had an answer
	loss     bool // and that was degraded because of it
}

func look(traces []*trace.Trace) *seen {
	s := &seen{map[string]bool{}, map[string]int{}, map[link]*after{}, map[alternatives]bool{}}
	for _, t := range traces {
		w := wholeOf(t)
		for i, n := range t.Spans {
			if path := w.paths[i]; path != "" {
				s.calls[path] = s.calls[path] || w.hasElements(i)
				if n.Status == observe.StatusDegraded {
					s.own[path]++
				}
			}
			if n.Kind == observe.KindRun && !failed(n) && n.Status != observe.StatusCanceled || n.Kind == observe.KindNode {
				s.lookAt(w, i)
			}
		}
	}
	return s
}

// lookAt notes which calls without a value span i did without.
func (s *seen) lookAt(w *whole, i int) {
	to := w.Spans[i]
	if to.Kind == observe.KindNode && to.Status == observe.StatusSkipped {
		return
	}
	s.lookForAlternatives(w, i)
	for _, e := range w.into[i] {
		if w.origin[e.From] < 0 || w.paths[e.From] == "" || to.Kind == observe.KindNode && w.Spans[e.From].End > to.Start {
			continue
		}
		l := link{w.paths[e.From], w.target(i), w.gated[e.From]}
		if s.after[l] == nil {
			s.after[l] = &after{}
		}
		s.after[l].replaced++
		s.after[l].loss = s.after[l].loss || w.lost[w.paths[w.origin[e.From]]]
	}
}

// assumptions says what is assumed to happen at each new limit.
func (s *seen) assumptions(c Changes) []string {
	lines := []string{}
	for _, name := range slices.Sorted(maps.Keys(c.Timeout)) {
		if _, has := s.calls[name]; !has {
			continue
		}
		switch n := s.stood(name); {
		case n == 0:
			lines = append(lines, fmt.Sprintf("no run shows a value in place of %s: if it is late, a run fails, unless a value replaces a call that needs it", name))
		default:
			lines = append(lines, fmt.Sprintf("%s a value in place of %s: if it is late, an answer goes on without it", shows(n), name))
		}
	}
	return lines
}

func shows(runs int) string {
	if runs == 1 {
		return "1 run shows"
	}
	return fmt.Sprint(runs, " runs show")
}

// stood is in how many runs something was seen in place of the call.
func (s *seen) stood(path string) (n int) {
	n = s.own[path]
	for l, a := range s.after {
		if l.from == path {
			n = max(n, a.replaced)
		}
	}
	return n
}
