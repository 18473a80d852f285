package guard

import (
	"context"
	"sync"
)

// voyage records which flights the work of one flight waits for. The ctx of that work has it. Before a flight begins to wait for another one, waitFor
// looks whether that would close a circle of flights that wait for each other.
type voyage struct {
	waits map[*voyage]int // how often it waits for each; under the lock waiting
}

// waiting is one lock for all voyages. It is held for a moment, and only when a shared call asks for another one.
var waiting sync.Mutex

type voyageKey struct{}

// voyageOf returns the voyage of the innermost flight that ctx belongs to, or nil.
func voyageOf(ctx context.Context) *voyage {
	v, _ := ctx.Value(voyageKey{}).(*voyage)
	return v
}

// waitFor records that work of v waits for the flight to. It is not ok, and records nothing, if to waits for v. A nil v is an asker outside of all
// flights: nothing can wait for it.
func (v *voyage) waitFor(to *voyage) (ok bool) {
	if v == nil {
		return true
	}
	waiting.Lock()
	defer waiting.Unlock()
	if to == v || len(to.waits) > 0 && to.reaches(v, map[*voyage]bool{}) {
		return false
	}
	if v.waits == nil {
		v.waits = map[*voyage]int{}
	}
	v.waits[to]++
	return true
}

// stopWaiting undoes a waitFor.
func (v *voyage) stopWaiting(to *voyage) {
	if v == nil {
		return
	}
	waiting.Lock()
	defer waiting.Unlock()
	if v.waits[to]--; v.waits[to] == 0 {
		delete(v.waits, to)
	}
}

// reaches reports whether v waits for to, directly or through other voyages. The caller has the lock.
func (v *voyage) reaches(to *voyage, seen map[*voyage]bool) bool {
	for next := range v.waits {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if next.reaches(to, seen) {
				return true
			}
		}
	}
	return false
}
