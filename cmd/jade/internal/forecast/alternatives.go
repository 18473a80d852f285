package forecast

import (
	"time"

	"github.com/jade-go/jade/observe"
)

// atOnce is how soon the losers of a flow.Any end when there is a winner.
const atOnce = 5 * time.Millisecond

// mostAlternatives is how many inputs are compared with each other. A flow.Any of more is rare, and that would take the square of the time.
const mostAlternatives = 500

// alternatives are two calls behind which a call or a run needs only one, as by a flow.Any.
type alternatives struct{ one, other, to string }

// lookForAlternatives finds calls that were abandoned when another one had a value.
func (s *seen) lookForAlternatives(w *whole, i int) {
	if len(w.into[i]) > mostAlternatives {
		return
	}
	for _, lost := range w.into[i] {
		if !w.abandoned(lost.From) {
			continue
		}
		for _, won := range w.into[i] {
			if w.Spans[won.From].Status == observe.StatusOK && w.together(lost.From, won.From) {
				a, b := w.paths[lost.From], w.paths[won.From]
				s.choices[alternatives{a, b, w.target(i)}] = true
				s.choices[alternatives{b, a, w.target(i)}] = true
			}
		}
	}
}

// together reports whether a call ended when another one had ended, or right after that.
func (w *whole) together(lost, won int) bool {
	late := w.Spans[lost].End - w.Spans[won].End
	return late >= 0 && late <= atOnce
}

// choseAnew reports whether span i would go on with another one of its alternatives than it did. How that goes is not recorded.
func (r *replaying) choseAnew(i int, calls []int, steps map[int]*step) bool {
	if len(calls) > mostAlternatives {
		return false
	}
	for _, k := range calls {
		if !steps[k].bad {
			continue
		}
		for _, other := range calls {
			s, newly := steps[other], r.origin[k] < 0
			switch {
			case steps[k].gate && s.gate: // neither may begin, so there is no choice
			case newly && r.abandoned(other) && r.together(other, k):
				return true
			case !r.known.choices[alternatives{r.paths[k], r.paths[other], r.target(i)}]:
			case s.bad && (newly || r.origin[other] < 0):
				return true // none has a value now
			case !s.bad && !newly && r.Spans[other].End >= r.Spans[k].End && s.end < steps[k].end:
				return true // it had a value before the other one failed
			}
		}
	}
	return false
}

// failedBy is when call k, which did not start because of failures, has failed: when the first of its inputs had failed, or the last of alternatives.
func (r *replaying) failedBy(k int, steps map[int]*step) (at time.Duration) {
	first, calls := true, r.waits(k, steps)
	for _, j := range calls {
		if !steps[j].bad {
			continue
		}
		end := steps[j].end
		for _, other := range calls[:min(len(calls), mostAlternatives)] {
			if steps[other].bad && r.known.choices[alternatives{r.paths[j], r.paths[other], r.target(k)}] {
				end = max(end, steps[other].end)
			}
		}
		if first || end < at {
			at, first = end, false
		}
	}
	return at
}
