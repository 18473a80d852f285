// Package jadeotter is a store for a guard.Cache that many goroutines use at once. It keeps entries in an otter cache
// (https://github.com/maypok86/otter), which finds out by itself which entries are worth keeping.
//
//	var item = guard.Cache(fetchItem, jadeotter.New[string, Item](10_000), time.Minute)
//
// For a few thousand entries that few goroutines ask for, [guard.NewLRU] is enough.
package jadeotter

import (
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/jade-go/jade/guard"
)

// Store is a [guard.Store] for a fixed number of entries. It starts no goroutine.
type Store[K comparable, V any] struct {
	cache *otter.Cache[K, guard.Entry[V]]
}

// New returns an empty store for at most n entries. When it is full, it removes entries that are not asked for often. It removes an entry whose time is
// over when somebody asks for it, or when its place is needed. An n below 1 panics.
//
// Keys: one that does not equal itself, such as a NaN, is never found.
func New[K comparable, V any](n int) *Store[K, V] {
	if n < 1 {
		panic(fmt.Sprintf("jadeotter.New: the number of entries is %d, and must be at least 1", n))
	}
	return &Store[K, V]{otter.Must(&otter.Options[K, guard.Entry[V]]{
		MaximumSize: n,
		Executor:    func(fn func()) { fn() }, // runs fn on the goroutine that writes, so that no other goroutine is left behind
	})}
}

// Load implements [guard.Store].
func (s *Store[K, V]) Load(key K) (e guard.Entry[V], ok bool) {
	e, ok = s.cache.GetIfPresent(key)
	switch {
	case !ok:
		return e, false
	case !time.Now().Before(e.End):
		s.cache.Invalidate(key)
		return guard.Entry[V]{}, false
	}
	return e, true
}

// Save implements [guard.Store].
func (s *Store[K, V]) Save(key K, e guard.Entry[V]) {
	if key == key { // or else it would never be found again
		s.cache.Set(key, e)
	}
}

// Len returns about how many entries there are.
func (s *Store[K, V]) Len() int { return s.cache.EstimatedSize() }
