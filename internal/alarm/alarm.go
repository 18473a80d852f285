// Package alarm is a timer that leaves nothing behind: it may be released
// before it is set, and once released it holds nothing of whom it was to wake.
package alarm

import (
	"sync"
	"time"
)

// Alarm calls a function after some time unless it is released first. A timer
// that was stopped may stay in the runtime's heap for a while: it holds nothing but the alarm.
type Alarm struct {
	mu       sync.Mutex
	timer    *time.Timer
	ring     func()
	released bool
}

// Set calls ring after d, in a goroutine of its own, unless the alarm is
// released first. It may be set again when it has rung.
func (a *Alarm) Set(d time.Duration, ring func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.released {
		a.ring = ring
		a.timer = time.AfterFunc(d, a.goOff)
	}
}

func (a *Alarm) goOff() {
	a.mu.Lock()
	ring := a.ring
	a.mu.Unlock()
	if ring != nil {
		ring()
	}
}

// Released reports whether the alarm has been released: to set it would do nothing.
func (a *Alarm) Released() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.released
}

// Release lets go of everything. The call of ring may be under way.
func (a *Alarm) Release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.released = true
	if a.timer != nil {
		a.timer.Stop()
	}
	a.timer, a.ring = nil, nil
}

// Hold is how much earlier than a deadline its work is given up, with so much time left at the start: so what
// stands in for it comes before those give up who wait with the same ctx.
func Hold(left time.Duration) time.Duration {
	return max(0, min(left/100, 5*time.Millisecond))
}
