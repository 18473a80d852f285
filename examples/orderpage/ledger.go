package main

import (
	"context"
	"maps"
	"sync"
	"time"

	recovery "github.com/jade-go/jade/recover"
)

// call is what one call has cost.
type call struct {
	started time.Duration // since the page was asked for
	cost    time.Duration
	class   recovery.Class // of its failure
}

// ledger writes down what the calls of one page cost.
type ledger struct {
	asked time.Time

	mu    sync.Mutex
	calls map[string]call
}

func newLedger() *ledger {
	return &ledger{asked: time.Now(), calls: map[string]call{}}
}

type ledgerKey struct{}

// with returns a ctx whose calls are written down in l.
func (l *ledger) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, ledgerKey{}, l)
}

// measure runs fn as the named call, and writes it down in the ledger of ctx, if that has one.
func measure(ctx context.Context, name string, fn func() error) error {
	if l, ok := ctx.Value(ledgerKey{}).(*ledger); ok {
		return l.measure(name, fn)
	}
	return fn()
}

func (l *ledger) measure(name string, fn func() error) error {
	c := call{started: time.Since(l.asked), class: recovery.Code} // which stays if fn panics
	defer func() {
		c.cost = time.Since(l.asked) - c.started
		l.mu.Lock()
		defer l.mu.Unlock()
		l.calls[name] = c
	}()
	err := fn()
	c.class = recovery.Classify(err)
	return err
}

// entries returns the calls by name. Those that never started are not there.
func (l *ledger) entries() map[string]call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.calls)
}
