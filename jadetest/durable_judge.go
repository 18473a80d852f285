package jadetest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
)

// judgeAlone compares two runs without a crash.
func (d *Durability) judgeAlone(usual, other lived) {
	if a, b := usual.answers[0], other.answers[0]; a != b {
		d.unlike = append(d.unlike, "two runs without a crash answer differently: "+a+" and "+b+": let the fakes and what runs inline, such as the function of a Map, depend on their arguments only")
	}
	for _, e := range usual.processes[0].ended {
		if e.c.Verb == flow.VerbUndo && e.o.Failure != nil {
			d.unlike = append(d.unlike, "the "+nodeOf(e.c)+" failed, and is not repeated: "+e.o.Failure.Text)
		}
	}
}

// judge compares a run that has crashed with one that has not.
func (d *Durability) judge(usual, l lived, c crash) {
	for _, answer := range l.answers {
		if answer != usual.answers[0] {
			d.problem(c, "it answers %s, and %s without a crash", answer, usual.answers[0])
		}
	}
	if len(l.processes) < 2 {
		return // it took another way, and was over before
	}
	first, second := l.processes[0], l.processes[1]
	twice := d.repeated(first, second, c)
	d.judgeInputs(first, second, c)
	d.judgeKeys(first, second, c)
	d.judgeUndos(usual.processes[0], l, c)
	for i, n := range l.effects {
		if was := usual.effects[i]; n != was {
			d.problem(c, "%s: %d, and %d without a crash: begun twice with the same key: %s", d.effects[i].name, n, was, cmp.Or(strings.Join(twice, ", "), "nothing"))
		}
	}
}

// repeated notes the calls that were begun twice, and returns their names.
func (d *Durability) repeated(first, second *process, c crash) (names []string) {
	for _, again := range second.begun {
		if !slices.ContainsFunc(first.begun, func(b durable.Call) bool { return same(b, again) }) {
			continue
		}
		r := Repeated{Node: nodeOf(again), Verb: again.Verb, Key: strings.TrimPrefix(again.Key, first.id+"/")}
		names = append(names, r.Node)
		i := slices.IndexFunc(d.Twice, func(t Repeated) bool { return t.Node == r.Node && t.Key == r.Key })
		if i < 0 {
			i = len(d.Twice)
			d.Twice = append(d.Twice, r)
		}
		if !slices.Contains(d.Twice[i].At, c.at) {
			d.Twice[i].At = append(d.Twice[i].At, c.at)
		}
	}
	return names
}

func same(a, b durable.Call) bool {
	return a.Verb == b.Verb && a.Key == b.Key && nodeOf(a) == nodeOf(b)
}

// judgeInputs compares the calls that the flow has asked for before the crash with those after it.
func (d *Durability) judgeInputs(first, second *process, c crash) {
	const remedy = "let what runs inline before it, such as the function of a Map, depend on its arguments only"
	for _, id := range slices.Sorted(maps.Keys(first.asked)) {
		was := first.calls[id]
		is, known := second.calls[id]
		switch {
		case !known || !same(was, is):
			d.problem(c, "%s is not called any more after a crash, or in another order: %s", nodeOf(was), remedy)
			return // what follows from it is no news
		case first.asked[id] != second.asked[id]:
			d.problem(c, "%s gets another input after a crash: %s", nodeOf(was), remedy)
			return
		}
	}
}

// judgeKeys compares the keys that functions got.
func (d *Durability) judgeKeys(first, second *process, c crash) {
	for _, node := range slices.Sorted(maps.Keys(second.keys)) {
		for _, key := range slices.Sorted(maps.Keys(second.keys[node])) {
			if first.keys[node] == nil || first.keys[node][key] > 0 || second.gives(key) {
				continue
			}
			d.problem(c, "%s has another key after a crash: use the one that task.Key returns, or make it of the input", node)
		}
	}
}

// gives reports whether a key is that of a call, or of a call inside of one.
func (p *process) gives(key string) bool {
	for _, c := range p.calls {
		if c.Key == key || c.Key != "" && (strings.HasPrefix(key, c.Key+"/") || strings.HasPrefix(key, c.Key+"~")) {
			return true
		}
	}
	return false
}

// judgeUndos compares what was undone.
func (d *Durability) judgeUndos(usual *process, l lived, c crash) {
	done, undone := outcomes(usual)
	doneNow, undoneNow := outcomes(l.processes...)
	for _, key := range slices.Sorted(maps.Keys(undone)) {
		if doneNow[key] != "" && undoneNow[key] == "" {
			d.problem(c, "%s succeeds, and is not undone", doneNow[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(undoneNow)) {
		if done[key] != "" && undone[key] == "" {
			d.problem(c, "%s is undone, and the answer uses it", undoneNow[key])
		}
	}
}

// outcomes are the calls that have succeeded, and those that were undone, by key without the id of the run.
func outcomes(all ...*process) (done, undone map[string]string) {
	done, undone = map[string]string{}, map[string]string{}
	for _, p := range all {
		for _, e := range p.ended {
			key := strings.TrimPrefix(e.c.Key, p.id)
			switch {
			case e.o.Failure != nil:
			case e.c.Verb == flow.VerbRun:
				done[key] = nodeOf(e.c)
			case e.c.Verb == flow.VerbUndo:
				undone[strings.TrimSuffix(key, "/undo")] = strings.TrimPrefix(nodeOf(e.c), "undo of ")
			}
		}
	}
	return done, undone
}
