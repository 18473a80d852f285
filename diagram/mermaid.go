package diagram

import (
	"fmt"
	"io"
	"strings"

	"github.com/jade-go/jade/flow"
)

// What Mermaid draws unless it is told otherwise: maxEdges and maxTextSize of its configuration.
const (
	mermaidLines = 500
	mermaidBytes = 50_000
)

// WriteMermaid writes the flow chart in the language of Mermaid, which many document systems draw: a
// flowchart from left to right, with a subgraph for what is inside a box. Statuses are classes and words, the critical path is
// thick, and what is no data is dotted.
//
// Mermaid refuses charts of more than 500 lines or 50,000 bytes. Of such a chart the critical path and its neighbours are written, or, if nothing has run,
// the beginning, as far as that fits; a box says so.
//
// The error is that of w.
func (d *Diagram) WriteMermaid(w io.Writer) error {
	t := mermaidOf(d.chart, d.partly(d.chart))
	for most := mostBoxes; !t.fits() && most > 0; most /= 2 { // d.chart itself may be too large in all its parts
		part := d.chart.focused(most)
		t = mermaidOf(part, fmt.Sprintf("%s, as Mermaid draws at most %d lines and %d bytes", d.partly(part), mermaidLines, mermaidBytes))
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// mermaidOf writes a chart, and a note if there is one.
func mermaidOf(c *chart, note string) *mermaidChart {
	t := &mermaidChart{textChart: textChart{number: map[*box]int{}}}
	t.printf("flowchart LR\n")
	if note != "" {
		t.printf("  note[%s]\n", mermaidQuoted([]string{note}))
	}
	t.boxes(c, "  ")
	t.lines(c)
	for _, s := range []state{ok, degraded, failed, canceled, skipped, stray, idle} {
		if members := t.members[s]; len(members) > 0 {
			t.printf("  classDef %s stroke:%s,stroke-width:2px\n", s, s.colour())
			t.printf("  class %s %s\n", strings.Join(members, ","), s)
		}
	}
	if len(t.critical) > 0 {
		t.printf("  linkStyle %s stroke:#2457d6,stroke-width:4px\n", strings.Join(t.critical, ","))
	}
	return t
}

// fits reports whether Mermaid draws the chart.
func (t *mermaidChart) fits() bool { return t.links <= mermaidLines && t.Len() <= mermaidBytes }

type mermaidChart struct {
	textChart
	members  map[state][]string
	links    int
	critical []string // links
}

func (t *mermaidChart) boxes(c *chart, indent string) {
	for _, b := range c.boxes {
		text := mermaidQuoted(b.texts())
		if b.state != plain {
			if t.members == nil {
				t.members = map[state][]string{}
			}
			t.members[b.state] = append(t.members[b.state], t.id(b))
		}
		if b.framed() {
			t.printf("%ssubgraph %s[%s]\n", indent, t.id(b), text)
			t.boxes(b.inner, indent+"  ")
			t.printf("%send\n", indent)
			continue
		}
		left, right := mermaidShape(b)
		t.printf("%s%s%s%s%s\n", indent, t.id(b), left, text, right)
	}
}

// mermaidShape are the brackets that make the shape of a box.
func mermaidShape(b *box) (left, right string) {
	switch {
	case b.kind == flow.KindEither:
		return "{", "}"
	case b.kind == flow.KindEach, b.kind == flow.KindSettleEach:
		return "[[", "]]"
	case b.minor():
		return "(", ")"
	}
	return "[", "]"
}

// lines writes those of c and of what is inside its boxes. Mermaid counts them, for linkStyle.
func (t *mermaidChart) lines(c *chart) {
	for _, l := range c.lines {
		arrow := "-->"
		if text := word(l.role); text != "" {
			arrow = "-." + "->|" + mermaidQuoted([]string{text}) + "|"
		}
		if l.critical {
			t.critical = append(t.critical, fmt.Sprint(t.links))
		}
		t.links++
		t.printf("  %s %s %s\n", t.id(c.boxes[l.from]), arrow, t.id(c.boxes[l.to]))
	}
	for _, b := range c.boxes {
		if b.framed() {
			t.lines(b.inner)
		}
	}
}

// wordJoiner has no width.
const wordJoiner = '\u2060'

// mermaidQuoted is a quoted text that Mermaid shows as the lines are. All that could mean something to
// it, or to the HTML that it makes, is written as a number.
func mermaidQuoted(lines []string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, text := range lines {
		if i > 0 {
			b.WriteString("<br/>")
		}
		for _, r := range text {
			switch {
			case r >= 0x80, 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(" .,", r):
				b.WriteRune(r)
			default:
				fmt.Fprintf(&b, "#%d;", r)
				if r == '\\' || r == '$' { // \n and $$ mean something whichever way they are written, so they are taken apart
					b.WriteRune(wordJoiner)
				}
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
