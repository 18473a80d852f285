package diagram

import (
	"github.com/jade-go/jade/flow"
)

// Sizes of what is inside a box.
const (
	nameSize  = 13
	smallSize = 11
	textPad   = 10  // between a box and its text
	mostText  = 230 // the width of the longest
	iconRoom  = 18
	portRoom  = 14 // between labelled lines that end at a box
)

// shapeOf says how large a box is, and what is where in it. Ports are the
// lines that end at it.
func shapeOf(b *box, ports int) shape {
	s := shape{h: 7}
	left := textPad
	if b.named() {
		left += 6 + widthOf("yes", smallSize)
	}
	x := left
	if b.state.hasIcon() {
		s.icon = point{x, 9}
		x += iconRoom
	}
	s.write(b.title(x, s.h))
	s.h += 16
	for _, f := range b.facts() {
		s.write(labelOf(f, smallSize, factLook, left, s.h))
		s.h += 14
	}
	s.h += 7
	if b.inner != nil {
		s.frame(b.inner)
	}
	if b.named() {
		s.stretch(ports*portRoom + 6)
	}
	s.stretch(min(6*ports+8, 120))
	return s
}

// stretch makes the box as high as that, if it is not; what is in it stays in the middle.
func (s *shape) stretch(h int) {
	if h <= s.h {
		return
	}
	down := (h - s.h) / 2
	for i := range s.labels {
		s.labels[i].y += down
	}
	s.icon.y += down
	s.at.y += down
	s.h = h
}

// frame makes room for what is inside.
func (s *shape) frame(c *chart) {
	s.inner = arrange(c)
	s.at = point{textPad, s.h}
	s.w = max(s.w, s.inner.w+2*textPad)
	s.h += s.inner.h + textPad
}

func (s *shape) write(l label) {
	s.labels = append(s.labels, l)
	s.w = max(s.w, l.x+l.w+textPad)
}

// labelOf places a text with its upper left corner at x, y.
func labelOf(text string, size int, look look, x, y int) label {
	text = shorten(text, size, mostText)
	return label{x: x, y: y + size, w: widthOf(text, size), size: size, text: text, look: look}
}

// title is the name of a box, as it stands in it.
func (b *box) title(x, y int) label {
	if b.minor() {
		return labelOf(oneLine(b.label), smallSize, factLook, x, y+1)
	}
	return labelOf(oneLine(b.label), nameSize, nameLook, x, y)
}

// minor reports whether the box is no call, but what lies between calls.
func (b *box) minor() bool { return b.kind != "" && !b.observed() }

// named reports whether the lines that end at the box are told from each other by a word.
func (b *box) named() bool { return b.kind == flow.KindEither }

// facts are the small lines below the name.
func (b *box) facts() (facts []string) {
	switch {
	case b.span != nil:
		facts = append(facts, b.outcome())
		if b.span.Gate != "" {
			facts = append(facts, reason(b.span))
		}
		if b.span.Attempts > 1 {
			facts = append(facts, counted(b.span.Attempts, "attempt"))
		}
	case b.minor():
	case b.state == idle:
		facts = append(facts, "did not run")
	case b.out != "":
		facts = append(facts, oneLine(b.out))
	}
	if b.span == nil && !b.minor() && len(b.notes) > 0 {
		facts = append(facts, inRows(b.notes)...)
	}
	return facts
}

// inRows puts as many notes into a row as fit, so that one is shortened only if it is too long for itself.
func inRows(notes []string) (rows []string) {
	for _, note := range notes {
		note = oneLine(note)
		if last := len(rows) - 1; last >= 0 {
			if both := rows[last] + " · " + note; widthOf(both, smallSize) <= mostText {
				rows[last] = both
				continue
			}
		}
		rows = append(rows, note)
	}
	return rows
}

// outcome says in a few words how the call went.
func (b *box) outcome() string {
	if b.state == skipped {
		return "did not start"
	}
	text := spell(b.span.Elapsed())
	switch {
	case b.state == stray:
		text += " · given up"
	case b.span.Class != 0:
		text += " · " + b.span.Class.String()
	}
	return text
}

// hasIcon reports whether the state has a sign of its own, so that it can be told without colours.
func (s state) hasIcon() bool { return s != plain && s != idle }
