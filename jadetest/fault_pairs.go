package jadetest

import "slices"

// kinds tells the faults of each task apart by what they lead to alone. Of those that lead to the same, one is tried in pairs.
type kinds map[Injected]kind

// kind is what a fault of a task leads to.
type kind struct {
	fault Fault // the first that leads to it
	outcome
	calls []tallied
}

// add is told what a fault has led to.
func (all kinds) add(what Injected, o outcome) {
	k := kind{fault: what.Fault, outcome: o}
	if o.seen != nil {
		k.calls = o.seen.sorted()
	}
	for fault := range what.Fault {
		if other, ok := all[Injected{what.Task, fault}]; ok && other.fault == fault && other.like(k) {
			k = other
			break
		}
	}
	all[what] = k
}

// like reports whether both lead to the same: the same answer at the same time, if to any, and by the same calls. What is nil
// is like nothing else, since it is no failure.
func (k kind) like(other kind) bool {
	if k.fault == FaultNil || other.fault == FaultNil || k.seen == nil || other.seen == nil {
		return false
	}
	return k.answered == other.answered && k.took == other.took && (k.crash == nil) == (other.crash == nil) && (k.err == nil) == (other.err == nil) &&
		len(k.left) == len(other.left) && slices.CompareFunc(k.calls, other.calls, tallied.compare) == 0 && different(k.value, other.value) == ""
}

// tryPairs tries each two tasks with each two kinds of their faults, and notes for faults that are alike what became of one of them.
func (m *Matrix) tryPairs(run func(...*Injected) (outcome, *injection), usual outcome, alone kinds) {
	for i, first := range m.tasks {
		for _, fault := range m.faults {
			for _, second := range m.tasks[i+1:] {
				for _, other := range m.faults {
					if fault == FaultCallerLeaves || other == FaultCallerLeaves {
						continue
					}
					key := [2]Injected{{first, fault}, {second, other}}
					like := [2]Injected{{first, alone[key[0]].fault}, {second, alone[key[1]].fault}}
					if like == key {
						m.try(run, usual, key[0], key[1])
						continue
					}
					m.order = append(m.order, key)
					m.cells[key] = m.cells[like]
					m.vanished[key], m.holders[key] = m.vanished[like], m.holders[like]
				}
			}
		}
	}
}
