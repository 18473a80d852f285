package diagram

import (
	"fmt"
	"io"
	"strings"
)

// WriteDOT writes the flow chart in the language of Graphviz: a digraph from left to right, with a cluster for what is
// inside a box. Statuses are colours and words, the critical path is thick, and what is no data is dashed.
//
// The error is that of w.
func (d *Diagram) WriteDOT(w io.Writer) error {
	t := &textChart{number: map[*box]int{}}
	t.printf("digraph %s {\n", dotText(oneLine(d.name)))
	t.printf("  rankdir=LR; compound=true; fontname=\"sans-serif\";\n")
	t.printf("  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fillcolor=\"#f6f8fa\", color=\"#98a5b3\"];\n")
	t.printf("  edge [color=\"#98a5b3\", fontname=\"sans-serif\", fontsize=10];\n")
	if part := d.partly(d.chart); part != "" {
		t.printf("  label=%s;\n", dotText(part))
	}
	t.dot(d.chart, "  ")
	t.printf("}\n")
	_, err := io.WriteString(w, t.String())
	return err
}

// textChart is a chart in the making, in a language that draws it elsewhere.
type textChart struct {
	strings.Builder
	number map[*box]int
}

func (t *textChart) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

// id is a box's name in the text, which has nothing of the names in it that people give.
func (t *textChart) id(b *box) string {
	n, known := t.number[b]
	if !known {
		n = len(t.number)
		t.number[b] = n
	}
	return fmt.Sprintf("n%d", n)
}

func (t *textChart) dot(c *chart, indent string) {
	for _, b := range c.boxes {
		if b.framed() {
			t.printf("%ssubgraph cluster_%s {\n", indent, t.id(b))
			t.printf("%s  label=%s; style=\"rounded%s\"; color=\"%s\";\n", indent, dotText(b.texts()...), dotBold(b.critical), b.state.colour())
			t.dot(b.inner, indent+"  ")
			t.printf("%s}\n", indent)
			continue
		}
		shape := ""
		if b.minor() {
			shape = ", fontsize=11"
		}
		t.printf("%s%s [label=%s, color=\"%s\"%s%s];\n", indent, t.id(b), dotText(b.texts()...), b.state.colour(), dotWidth(b.critical), shape)
	}
	for _, l := range c.lines {
		from, to := c.boxes[l.from], c.boxes[l.to]
		var more strings.Builder
		if from.framed() {
			fmt.Fprintf(&more, ", ltail=cluster_%s", t.id(from))
		}
		if to.framed() {
			fmt.Fprintf(&more, ", lhead=cluster_%s", t.id(to))
		}
		if text := word(l.role); text != "" {
			fmt.Fprintf(&more, ", style=dashed, label=%s", dotText(text))
		}
		if l.label != "" {
			fmt.Fprintf(&more, ", tooltip=%s", dotText(shorten(oneLine(l.label), smallSize, 3*mostText)))
		}
		t.printf("%s%s -> %s [penwidth=%s%s];\n", indent, t.id(from.exit()), t.id(to.entry()), penWidth(l.critical), more.String())
	}
}

// framed reports whether the box is drawn as a frame around what is inside it.
func (b *box) framed() bool { return b.inner != nil && len(b.inner.boxes) > 0 }

// entry and exit are the boxes that lines to and from b go to and from, where a frame has no place for them.
func (b *box) entry() *box {
	for b.framed() {
		b = b.inner.boxes[0]
	}
	return b
}

func (b *box) exit() *box {
	for b.framed() {
		last := b.inner.boxes[len(b.inner.boxes)-1]
		for _, in := range b.inner.boxes {
			if in.output {
				last = in
			}
		}
		b = last
	}
	return b
}

// texts are what is written in a box: its name, how it went and how long it took, and its policies, each shortened.
func (b *box) texts() []string {
	lines := []string{shorten(oneLine(b.label), nameSize, 2*mostText)}
	if text := b.state.word(); text != "" && b.state != ok {
		lines = append(lines, text)
	}
	if b.span != nil && b.span.Gate != "" {
		lines = append(lines, shorten(reason(b.span), smallSize, 2*mostText))
	}
	if b.span != nil && b.state != skipped {
		lines = append(lines, spell(b.span.Elapsed()))
	}
	for _, note := range b.notes {
		lines = append(lines, shorten(oneLine(note), smallSize, 2*mostText))
	}
	return lines
}

// colour is that of a state, dark enough on white and light enough on black.
func (s state) colour() string {
	switch s {
	case ok:
		return "#1b7f4b"
	case degraded:
		return "#a65500"
	case failed:
		return "#c4232b"
	case canceled:
		return "#6b4fa0"
	case stray:
		return "#a0307c"
	case idle, skipped:
		return "#aab4c0"
	}
	return "#98a5b3"
}

// dotText is a quoted string that Graphviz shows as the lines are.
func dotText(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;") // an entity is one here, too
	for i, text := range lines {
		lines[i] = escape.Replace(text)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

func dotBold(critical bool) string {
	if critical {
		return ",bold"
	}
	return ""
}

func dotWidth(critical bool) string { return ", penwidth=" + penWidth(critical) }

func penWidth(critical bool) string {
	if critical {
		return "3"
	}
	return "1"
}
