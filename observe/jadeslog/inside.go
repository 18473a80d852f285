package jadeslog

import (
	"errors"
	"reflect"
	"slices"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// inside is what has gone wrong inside a call.
type inside struct {
	failures []failure
	seen     int      // how many there were
	held     []*call  // attempts that were given up, of which there is no record yet
	degraded []string // of a run: what was called by functions of it, and was degraded
	reports  []report // of a run: what waits for its end
	losses   []observe.Loss
	verdict  *verdict // of a run: nil until it has ended
	failedOf []string // of a run: nodes that it has failed of
	passedOn []string // nodes that have failed of what this one has
}

// failure is one that is on record.
type failure struct {
	err    error
	panic  *future.PanicError
	status observe.Status
	of     *call
	taken  bool // an effect goes on without what has failed
}

// kept is how many failures a call knows at most, as it may run for ever: the
// first ones, one of which it most likely fails of, and the same number of the latest.
const kept = 32

// note has all calls around know of a failure.
func (c *call) note(f failure) {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	for a := c.around; a != nil; a = a.around {
		in := a.insides()
		if in.seen < 2*kept {
			in.failures = append(in.failures, f)
		} else {
			in.failures[kept+in.seen%kept] = f
		}
		in.seen++
	}
}

// insides and what uses it are called with the lock held.
func (c *call) insides() *inside {
	if c.inside == nil {
		c.inside = new(inside)
	}
	return c.inside
}

// noteFailed notes what the run has failed of.
func (c *call) noteFailed(of []string) {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	c.insides().failedOf = of
}

// hasReports reports whether something waits for the end of the run.
func (c *call) hasReports() bool {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	return c.inside != nil && len(c.inside.reports)+len(c.inside.losses) > 0
}

// isKnown reports whether the call has failed of what is on record already, inside of it. A
// panic that has such a failure as its value is another one; so is a failure that was made up for inside.
func (c *call) isKnown(o observe.Outcome) bool {
	if isLate(o) && c.isUp() {
		return false
	}
	return slices.ContainsFunc(c.failures(), func(f failure) bool {
		return (!f.taken || o.Status == observe.StatusDegraded || c.isTaken()) && (f.status == observe.StatusFailed || f.status == o.Status) && (o.Panic == nil || o.Panic == f.panic) && wraps(o.Err, f.err)
	})
}

// origin is the failure inside the call that it has failed of: what has failed, or else what was given
// up; if the time is up, the other way round.
func (c *call) origin(o observe.Outcome) (f failure, found bool) {
	order := []observe.Status{observe.StatusFailed, observe.StatusDegraded, observe.StatusStraggler}
	if isLate(o) && c.isUp() {
		slices.Reverse(order)
	}
	for _, status := range order {
		for _, f := range c.failures() {
			if f.status == status && wraps(o.Err, f.err) {
				return f, true
			}
		}
	}
	return f, false
}

// failures are those that the call knows. It is a copy, as the methods of their errors are not ours.
func (c *call) failures() []failure {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	if c.inside == nil {
		return nil
	}
	return slices.Clone(c.inside.failures)
}

// wraps reports whether err is target, or wraps it. Methods of errors that panic count as no.
func wraps(err, target error) (is bool) {
	if err == nil || target == nil {
		return false
	}
	defer func() { _ = recover() }()
	for err != nil {
		if same(err, target) {
			return true
		}
		if parts, ok := err.(interface{ Unwrap() []error }); ok {
			return slices.ContainsFunc(parts.Unwrap(), func(part error) bool { return wraps(part, target) })
		}
		err = errors.Unwrap(err)
	}
	return false
}

// same compares two errors. Those of a type that cannot be compared are the same if their texts are.
func same(a, b error) bool {
	t := reflect.TypeOf(a)
	switch {
	case t != reflect.TypeOf(b):
		return false
	case reflect.ValueOf(a).Comparable():
		return a == b
	}
	return a.Error() == b.Error()
}
