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
}

// link leads from a call to one that needs it, by their paths. That of a run ends with a slash, or is empty.
type link struct{ from, to string }

// after is what was seen behind a call that had no value.
type after struct {
	replaced int  // in how many runs the other call began, or the run had an answer
	loss     bool // and that was degraded because of it
}

func look(traces []*trace.Trace) *seen {
	s := &seen{map[string]bool{}, map[string]int{}, map[link]*after{}}
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
	for _, e := range w.into[i] {
		if w.origin[e.From] < 0 || w.paths[e.From] == "" || to.Kind == observe.KindNode && w.Spans[e.From].End > to.Start {
			continue
		}
		l := link{w.paths[e.From], w.target(i)}
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
			lines = append(lines, fmt.Sprintf("%s: no run shows a value in its place, so a run fails if %s is late and nothing replaces what needs it", name, name))
		case n == 1:
			lines = append(lines, fmt.Sprintf("%s: 1 run shows a value in its place, so an answer goes on without %s if it is late", name, name))
		default:
			lines = append(lines, fmt.Sprintf("%s: %d runs show a value in its place, so an answer goes on without %s if it is late", name, n, name))
		}
	}
	return lines
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
