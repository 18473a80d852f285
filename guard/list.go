package guard

// list is a queue of waiting calls. The lock of its owner guards it.
type list struct{ first, last *waiter }

// waiter waits for its turn. The waiting goroutine makes the channel, so in a test bubble the channel belongs to the bubble.
type waiter struct {
	turn       chan struct{}
	prev, next *waiter
	queued     bool
}

func (l *list) push(w *waiter) {
	w.queued, w.prev = true, l.last
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
}

// pop takes the first one out, nil if there is none.
func (l *list) pop() *waiter {
	w := l.first
	if w != nil {
		l.remove(w)
	}
	return w
}

// remove takes w out, and reports whether it was in.
func (l *list) remove(w *waiter) bool {
	if !w.queued {
		return false
	}
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.prev, w.next, w.queued = nil, nil, false
	return true
}
