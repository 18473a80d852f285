package guard

import (
	"context"
	"sync"
)

// voyage is a flight as those see it whose flights it waits for. The ctx of its work has it. So flights that wait for each other are found out: nobody
// begins to wait where that would close a circle.
type voyage struct {
	waits map[*voyage]int // for so many results of each; under the lock of waiting
}

// waiting is one lock for all voyages. It is held for a moment, and only when a shared call asks for another one.
var waiting sync.Mutex

type voyageKey struct{}

// voyageOf returns the innermost flight that ctx is of, or nil.
func voyageOf(ctx context.Context) *voyage {
	v, _ := ctx.Value(voyageKey{}).(*voyage)
	return v
}

// waitFor notes that work of v waits for the flight to, unless that waits for v. A nil voyage is that of an asker which nobody waits for.
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

// stopWaiting is the opposite of waitFor.
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

// reaches reports whether v waits for to, or for one that does. The caller has the lock.
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
