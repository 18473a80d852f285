package task

import (
	"errors"
	"slices"

	"github.com/jade-go/jade/internal/seam"
)

// late is the timer's goroutine: it takes over from whoever is inside of
// the limit, and carries the call on.
func (r *runner[In, Out]) late(level int, l *limit) {
	if !r.crew.Join() {
		return
	}
	defer r.crew.Leave()
	late := l.error() // first: at a limit that is that of an engine, the engine gives the call up before its ctx ends
	r.mu.Lock()
	if r.limits[level] != l {
		r.mu.Unlock()
		return
	}
	s := r.seize(level)
	s.passes, s.degraded = r.takePasses(level), r.degraded
	inTime := s.held.known && s.held.err == nil && s.held.level <= level // only an observer was slow
	next := result[Out]{level: level + 1}
	if inTime {
		r.passed = append(r.passed, s.epoch-1)
		next.v, next.known = s.held.v, true
	}
	r.held = next
	r.mu.Unlock()
	if !inTime {
		next.err = late
		l.life.End(next.err)
	}
	r.goOn(s, next)
}

// GiveUp implements [Carried].
func (r *runner[In, Out]) GiveUp(err error, spent bool) {
	if !r.crew.Join() {
		return
	}
	defer r.crew.Leave()
	r.mu.Lock()
	if r.epoch == finished || r.given != nil && (r.spent || !spent) {
		r.mu.Unlock()
		return
	}
	r.given, r.spent = err, spent
	if work := r.held.work; work || r.held.mends && r.held.kept && !spent {
		given := r.work
		r.mu.Unlock()
		if work && given != nil {
			given.GiveUp(err, spent)
		}
		return
	}
	s := r.seize(len(r.limits) - 1)
	next := result[Out]{err: err}
	if s.held.known {
		next = s.held
	}
	if next.mends {
		next.err = errors.Join(err, next.err)
	}
	if next.err == nil {
		r.passed = append(r.passed, s.epoch-1)
	}
	r.held = next
	s.passes, s.degraded = r.takePasses(next.level-1), r.degraded
	r.mu.Unlock()
	if seen := s.seen; seen != nil && next.err != nil {
		r.beside(func() { seen.Straggle(next.err) })
	}
	s.seen = nil
	if slices.ContainsFunc(r.d.policies, policy[In, Out].slow) {
		r.beside(func() { r.goOn(s, next) })
		return
	}
	r.goOn(s, next)
}

// seizure is what a goroutine has taken over, with the epoch that it has begun.
type seizure[Out any] struct {
	epoch    int
	limits   []*limit
	seen     seam.OwnCall
	held     result[Out]
	passes   []*pass // that the call does not come by any more on its way out
	degraded error
}

// seize begins an epoch, and takes the limits up to level. The caller has the lock.
func (r *runner[In, Out]) seize(level int) seizure[Out] {
	r.epoch++
	s := seizure[Out]{epoch: r.epoch, seen: r.seen, held: r.held}
	if r.d.limits {
		s.limits = slices.Clone(r.limits[:level+1])
		clear(r.limits[:level+1])
	}
	r.seen = nil
	return s
}

// goOn carries the call on with next.
func (r *runner[In, Out]) goOn(s seizure[Out], next result[Out]) {
	for _, l := range s.limits {
		if l != nil {
			l.release()
		}
	}
	r.endPasses(s.passes, next.err, s.degraded)
	if s.seen != nil && next.err != nil && !r.told(s.epoch, next.level, next.v, next.err, func() { s.seen.Straggle(next.err) }) {
		return
	}
	r.finish(r.carry(s.epoch, next.level, next.v, next.err))
}
