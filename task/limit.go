package task

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
)

// limit is a timeout that runs: its timer, and the ctx of what is inside of it.
// It is made anew for each attempt.
type limit struct {
	task      string
	begun     time.Time
	given     time.Duration
	inherited bool            // the deadline of the ctx around comes first
	around    context.Context // for that
	life      engine.Life
	alarm     *alarm.Alarm
}

func newLimit(around context.Context, task string, given time.Duration, begun time.Time) limit {
	l := limit{task: task, begun: begun, given: given, around: around}
	if end, limited := around.Deadline(); limited && end.Sub(begun) <= given {
		l.inherited, l.given = true, end.Sub(begun)
	}
	return l
}

func (l *limit) until() time.Time { return l.begun.Add(l.given) }

// Name, Running and Ended implement [engine.Work].

func (l *limit) Name() string      { return l.task }
func (l *limit) Running() []string { return nil }
func (l *limit) Ended(error) error { return nil }

func (l *limit) release() {
	l.alarm.Release()
	l.life.Release()
}

// ctxAt is the ctx of a user function at a level: that of the innermost limit around it.
func (r *runner[In, Out]) ctxAt(level int) context.Context {
	if !r.d.limits {
		return r.ctx
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.innermost(level)
}

// innermost is ctxAt for who holds the lock.
func (r *runner[In, Out]) innermost(level int) context.Context {
	for ; level < len(r.limits); level++ {
		if l := r.limits[level]; l != nil {
			return l.life.Context()
		}
	}
	return r.ctx
}

// arm starts the timeout at level. It fails with the cause if the ctx around has ended.
func (r *runner[In, Out]) arm(turn, level int) (err error, ok bool) {
	l := new(limit)
	*l = newLimit(r.ctxAt(level+1), r.d.name, r.d.policies[level].limit, time.Now())
	l.alarm = new(alarm.Alarm)
	l.life, err = engine.Begin(l.around, l, engine.Terms{Watched: true, Until: l.until()})
	if err != nil {
		return l.named(err), r.mine(turn)
	}
	if !r.inTurn(turn, func() { r.limits[level] = l }) {
		l.life.Release()
		return nil, false
	}
	l.alarm.Set(l.given, func() { r.late(level, l) })
	return nil, true
}

// disarm stops the timeout at level, as a result is here in time. If what ended
// the work was the deadline of the ctx around, the error says so.
func (r *runner[In, Out]) disarm(turn, level int, err error) (error, bool) {
	var l *limit
	if !r.inTurn(turn, func() { l, r.limits[level] = r.limits[level], nil }) {
		return err, false
	}
	if l == nil { // the call has been given up
		return err, true
	}
	err = l.inTime(err)
	l.release()
	return err, true
}

// inTime is what becomes of err, which the function has returned while the limit was running.
func (l *limit) inTime(err error) error {
	if passed(err) && time.Since(l.begun) >= l.given {
		return l.error() // the timer was about to say so
	}
	return l.named(err)
}

// named makes the deadline of the ctx around one that names the task.
func (l *limit) named(err error) error {
	if err == nil || !passed(l.around.Err()) {
		return err
	}
	return named(l.around, l.task, l.begun, err)
}

// named makes err, if it is the deadline of ctx, one that names the task.
func named(ctx context.Context, task string, begun time.Time, err error) error {
	if engine.IsForeignDeadline(err) || isLate(err, context.Cause(ctx)) {
		return engine.Inherited(ctx, task, begun, err)
	}
	return err
}

// error is the failure of what was late.
func (l *limit) error() error {
	if l.inherited {
		// It is due, so it ends now, and says why; unless it tells of a deadline that it does not keep.
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-l.around.Done():
			if !passed(l.around.Err()) {
				return future.Cause(l.around)
			}
			return engine.Inherited(l.around, l.task, l.begun, future.Cause(l.around))
		case <-timer.C:
			return engine.Inherited(l.around, l.task, l.begun, context.DeadlineExceeded)
		}
	}
	return &deadline.Error{Name: l.task, Limit: l.given, Elapsed: time.Since(l.begun)}
}

// patience is for how long a ctx is waited for that is to end now.
const patience = 10 * time.Millisecond

// passed reports whether err, of a ctx, is a deadline. A panic in a method of err counts as no.
func passed(err error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, context.DeadlineExceeded)
}

// isLate reports whether err is target, a deadline. Errors that cannot be compared are not.
func isLate(err, target error) (is bool) {
	defer func() { _ = recover() }()
	return passed(err) && err == target
}

// late is the timer's goroutine: it takes the turn from whoever is inside of
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
	inTime := s.held.known && s.held.err == nil && s.held.level <= level // only an observer was slow
	next := result[Out]{level: level + 1}
	if inTime {
		r.passed = append(r.passed, s.turn-1)
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
	if r.turn == finished || r.given != nil && (r.spent || !spent) {
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
		r.passed = append(r.passed, s.turn-1)
	}
	r.held = next
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

// beside calls fn in a goroutine of its own. The caller is a member of the crew.
func (r *runner[In, Out]) beside(fn func()) {
	if r.crew.Join() {
		go func() {
			defer r.crew.Leave()
			fn()
		}()
	}
}

// seizure is what a goroutine has taken over with the turn.
type seizure[Out any] struct {
	turn   int
	limits []*limit
	seen   seam.OwnCall
	held   result[Out]
}

// seize takes the turn, and the limits up to level. The caller has the lock.
func (r *runner[In, Out]) seize(level int) seizure[Out] {
	r.turn++
	s := seizure[Out]{turn: r.turn, seen: r.seen, held: r.held}
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
	if s.seen != nil && next.err != nil && !r.told(s.turn, next.level, next.v, next.err, func() { s.seen.Straggle(next.err) }) {
		return
	}
	r.finish(r.carry(s.turn, next.level, next.v, next.err))
}
