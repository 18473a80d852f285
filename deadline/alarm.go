package deadline

import (
	"sync"
	"time"
)

// alarm is a timer that may be released before it is set. A timer that was
// stopped may stay in the runtime's heap for a while: it holds nothing but the alarm.
type alarm struct {
	mu       sync.Mutex
	timer    *time.Timer
	ring     func()
	released bool
}

// set calls ring after d, in a goroutine of its own, unless the alarm is
// released first. ring must run no user code.
func (a *alarm) set(d time.Duration, ring func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.released {
		a.ring = ring
		a.timer = time.AfterFunc(d, a.goOff)
	}
}

func (a *alarm) goOff() {
	a.mu.Lock()
	ring := a.ring
	a.mu.Unlock()
	if ring != nil {
		ring()
	}
}

// Release implements [future.Releaser]: no timer outlives its future.
func (a *alarm) Release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.released = true
	if a.timer != nil {
		a.timer.Stop()
	}
	a.timer, a.ring = nil, nil
}
