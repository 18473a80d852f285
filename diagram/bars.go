package diagram

import (
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// scale says how times become places.
type scale struct {
	whole time.Duration // what is as wide as the waterfall
	ticks []time.Duration
}

// mostSteps is how many parts the scale has at most: their names must not touch on a phone.
const mostSteps = 4

func scaleOf(t *trace.Trace) scale {
	s := scale{whole: 1}
	for i := range t.Spans {
		s.whole = max(s.whole, t.Spans[i].End)
	}
	if until := t.Spans[0].Deadline; until > s.whole && until < s.whole+s.whole/4 {
		s.whole = until
	}
	step := time.Duration(1)
	for grow := 0; s.whole/step >= mostSteps; grow++ { // 1, 2, 5, 10, …
		if grow%3 == 1 {
			step = step / 2 * 5
		} else {
			step *= 2
		}
	}
	for at := time.Duration(0); ; at += step {
		s.ticks = append(s.ticks, at)
		if at > s.whole-step { // a sum could overflow
			break
		}
	}
	return s
}

// percent is the place of a time.
func (s scale) percent(at time.Duration) string {
	at = min(max(at, 0), s.whole)
	return strconv.FormatFloat(float64(at)/float64(s.whole)*100, 'f', 2, 64) + "%"
}

// tick is a mark of the scale.
type tick struct {
	At, Text, Anchor string
}

func (s scale) marks() (marks []tick) {
	for i, at := range s.ticks {
		t := tick{At: s.percent(at), Text: spell(at), Anchor: "middle"}
		switch {
		case i == 0:
			t.Text, t.Anchor = "0", "start"
		case at > s.whole-s.whole/12:
			t.Anchor = "end"
		}
		marks = append(marks, t)
	}
	return marks
}

// bar is one row of a page's waterfall.
type bar struct {
	Item     string // where to read more; empty if the row stands for several
	Box      string // the box that it belongs to, if there is one
	Name     string
	Find     string // what a search looks into
	Tell     string // the row as a sentence
	State    state
	Depth    int // at most deepest
	Critical bool
	X, Width string
	Stray    string // width of what came after it was given up
	End      string // where that begins
	Took     string
	Note     string
}

// deepest is how far rows are indented.
const deepest = 8

func (p *page) bars() (bars []bar) {
	for _, r := range p.rows {
		b := bar{Name: oneLine(r.label), Depth: min(r.depth, deepest), Critical: r.critical}
		if r.span != nil {
			b.show(p, r)
		}
		bars = append(bars, b)
	}
	return bars
}

func (b *bar) show(p *page, r row) {
	s := r.span
	b.Item, b.State = itemID(s.ID), state(s.Status.String())
	if at := p.boxOf[s.ID]; at >= 0 {
		b.Box = itemID(at)
	}
	b.Find = strings.Join([]string{r.label, s.Task, s.Status.String(), b.State.word()}, " ")
	if why := reason(s); why != "" {
		b.Find += " " + why
	}
	words := []string{b.Name, b.State.word()}
	if s.Status != observe.StatusSkipped {
		b.X, b.Width, b.Took = p.scale.percent(s.Start), p.scale.percent(s.Elapsed()), spell(s.Elapsed())
		words = append(words, b.Took)
	}
	stray := r.stray
	if s.Status == observe.StatusStraggler {
		stray = s
	}
	if stray != nil {
		until := stray.Returned
		if until == 0 {
			until = p.scale.whole
		}
		b.End, b.Stray = p.scale.percent(stray.End), p.scale.percent(min(until, p.scale.whole)-stray.End)
	}
	switch {
	case s.ID == 0:
	case r.critical && r.saving > 0:
		b.Note = "saves " + spell(r.saving)
	case r.critical:
		b.Note = "critical"
	case r.slack != trace.Unlimited:
		b.Note = spell(r.slack) + " to spare"
	}
	if b.Note != "" {
		words = append(words, b.Note)
	}
	b.Tell = strings.Join(words, ", ")
}
