// Package notes keeps what tests see happen, on whichever goroutine. Only tests
// import it.
package notes

import (
	"slices"
	"sync"
)

// List is values in the order in which they were added. The zero List is empty.
type List[T any] struct {
	mu  sync.Mutex
	all []T
}

// Add adds a value.
func (l *List[T]) Add(v T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, v)
}

// All returns the values so far.
func (l *List[T]) All() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all)
}

// Clear forgets them.
func (l *List[T]) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
}
