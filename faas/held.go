package faas

import (
	"context"
	"sync"
	"time"

	"github.com/jade-go/jade/observe"
)

// held is an observer of a flow that keeps the end of its run until the answer is written. A run whose answer cannot be written has failed.
type held struct {
	observe.Observer

	mu       sync.Mutex
	ctx      context.Context
	begun    time.Time
	end      func(observe.Outcome) // nil until the run has begun
	outcome  *observe.Outcome      // that has come, and waits
	released bool
	failure  error // of the writer
}

// OnlyFailures implements [observe.Selective].
func (h *held) OnlyFailures(kind observe.Kind) bool {
	s, ok := h.Observer.(observe.Selective)
	return ok && s.OnlyFailures(kind)
}

// Begin implements [observe.Observer]. The first run is that of the invocation.
func (h *held) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	seen, end := h.Observer.Begin(ctx, c)
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.Kind != observe.KindRun || h.end != nil || end == nil {
		return seen, end
	}
	if h.ctx = seen; seen == nil {
		h.ctx = ctx
	}
	h.begun, h.end = c.Start, end
	return seen, h.hold
}

// hold is told how the run has ended.
func (h *held) hold(o observe.Outcome) {
	h.mu.Lock()
	h.outcome = &o
	h.mu.Unlock()
	h.pass()
}

// release says that the answer is there, or that it has failed of err, which is of no account if the run has failed.
func (h *held) release(err error) {
	h.mu.Lock()
	h.released, h.failure = true, err
	h.mu.Unlock()
	h.pass()
}

// pass tells the observer once both have come.
func (h *held) pass() {
	h.mu.Lock()
	o := h.outcome
	if o == nil || !h.released {
		h.mu.Unlock()
		return
	}
	h.outcome = nil
	h.mu.Unlock()
	if h.failure != nil && o.Err == nil || o.Status == observe.StatusDegraded && h.failure != nil {
		failed := observe.OutcomeOf(h.ctx, h.failure, nil, h.begun)
		failed.Losses = o.Losses
		o = &failed
	}
	h.end(*o)
}
