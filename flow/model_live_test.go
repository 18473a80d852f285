package flow_test

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// span is when a function began and ended, since the run began.
type span struct{ begun, ended time.Duration }

// happenings is what the functions of one run did.
type happenings struct {
	begun time.Time

	mu    sync.Mutex
	spans map[int]span // by id
	twice []int        // those whose function was called more than once
}

// attempt is the first of the calls that was not made yet.
func (h *happenings) attempt(calls []call) call {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range calls[:len(calls)-1] {
		if _, made := h.spans[c.id]; !made {
			return c
		}
	}
	return calls[len(calls)-1]
}

// act is the function with the id i.
func (h *happenings) act(ctx context.Context, i int, v vertex, args ...int) (int, error) {
	begun := time.Since(h.begun)
	h.mu.Lock()
	if _, again := h.spans[i]; again {
		h.twice = append(h.twice, i)
	}
	h.spans[i] = span{begun, -1}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.spans[i] = span{begun, time.Since(h.begun)}
	}()
	takes := v.takes
	if v.ends == waits {
		takes = time.Hour
	}
	if cause := wait(ctx, takes); cause != nil {
		return 0, cause
	}
	switch v.ends {
	case endsBadly:
		return 0, failed(i)
	case panics:
		panic(failed(i))
	case exits:
		runtime.Goexit()
	}
	return value(i, args...), nil
}
