package diagram

import (
	"slices"
	"strings"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// trouble is a call that did not go well.
type trouble struct {
	span     *trace.Span
	name     string
	replaced bool // something stands in for it
	inside   bool // it is inside one of those
}

// troubles are the calls that failed, were given up, or whose result stands in for a failure,
// in the order of their beginning. A failure is told where it was, and no more of what it made fail.
func (d *Diagram) troubles() (found []trouble) {
	for i := range d.trace.Spans {
		s := &d.trace.Spans[i]
		if s.Kind == observe.KindNode && !d.passedOn(s) {
			switch s.Status {
			case observe.StatusFailed, observe.StatusDegraded, observe.StatusStraggler:
				found = append(found, trouble{span: s, name: oneLine(s.Label()), replaced: s.Status == observe.StatusDegraded})
			}
		}
	}
	return d.settle(found)
}

// settle says which failures did no harm. One that another node of the flow stood in for
// is told as one; that node is left out.
func (d *Diagram) settle(all []trouble) (told []trouble) {
	at := map[int]int{} // of a span, its place in all
	for k, t := range all {
		at[t.span.ID] = k
	}
	left := d.degradedInside()
	for _, by := range all {
		if by.span.Status != observe.StatusDegraded || left[by.span.ID] {
			continue
		}
		for _, i := range d.causes(by.span.ID) {
			k, known := at[i]
			switch {
			case !known || all[k].span.Status != observe.StatusFailed:
			case d.within(i, by.span.ID):
				all[k].inside = true
			default:
				all[k].replaced, left[by.span.ID] = true, true
			}
		}
	}
	for _, t := range all {
		if !left[t.span.ID] {
			told = append(told, t)
		}
	}
	return told
}

// degradedInside are the nodes whose flow has an answer of its own that does without something: that is told, and not they.
func (d *Diagram) degradedInside() map[int]bool {
	found := map[int]bool{}
	for i := range d.trace.Spans {
		s := &d.trace.Spans[i]
		if s.Kind != observe.KindRun || s.Status != observe.StatusDegraded || len(s.Losses) == 0 {
			continue
		}
		for around := s.Parent; around > 0; around = d.trace.Spans[around].Parent {
			if in := &d.trace.Spans[around]; in.Kind == observe.KindNode {
				found[around] = in.Status == observe.StatusDegraded
				break
			}
		}
	}
	return found
}

// causes are the spans that the failure of span i came from, one by way of the other.
func (d *Diagram) causes(i int) (found []int) {
	for range d.trace.Spans { // a trace that was read may go in circles
		if i = d.trace.Spans[i].Cause; i == 0 {
			break
		}
		found = append(found, i)
	}
	return found
}

// passedOn reports whether a call inside s went as s did, and s did so because of that.
func (d *Diagram) passedOn(s *trace.Span) bool {
	return slices.ContainsFunc(d.causes(s.ID), func(i int) bool {
		in := &d.trace.Spans[i]
		return in.Kind == observe.KindNode && in.Status == s.Status && d.within(i, s.ID)
	})
}

// within reports whether span i is a part of span around, or of a part of that.
func (d *Diagram) within(i, around int) bool {
	for i > around {
		i = d.trace.Spans[i].Parent
	}
	return i == around
}

// slowest is the call of the critical path that took longest, calls with others of the path in them left out.
func (d *Diagram) slowest() (found *trace.Span) {
	inner := map[int]bool{} // spans with a critical call in them
	for k := len(d.path.Spans) - 1; k >= 0; k-- {
		s := &d.trace.Spans[d.path.Spans[k]]
		if s.Kind == observe.KindNode && !inner[s.ID] && (found == nil || s.Elapsed() >= found.Elapsed()) {
			found = s
		}
		if inner[s.ID] || s.Kind == observe.KindNode {
			inner[s.Parent] = true
		}
	}
	return found
}

// verdict says in a sentence or two how the run went, and what made it as long as it was.
func (d *Diagram) verdict() string {
	return d.ending() + d.cause()
}

// ending says how the run ended, and what was not as it should be.
func (d *Diagram) ending() string {
	root := d.trace.Root()
	name, took := oneLine(d.name), spell(root.Elapsed())
	troubles := d.troubles()
	switch root.Status {
	case observe.StatusFailed:
		return name + " failed after " + took + d.because()
	case observe.StatusStraggler:
		return name + " was given up after " + took + d.because()
	case observe.StatusCanceled:
		return name + " was cancelled after " + took + "."
	case observe.StatusSkipped:
		return name + " did not start."
	}
	text := name + " took " + took
	if lost := d.lost(); lost != "" {
		text += ", degraded: " + lost
	} else if root.Status == observe.StatusDegraded {
		text += ", degraded"
	}
	return text + "." + d.effects(troubles) + d.late(troubles)
}

// effects names the effects that have failed or were lost: the answer did not need them.
func (d *Diagram) effects(troubles []trouble) string {
	var names []string
	for _, t := range troubles {
		if !t.inside && !t.replaced && d.isForEffect(t.span) && (t.span.Status == observe.StatusFailed || t.span.Lost) {
			names = append(names, t.classed())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " Beside the answer " + someOf(names) + " failed."
}

// isForEffect reports whether no answer needs the call.
func (d *Diagram) isForEffect(s *trace.Span) bool {
	for i := s.Parent; !s.Effect && i > 0; i = s.Parent {
		s = &d.trace.Spans[i]
	}
	return s.Effect
}

// because names the call that failed the run, by what it is: others may have failed with the same words, or have been slower.
func (d *Diagram) because() string {
	root := d.trace.Root()
	causes := d.causes(0)
	for _, i := range slices.Backward(causes) {
		if s := &d.trace.Spans[i]; s.Kind == observe.KindNode {
			if s.Gate != "" {
				return ": " + shorten(oneLine(s.Label()), nameSize, 2*mostText) + " was " + shorten(reason(s), nameSize, 2*mostText) + "."
			}
			return ": " + trouble{span: s, name: oneLine(s.Label())}.classed() + " failed."
		}
	}
	class := ""
	if root.Class != 0 {
		class = " (" + root.Class.String() + ")"
	}
	if root.FailedNode != "" {
		return ": " + shorten(oneLine(root.FailedNode), nameSize, 2*mostText) + class + " failed."
	}
	return class + "."
}

// lost says what an answer does without. It is empty if nothing is missing.
func (d *Diagram) lost() string {
	var replaced, failed []string
	for _, t := range d.troubles() {
		switch {
		case t.inside, d.isForEffect(t.span):
		case t.replaced:
			replaced = append(replaced, t.classed())
		case t.span.Status == observe.StatusFailed, d.isLost(t.span):
			failed = append(failed, t.classed())
		}
	}
	var parts []string
	if len(replaced) > 0 {
		parts = append(parts, someOf(replaced)+wereOr(replaced, " was replaced by its fallback", " were replaced by their fallbacks"))
	}
	if len(failed) > 0 {
		parts = append(parts, someOf(failed)+wereOr(failed, " failed, and the answer does without it", " failed, and the answer does without them"))
	}
	return strings.Join(parts, "; ")
}

// isLost reports whether the answer does without the value of a call that was given up.
func (d *Diagram) isLost(s *trace.Span) bool {
	lost := d.trace.Root().Losses
	if s.Status != observe.StatusStraggler || len(lost) == 0 {
		return false
	}
	name := s.Node
	for i := s.Parent; i > 0; i = d.trace.Spans[i].Parent {
		if around := &d.trace.Spans[i]; around.Kind == observe.KindNode {
			name = around.Node + "/" + name
		}
	}
	return slices.Contains(lost, name)
}

// late names what else was given up while the answer was there.
func (d *Diagram) late(troubles []trouble) string {
	var names []string
	for _, t := range troubles {
		if t.span.Status == observe.StatusStraggler && !d.isLost(t.span) && !d.isForEffect(t.span) {
			names = append(names, shorten(t.name, nameSize, 2*mostText))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " " + someOf(names) + wereOr(names, " was given up.", " were given up.")
}

// classed is the name of what went wrong, with the class of the failure.
func (t trouble) classed() string {
	name := shorten(t.name, nameSize, 2*mostText)
	if why := reason(t.span); why != "" {
		return name + " (" + shorten(why, nameSize, 2*mostText) + ")"
	}
	return name
}

// mostNamed is how many calls a sentence names.
const mostNamed = 4

func someOf(names []string) string {
	if len(names) > mostNamed {
		return list(append(names[:mostNamed:mostNamed], counted(len(names)-mostNamed, "other")))
	}
	return list(names)
}

func wereOr(names []string, one, many string) string {
	if len(names) == 1 {
		return one
	}
	return many
}

// cause says what made the run as long as it was.
func (d *Diagram) cause() string {
	s := d.slowest()
	if s == nil {
		return ""
	}
	name := shorten(oneLine(s.Label()), nameSize, 2*mostText)
	text := " Slowest on the critical path: " + name + ", " + spell(s.Elapsed())
	sooner := "no sooner."
	if saving := d.path.Saving[s.ID]; saving > 0 {
		sooner = spell(saving) + " sooner."
	}
	if others := d.beside(s); len(others) > 0 {
		return text + ". Beside it " + someOf(others) + " took nearly as long: without " + name + " alone the answer would have come " + sooner
	}
	return text + "; without it the answer would have come " + sooner
}

// beside names the calls that the answer would have waited for without s, nearly as long.
func (d *Diagram) beside(s *trace.Span) (names []string) {
	if d.path.Saving[s.ID] > s.Elapsed()/10 {
		return nil
	}
	for i := range d.trace.Spans {
		o := &d.trace.Spans[i]
		if o.Kind == observe.KindNode && !d.path.Has(i) && d.path.Slack[i] <= s.Elapsed()/10 && o.Elapsed() >= s.Elapsed()/2 {
			names = append(names, shorten(oneLine(o.Label()), nameSize, 2*mostText))
		}
	}
	return names
}
