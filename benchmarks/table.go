package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// overBudget is where each row over its budget is explained, as seen from
// docs/benchmarks.md.
const overBudget = "adr/0002-over-budget.md"

// writeTable writes the rows and where they were measured, as Markdown.
func writeTable(w io.Writer, all []summary, at conditions) error {
	var t strings.Builder
	t.WriteString("| work | yardstick | ns | Jade, ns | ratio | budget | allocations | budget | others, ratio |\n")
	t.WriteString("|---|---|--:|--:|--:|--:|--:|--:|---|\n")
	anyOver := false
	for _, s := range all {
		anyOver = anyOver || s.overRatio() || s.overValue() || s.overMemory()
		fmt.Fprintf(&t, "| %s |\n", strings.Join(s.cells(), " | "))
	}
	t.WriteString("\n")
	t.WriteString("A ratio is to the yardstick or, where there is none, to Jade; lower is better. It is the median of the ratios\n" +
		"within each pass; times and allocations, an operation each, are medians too. A library is missing where it\n" +
		"cannot do the work.\n")
	if anyOver {
		fmt.Fprintf(&t, "What is over its budget is explained in [%s](%[1]s).\n", overBudget)
	}
	fmt.Fprintf(&t, "\n%s\n", at)
	_, err := io.WriteString(w, t.String())
	return err
}

func (s summary) cells() []string {
	b, byHand := s.row.budget, s.row.hasYardstick()
	return []string{
		s.row.work,
		orDash(byHand, s.row.yardstick.name),
		orDash(byHand, number(s.yardstick)),
		mark(number(s.jade.value)+s.row.suffix(), s.overValue()),
		orDash(byHand, mark(ratio(s.ratio), s.overRatio())),
		s.row.timeBudget(),
		orDash(s.row.unit == "", mark(memory(s.jade), s.overMemory())),
		orDash(b.allocs.set || b.bytes.set, strings.Join(append(b.allocs.text(""), b.bytes.text(" B")...), ", ")),
		s.otherCell(),
	}
}

// suffix names the unit of the row's values, unless it is the table's.
func (r row) suffix() string {
	if r.unit == "" {
		return ""
	}
	return " " + r.unit
}

func (r row) timeBudget() string {
	b := r.budget
	unit := r.suffix()
	if unit == "" {
		unit = " ns"
	}
	text := append(b.ratio.text(""), b.value.text(unit)...)
	return orDash(len(text) > 0, strings.Join(text, ", "))
}

func (l limit) text(unit string) []string {
	if !l.set {
		return nil
	}
	text := "≤ " + strconv.FormatFloat(l.max, 'f', -1, 64) + unit
	if l.note != "" {
		text += " (" + l.note + ")"
	}
	return []string{text}
}

func (s summary) otherCell() string {
	if len(s.others) == 0 {
		return "–"
	}
	cells := make([]string, len(s.others))
	for i, o := range s.others {
		cells[i] = o.name + " " + ratio(o.ratio)
	}
	return strings.Join(cells, " · ")
}

func memory(s sample) string {
	if s.allocs == 0 {
		return "0"
	}
	return fmt.Sprintf("%.0f, %.0f B", s.allocs, s.bytes)
}

func mark(text string, over bool) string {
	if !over {
		return text
	}
	return fmt.Sprintf("**%s** [over](%s)", text, overBudget)
}

func orDash(there bool, text string) string {
	if !there {
		return "–"
	}
	return text
}

func ratio(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// number has two decimals only where they say something.
func number(v float64) string {
	if v < 100 {
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
