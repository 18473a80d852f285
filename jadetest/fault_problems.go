package jadetest

import (
	"fmt"
	"slices"
	"strings"
)

// Problems says what is not as it has to be, and what to do about it, one line each: see [Faults].
func (m *Matrix) Problems() (lines []string) {
	for _, task := range m.tasks {
		if len(m.must)+len(m.may) > 0 && !m.demands(m.must, task) && !m.demands(m.may, task) {
			lines = append(lines, fmt.Sprintf("%s: %s is in neither MustDegrade nor MayFail: say which", m.flow, task))
		}
	}
	for _, task := range m.tasks {
		if m.demands(m.must, task) && !m.called(task) {
			lines = append(lines, fmt.Sprintf("%s: %s is never called with this input, so nothing is known of it: try one with which it is", m.flow, task))
		}
	}
	if m.unlike != "" {
		lines = append(lines, fmt.Sprintf("%s without any fault answers otherwise the second time, so runs are not alike: make what the fakes share anew for each run (%s)", m.flow, m.unlike))
	}
	var kinds []problem
	found := map[problem]*finding{}
	for _, key := range m.order {
		p, ok := m.problem(key)
		if !ok {
			continue
		}
		f := found[p]
		if f == nil {
			f = &finding{detail: m.cells[key].Detail}
			found[p] = f
			kinds = append(kinds, p)
		}
		f.add(key)
	}
	for _, p := range kinds {
		if p.second != "" && (m.alone(found, p, p.first) || m.alone(found, p, p.second)) {
			continue // that is the trouble with one of them, which is told already
		}
		lines = append(lines, m.line(p, found[p]))
	}
	return lines
}

// problem is what several runs have in common.
type problem struct {
	first, second string
	verdict       Verdict
	waits         bool   // for something that takes too long
	holder        holder // what keeps the answer, if it is no task
}

type finding struct {
	faults []string
	detail string // of the first
}

func (f *finding) add(key [2]Injected) {
	name := key[0].Fault.String()
	if key[1].Task != "" {
		name += " with " + key[1].Fault.String()
	}
	f.faults = append(f.faults, name)
}

// isRejection reports whether a rejection is the only fault with this problem.
func (f *finding) isRejection() bool {
	return !slices.ContainsFunc(f.faults, func(name string) bool { return name != FaultRejected.String() })
}

// problem is what is wrong with a run, if anything is.
func (m *Matrix) problem(key [2]Injected) (problem, bool) {
	p := problem{first: key[0].Task, second: key[1].Task, verdict: m.cells[key].Verdict, holder: m.holders[key]}
	switch {
	case p.verdict == VerdictAltered:
		return p, slices.ContainsFunc(m.vanished[key], func(task string) bool { return !m.demands(m.alter, task) })
	case p.verdict < VerdictCaught:
		return p, false
	case p.verdict > VerdictFailed:
		return p, true
	}
	for _, f := range key {
		if f.Task == "" {
			continue
		}
		if !m.demands(m.must, f.Task) || f.Fault == FaultCallerLeaves || f.Fault == FaultCanceled {
			return p, false
		}
		p.waits = p.waits || f.Fault == FaultSlow || f.Fault == FaultTooSlow || f.Fault == FaultHang
	}
	return p, true
}

// alone reports whether one task of a pair has the problem on its own.
func (m *Matrix) alone(found map[problem]*finding, p problem, task string) bool {
	return found[problem{first: task, verdict: p.verdict, waits: p.waits, holder: p.holder}] != nil
}

func (m *Matrix) line(p problem, f *finding) string {
	who := p.first
	if p.second != "" {
		who += " and " + p.second
	}
	what := p.verdict.String()
	switch p.verdict {
	case VerdictAltered:
		what += ", and nothing says that it failed"
	case VerdictCaught, VerdictFailed:
		what += ", and must degrade"
	}
	detail := strings.ReplaceAll(f.detail, "\n", "; ")
	return fmt.Sprintf("%s: %s: %s: %s: %s (%s)", m.flow, who, shorten(f.faults), what, p.advice(who, f), detail)
}

// shorten lists names, and only counts those after the first few.
func shorten(names []string) string {
	const most = 6
	if len(names) > most {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", len(names)-most))
	}
	return strings.Join(names, ", ")
}

// advice is what an author may do.
func (p problem) advice(who string, f *finding) string {
	switch {
	case p.verdict == VerdictAltered:
		return "let the error reach a Fallback, a Recover or the flow, rather than a Wrap, or say MayAlter"
	case p.verdict <= VerdictFailed && p.waits:
		return "give " + who + " a Timeout that leaves time to answer, and what stands in for it then"
	case p.verdict <= VerdictFailed && f.isRejection():
		return "let the Fallback of " + who + " be around its gate, or take the failure by flow.Recover or flow.Try"
	case p.verdict <= VerdictFailed:
		return "give " + who + " a Fallback, or take the failure by flow.Recover or flow.Try"
	}
	if p.holder.kind != "" {
		return p.adviceBeside()
	}
	switch p.verdict {
	case VerdictBadError:
		return "let the error name the task and have its cause, as by fmt.Errorf and %w"
	case VerdictLate:
		return "give " + who + " a Timeout that leaves time to answer"
	case VerdictLeaked:
		return "end what " + who + " starts when its ctx ends"
	case VerdictHung:
		return "give " + who + " a Timeout, or the flow"
	}
	return "this is a mistake in what runs the flow"
}

// adviceBeside is what an author may do about a function that is no task, so no Timeout and no Fallback is of use.
func (p problem) adviceBeside() string {
	if p.verdict == VerdictLeaked {
		return fmt.Sprintf("end %v when its ctx ends, as that is what still runs, and no task", p.holder)
	}
	return fmt.Sprintf("let %v return at once, as the answer waits for that, and for no task: let it hand over what takes time", p.holder)
}

// demands reports whether the names are of the task: its path, or the last part of that.
func (m *Matrix) demands(names []string, task string) bool {
	return slices.Contains(names, task) || slices.Contains(names, last(task)) && !slices.Contains(m.tasks, last(task))
}

// called reports whether a fault has befallen the task in any run.
func (m *Matrix) called(task string) bool {
	for _, key := range m.order {
		if (key[0].Task == task || key[1].Task == task) && m.cells[key].Verdict > VerdictNotCalled {
			return true
		}
	}
	return false
}

// unknown names what MustDegrade, MayFail or MayAlter name that is no task, or both of the first two.
func (m *Matrix) unknown() string {
	for where, names := range map[string][]string{"MustDegrade": m.must, "MayFail": m.may, "MayAlter": m.alter} {
		for _, name := range names {
			if !slices.ContainsFunc(m.tasks, func(task string) bool { return m.demands([]string{name}, task) }) {
				return fmt.Sprintf("%s: %s has no task %s, but %s", where, m.flow, name, strings.Join(m.tasks, ", "))
			}
		}
	}
	for _, task := range m.tasks {
		if m.demands(m.must, task) && m.demands(m.may, task) {
			return m.flow + ": " + task + " is in both MustDegrade and MayFail"
		}
	}
	return ""
}
