package jadetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jade-go/jade/future"
)

// endless are the calls of a task in a simulation of which nobody knows when they end.
type endless struct {
	calls  int
	beyond int           // those that were waited for longer than it was recorded
	known  time.Duration // how long that was
	limit  time.Duration // that one of them had; 0: none
}

// wait waits for the end of ctx, in place of a call that was recorded for as long as known, and had not ended by then.
func (s *simulation) wait(ctx context.Context, name string, own, known time.Duration) error {
	const almost = 1.1 // where the limit is one of the whole, how much of it is left for a call is not always the same
	limit, longest := own, known
	if until, limited := ctx.Deadline(); limited && own == 0 {
		limit, longest = time.Until(until), time.Duration(almost*float64(known))
	}
	s.mu.Lock()
	e := s.endless[name]
	if e == nil {
		e = &endless{}
		s.endless[name] = e
	}
	e.calls++
	e.known = max(e.known, known)
	if limit == 0 || limit > longest {
		e.beyond++
		e.limit = limit
	}
	s.mu.Unlock()
	if limit == 0 {
		return errEndless
	}
	<-ctx.Done()
	return future.Cause(ctx)
}

var errEndless = errors.New("jadetest.Simulate: a call that nobody has seen end has no limit")

// beyond says of what limits nothing is known, if most calls that were recorded without their ends had one like that.
func (s *simulation) beyond() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var said []string
	for name, e := range s.endless {
		if 2*e.beyond <= e.calls {
			continue
		}
		limit := "no limit"
		if e.limit > 0 {
			limit = "a limit of " + e.limit.String()
		}
		said = append(said, fmt.Sprintf("%s has %s, but calls of it were waited for no longer than %s: record some that are, or simulate a shorter limit", name, limit, e.known))
	}
	slices.Sort(said)
	if len(said) == 0 {
		return ""
	}
	return said[0]
}
