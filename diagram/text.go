package diagram

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// WriteText writes the waterfall of a run for a terminal, in rows of at most 100 columns: one for each
// call, with its parts below it, and a bar from its start to its end. What is on the critical path has a
// full bar and a star. What follows says how the run went, how long it could have taken, and what
// went wrong, in a line for each.
//
// Of a flow that has not run it writes the nodes, what each takes, and its policies.
//
// There are no colours and no control characters, whatever the names have in them.
func (d *Diagram) WriteText(w io.Writer) error {
	var text strings.Builder
	if d.trace == nil {
		d.whole.writeText(&text, 0)
	} else {
		d.writeWaterfall(&text)
	}
	_, err := io.WriteString(w, strings.Map(harmless, text.String()))
	return err
}

// harmless is what a terminal shows of a character in its place.
func harmless(r rune) rune {
	switch {
	case r == '\u00a0':
		return ' '
	case unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control):
		return unicode.ReplacementChar
	}
	return r
}

// Columns of the waterfall. With the spaces between them they make a hundred.
const (
	nameColumns = 22
	barColumns  = 30
	timeColumns = 8
	noteColumns = 100 - 2 - nameColumns - 1 - barColumns - 2*(1+timeColumns) - 2
)

func (d *Diagram) writeWaterfall(w *strings.Builder) {
	s := scaleOf(d.trace)
	line := func(mark, name, bar, from, took, note string) {
		text := fmt.Sprintf("%s %s %s %s %s  %s", mark, fit(name, nameColumns), bar, right(from, timeColumns), right(took, timeColumns), cutTo(note, noteColumns))
		fmt.Fprintln(w, strings.TrimRight(text, " "))
	}
	line(" ", "call", strings.Repeat(" ", barColumns), "start", "took", "")
	for _, r := range d.rows {
		name := strings.Repeat("  ", min(r.depth, deepest)) + oneLine(r.label)
		switch {
		case r.span == nil:
			line(" ", name, strings.Repeat(" ", barColumns), "", "", "")
		case r.span.Status == observe.StatusSkipped:
			line(" ", name, strings.Repeat(" ", barColumns), "", "", state(r.span.Status.String()).word())
		default:
			mark := " "
			if r.critical {
				mark = "*"
			}
			line(mark, name, s.bar(r), spell(r.span.Start), spell(r.span.Elapsed()), r.note())
		}
	}
	fmt.Fprintln(w)
	for _, sentence := range []string{d.ending(), strings.TrimSpace(d.cause()), d.limit()} {
		if sentence != "" {
			fmt.Fprintln(w, sentence)
		}
	}
	for _, t := range d.troubles() {
		fmt.Fprintf(w, "%s %s: %s\n", t.classed(), state(t.span.Status.String()).word(), oneLine(t.span.Err))
	}
}

// limit says when the run had to be over, if it had to, and what was left of that.
func (d *Diagram) limit() string {
	root := d.trace.Root()
	text := "Its deadline was at " + spell(root.Deadline)
	switch left := root.Deadline - root.Elapsed(); {
	case root.Deadline <= 0:
		return ""
	case left > 0:
		return text + ": " + spell(left) + " were left."
	}
	return text + "."
}

// bar is the row's time, on the scale of the run. What was given up has an arrow: it may go on.
func (s scale) bar(r row) string {
	at := func(t time.Duration) int { return int(int64(min(max(t, 0), s.whole)) * barColumns / int64(s.whole)) }
	from, to := at(r.span.Start), at(r.span.End)
	from = min(from, barColumns-1)
	to = max(to, from+1)
	full, end := "─", "─"
	if r.critical || r.span.ID == 0 {
		full, end = "█", "█"
	}
	if r.span.Status == observe.StatusStraggler || r.stray != nil {
		end = ">"
	}
	return strings.Repeat(" ", from) + strings.Repeat(full, to-from-1) + end + strings.Repeat(" ", barColumns-to)
}

// note is what a row says of its call.
func (r row) note() string {
	var notes []string
	s := r.span
	if s.Status != observe.StatusOK {
		text := state(s.Status.String()).word()
		switch why := reason(s); {
		case s.Gate != "" && columns(text+": "+why) > noteColumns: // what is below the rows has the name in full
			text += ": rejected"
		case why != "" && why != text: // not "canceled: canceled"
			text += ": " + why
		}
		if s.Lost {
			text = "lost, " + text
		}
		notes = append(notes, text)
	}
	if s.Attempts > 1 {
		notes = append(notes, counted(s.Attempts, "attempt"))
	}
	if s.Waited > 0 {
		notes = append(notes, "waited "+spell(s.Waited)+" for a gate")
	}
	switch {
	case s.ID == 0 || s.Kind == observe.KindAttempt || s.Kind == observe.KindElement:
	case s.Status != observe.StatusOK:
	case r.critical && r.saving > 0:
		notes = append(notes, "saves "+spell(r.saving))
	case !r.critical && r.slack != trace.Unlimited:
		notes = append(notes, spell(r.slack)+" to spare")
	}
	return strings.Join(notes, ", ")
}

// writeText writes what a flow would run.
func (c *chart) writeText(w *strings.Builder, depth int) {
	takes := make([][]string, len(c.boxes))
	for _, l := range c.lines {
		name := oneLine(c.boxes[l.from].label)
		if l.role != flow.RoleData {
			name = word(l.role) + " " + name
		}
		takes[l.to] = append(takes[l.to], name)
	}
	indent := strings.Repeat("  ", depth)
	fmt.Fprintf(w, "%s%s\n", indent, oneLine(c.name))
	for i, b := range c.boxes {
		text := indent + "  " + oneLine(b.label)
		if len(takes[i]) > 0 {
			text += " ← " + strings.Join(takes[i], ", ")
		}
		if len(b.notes) > 0 {
			text += " [" + strings.Join(b.notes, ", ") + "]"
		}
		if b.output {
			text += " (the result)"
		}
		fmt.Fprintln(w, text)
		if b.inner != nil {
			b.inner.writeText(w, depth+2)
		}
	}
}

// columns is how wide a text is in a terminal.
func columns(text string) (n int) {
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case doubleWidth(r):
		return 2
	}
	return 1
}

// cutTo leaves out the end of a text that is wider than most.
func cutTo(text string, most int) string {
	if columns(text) <= most {
		return text
	}
	var kept strings.Builder
	room := most - 1
	for _, r := range text {
		if room -= columnsOf(r); room < 0 {
			break
		}
		kept.WriteRune(r)
	}
	return kept.String() + "…"
}

// fit makes a text as wide as that.
func fit(text string, width int) string {
	text = cutTo(text, width)
	return text + strings.Repeat(" ", width-columns(text))
}

func right(text string, width int) string {
	return strings.Repeat(" ", max(0, width-columns(text))) + text
}
