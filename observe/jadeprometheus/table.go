package jadeprometheus

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Other is the value of the labels flow, task, node and gate for all that are beyond the limit of [Names].
const Other = "other"

// table has an entry for each name that it is asked for, as long as there is room;
// the names that come later share one. Who asks for a name that is known takes no lock.
type table[T any] struct {
	room  *atomic.Int64 // for names; shared with other tables
	entry func(name string) *T

	known atomic.Pointer[map[string]*T] // replaced, never changed
	rest  atomic.Pointer[T]             // nil until there is no room

	mu sync.Mutex // for who adds
}

func newTable[T any](room *atomic.Int64, entry func(string) *T) *table[T] {
	t := &table[T]{room: room, entry: entry}
	t.known.Store(new(map[string]*T))
	return t
}

func (t *table[T]) of(name string) *T {
	if e := (*t.known.Load())[name]; e != nil {
		return e
	}
	if e := t.rest.Load(); e != nil {
		return e
	}
	return t.add(name)
}

// has reports whether the name has an entry of its own.
func (t *table[T]) has(name string) bool { return (*t.known.Load())[name] != nil }

func (t *table[T]) add(name string) *T {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := *t.known.Load()
	if e := known[name]; e != nil {
		return e
	}
	if e := t.rest.Load(); e != nil {
		return e
	}
	if t.room.Add(-1) < 0 {
		e := t.entry(Other)
		t.rest.Store(e)
		return e
	}
	e := t.entry(name)
	more := make(map[string]*T, len(known)+1)
	maps.Copy(more, known)
	more[name] = e
	t.known.Store(&more)
	return e
}
