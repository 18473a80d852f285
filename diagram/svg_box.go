package diagram

import (
	"strings"

	"github.com/jade-go/jade/observe"
)

// box draws a box and what is in it.
func (s *sheet) box(b *box, at shape) {
	end := "</g>\n"
	if s.link != nil {
		end = "</a>\n"
		s.printf(`<a href="#%[1]s" data-item="%[1]s" aria-label="%s"`, s.link(b), escaped(b.tell()))
	} else {
		s.printf(`<g`)
	}
	s.printf(` class="%s" transform="translate(%d,%d)"><title>%s</title>`, b.class(), at.x, at.y, escaped(b.tell()))
	if b.critical {
		s.printf(`<rect class="ring" x="-3" y="-3" width="%d" height="%d" rx="%d"/>`, at.w+6, at.h+6, b.corner(at)+3)
	}
	s.printf(`<rect class="body" width="%d" height="%d" rx="%d"/>`, at.w, at.h, b.corner(at))
	if b.state.hasIcon() {
		s.printf(`<use class="icon" href="#jade-%s" x="%d" y="%d" width="12" height="12"/>`, b.state, at.icon.x, at.icon.y)
	}
	for _, l := range at.labels {
		s.label(l)
	}
	if b.output {
		s.printf(`<path class="answer" d="M%d,%dh8"/><circle class="answer" cx="%d" cy="%d" r="3"/>`, at.w, at.h/2, at.w+9, at.h/2)
	}
	if at.inner == nil {
		s.printf("%s", end)
		return
	}
	s.printf("%s<g transform=\"translate(%d,%d)\">\n", end, at.x+at.at.x, at.y+at.at.y)
	s.drawing(at.inner)
	s.printf("</g>\n")
}

// class has the names of the styles of a box.
func (b *box) class() string {
	class := "box"
	if b.minor() {
		class += " minor"
	}
	if b.inner != nil {
		class += " frame"
	}
	if b.state != plain {
		class += " " + string(b.state)
	}
	if b.critical {
		class += " critical"
	}
	return class
}

// corner is how round the corners are: those of what is no call are half circles.
func (b *box) corner(at shape) int {
	if b.minor() {
		return min(at.h, 26) / 2
	}
	return 6
}

// tell says what a box is and how it went.
func (b *box) tell() string {
	words := []string{oneLine(b.label)}
	if b.state != plain {
		words = append(words, b.state.word())
	}
	if b.span != nil && b.state != skipped {
		words = append(words, spell(b.span.Elapsed()))
	}
	if b.span != nil && reason(b.span) != "" {
		words = append(words, reason(b.span))
	}
	if b.critical {
		words = append(words, "on the critical path")
	}
	if b.output {
		words = append(words, "has the result")
	}
	return strings.Join(words, ", ")
}

// heading is the name of the diagram and how the run went.
func (d *Diagram) heading() string {
	text := d.name
	if d.trace != nil {
		text += ": " + spell(d.trace.Elapsed())
		if root := d.trace.Root(); root.Status != observe.StatusOK {
			text += ", " + state(root.Status.String()).word()
		}
	}
	if part := d.partly(d.chart); part != "" {
		text += " (" + part + ")"
	}
	return text
}

// key explains one sign.
type key struct {
	State    state
	Critical bool
	Text     string
	label    label
}

// legend explains the states that a chart shows, and says how much room that takes.
func legend(c *chart) (keys []key, width int) {
	critical, seen := false, map[state]bool{}
	c.each(func(b *box) {
		seen[b.state] = true
		critical = critical || b.critical
	})
	x := margin
	add := func(k key, text string) {
		k.Text, k.label = text, label{x: x + 18, y: 16, size: smallSize, w: widthOf(text, smallSize), text: text, look: factLook}
		keys = append(keys, k)
		x += 18 + k.label.w + 14
	}
	if critical {
		add(key{Critical: true}, "critical path")
	}
	for _, s := range []state{ok, degraded, failed, canceled, stray, skipped, idle} {
		if seen[s] {
			add(key{State: s}, s.word())
		}
	}
	return keys, x
}

// each calls do with all boxes, those inside others after them.
func (c *chart) each(do func(*box)) {
	for _, b := range c.boxes {
		do(b)
		if b.inner != nil {
			b.inner.each(do)
		}
	}
}

func (s *sheet) key(k key) {
	switch {
	case k.Critical:
		s.printf(`<path class="line critical" d="M%d,12h14"/>`, k.label.x-18)
	case k.State.hasIcon():
		s.printf(`<g class="box %s"><use class="icon" href="#jade-%[1]s" x="%d" y="6" width="12" height="12"/></g>`, k.State, k.label.x-16)
	default:
		s.printf(`<g class="box %s"><rect class="body" x="%d" y="7" width="14" height="10" rx="3"/></g>`, k.State, k.label.x-18)
	}
	s.label(k.label)
}
