package deadline

import (
	"sync"
	"time"
)

// alarm is a timer that may be released before it is set.
type alarm struct {
	mu       sync.Mutex
	timer    *time.Timer
	released bool
}

// set calls ring after d, in a goroutine of its own, unless the alarm is
// released first. ring must run no user code.
func (a *alarm) set(d time.Duration, ring func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.released {
		a.timer = time.AfterFunc(d, ring)
	}
}

// Release implements [future.Releaser]: no timer outlives its future.
func (a *alarm) Release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.released = true
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
}
