package jadetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Matrix is what became of a flow's answer under each fault of each task, and of each pair.
type Matrix struct {
	flow      string
	tasks     []string // in the order of the flow
	faults    []Fault
	must, may []string
	alter     []string                 // that MayAlter names
	limit     time.Duration            // of the whole; zero: none
	due       time.Duration            // when the answer is; zero: there is no limit
	unlike    string                   // how a second run without a fault was another; empty: it was not
	usual     time.Duration            // what the answer takes without a fault
	limits    map[string]time.Duration // of the tasks that have a Timeout
	gated     map[string]bool          // the tasks that have a gate
	cells     map[[2]Injected]Cell
	holders   map[[2]Injected]holder   // of the runs that are late, hung or leak, if it is no task
	vanished  map[[2]Injected][]string // the tasks whose failure nothing told of, of the runs that are altered
	order     [][2]Injected
}

// Cell is one run of a [Matrix].
type Cell struct {
	Verdict Verdict
	Took    time.Duration // until the answer, in virtual time
	Detail  string        // the error, or what is wrong
}

// Tasks lists the tasks, by the path of their nodes.
func (m *Matrix) Tasks() []string { return slices.Clone(m.tasks) }

// At is the run in which that befell the task; the zero Cell if there was none.
func (m *Matrix) At(task string, fault Fault) Cell {
	return m.cells[[2]Injected{{task, fault}, {}}]
}

// AtPair is the run in which both befell, in any order; the zero Cell if there was none.
func (m *Matrix) AtPair(a, b Injected) Cell {
	if c, ok := m.cells[[2]Injected{a, b}]; ok {
		return c
	}
	return m.cells[[2]Injected{b, a}]
}

// try makes a run, notes what became of it, and returns that.
func (m *Matrix) try(run func(...*Injected) (outcome, *injection), usual outcome, first, second Injected) (o outcome) {
	key := [2]Injected{first, second}
	m.order = append(m.order, key)
	faults := []*Injected{&first}
	if second.Task != "" {
		faults = append(faults, &second)
	}
	for _, f := range faults {
		if f.Fault == FaultSlow && m.limits[f.Task] == 0 || f.Fault == FaultTooSlow && m.limit == 0 || f.Fault == FaultRejected && !m.gated[f.Task] {
			m.cells[key] = Cell{}
			return o
		}
	}
	o, inj := run(faults...)
	v, detail := o.judge(usual, inj, m.due)
	m.cells[key] = Cell{v, o.took, detail}
	switch v {
	case VerdictAltered:
		m.vanished[key] = inj.failures()
	case VerdictLate, VerdictHung, VerdictLeaked:
		m.holders[key] = o.holder
	}
	return o
}

// String is the matrix as a table: a row for each fault, a column for each task and, if
// there are pairs, a second table, of the worst that became of each two tasks: "failed 99/110" if 99 of 110 pairs of faults
// did that, and none did worse. Where the worst is another answer, a line under the table says by which faults.
func (m *Matrix) String() string { return m.print(plainTable) }

// Markdown is the same for documents.
func (m *Matrix) Markdown() string { return m.print(markdownTable) }

func (m *Matrix) print(table func([][]string) string) string {
	rows := [][]string{append([]string{m.flow}, m.tasks...)}
	for _, fault := range m.faults {
		row := []string{fault.String()}
		for _, task := range m.tasks {
			row = append(row, m.At(task, fault).text(m.usual))
		}
		rows = append(rows, row)
	}
	text := table(rows)
	if pairs := m.pairs(); len(pairs) > 0 {
		text += "\n" + table(pairs)
	}
	if line := m.whatAltered(); line != "" {
		text += "\n" + line + "\n"
	}
	return text
}

// whatAltered explains, in a line, the cells of the table of pairs that say "altered": that is the worst there, so which pair it was is worth a look.
func (m *Matrix) whatAltered() string {
	worst := map[[2]string]Verdict{}
	for _, key := range m.order {
		pair := [2]string{key[0].Task, key[1].Task}
		worst[pair] = max(worst[pair], m.cells[key].Verdict)
	}
	var which []string
	for _, key := range m.order {
		pair := [2]string{key[0].Task, key[1].Task}
		if key[1].Task != "" && m.cells[key].Verdict == VerdictAltered && worst[pair] == VerdictAltered {
			which = append(which, fmt.Sprintf("%s of %s with %s of %s", key[0].Fault, key[0].Task, key[1].Fault, key[1].Task))
		}
	}
	if len(which) == 0 {
		return ""
	}
	return "altered: there is another answer, and nothing says that a task has failed. It is by " + shorten(which) + "."
}

// text is a cell with the time that the answer took, if the fault has delayed it.
func (c Cell) text(usual time.Duration) string {
	if c.Took > usual && c.Verdict > VerdictNotCalled && c.Verdict != VerdictHung {
		return c.Verdict.String() + " " + c.Took.String()
	}
	return c.Verdict.String()
}

// pairs is the table of pairs: what the worst of them led to, and how many of how many did.
func (m *Matrix) pairs() (rows [][]string) {
	tried := map[[2]string][]Verdict{}
	for _, key := range m.order {
		if c := m.cells[key]; key[1].Task != "" && c.Verdict != VerdictNotTried {
			pair := [2]string{key[0].Task, key[1].Task}
			tried[pair] = append(tried[pair], c.Verdict)
		}
	}
	if len(tried) == 0 {
		return nil
	}
	rows = append(rows, append([]string{"with"}, m.tasks[:len(m.tasks)-1]...))
	for i, second := range m.tasks[1:] {
		row := []string{second}
		for _, first := range m.tasks[:i+1] {
			row = append(row, worst(tried[[2]string{first, second}]))
		}
		for len(row) < len(m.tasks) {
			row = append(row, "")
		}
		rows = append(rows, row)
	}
	return rows
}

func worst(vs []Verdict) string {
	if len(vs) == 0 {
		return VerdictNotTried.String()
	}
	v := slices.MaxFunc(vs, func(a, b Verdict) int { return cmp.Compare(a, b) })
	n := 0
	for _, other := range vs {
		if other == v {
			n++
		}
	}
	if n == len(vs) {
		return v.String()
	}
	return fmt.Sprintf("%s %d/%d", v, n, len(vs))
}

func plainTable(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&line, "%-*s  ", width(rows, i), cell)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

func markdownTable(rows [][]string) string {
	var b strings.Builder
	for n, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(&b, "| %-*s ", width(rows, i), strings.ReplaceAll(cell, "|", `\|`))
		}
		b.WriteString("|\n")
		if n > 0 {
			continue
		}
		for i := range row {
			b.WriteString("|" + strings.Repeat("-", width(rows, i)+2))
		}
		b.WriteString("|\n")
	}
	return b.String()
}

func width(rows [][]string, i int) (w int) {
	for _, row := range rows {
		w = max(w, len([]rune(row[i])))
	}
	return w
}
