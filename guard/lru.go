package guard

import (
	recent "container/list"
	"fmt"
	"sync"
	"time"
)

// LRU is a [Store] in memory for a fixed number of entries. When it is full, a new entry takes the place of the one that was used least recently.
type LRU[K comparable, V any] struct {
	most int

	mu    sync.Mutex
	at    map[K]*recent.Element
	order recent.List // of slot[K, V], the latest used first
}

type slot[K comparable, V any] struct {
	key   K
	entry Entry[V]
}

// NewLRU returns an empty store for n entries. An n below 1 panics.
//
// Cost: there is one lock. If many goroutines use a cache at once, use a concurrent store, such as that of the module guard/jadeotter.
func NewLRU[K comparable, V any](n int) *LRU[K, V] {
	if n < 1 {
		panic(fmt.Sprintf("guard.NewLRU: the number of entries is %d, and must be at least 1", n))
	}
	return &LRU[K, V]{most: n, at: map[K]*recent.Element{}}
}

// Load implements [Store].
func (l *LRU[K, V]) Load(key K) (e Entry[V], ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.at[key]
	if !ok {
		return e, false
	}
	e = found.Value.(*slot[K, V]).entry
	if !time.Now().Before(e.End) {
		l.order.Remove(found)
		delete(l.at, key)
		return Entry[V]{}, false
	}
	l.order.MoveToFront(found)
	return e, true
}

// Save implements [Store].
func (l *LRU[K, V]) Save(key K, e Entry[V]) {
	if key != key { // it would never be found again
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if found, ok := l.at[key]; ok {
		found.Value.(*slot[K, V]).entry = e
		l.order.MoveToFront(found)
		return
	}
	if len(l.at) == l.most {
		oldest := l.order.Back()
		delete(l.at, oldest.Value.(*slot[K, V]).key)
		l.order.Remove(oldest)
	}
	l.at[key] = l.order.PushFront(&slot[K, V]{key, e})
}

// Len returns how many entries there are.
func (l *LRU[K, V]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.at)
}
