package task

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
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

func (l *limit) Name() string { return l.task }

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
func (r *runner[In, Out]) arm(epoch, level int) (err error, ok bool) {
	l := new(limit)
	*l = newLimit(r.ctxAt(level+1), r.d.name, r.d.policies[level].limit, time.Now())
	l.alarm = new(alarm.Alarm)
	l.life, err = engine.Begin(l.around, l, engine.Terms{Watched: true, Until: l.until()})
	if err != nil {
		return l.named(err), r.mine(epoch)
	}
	if !r.inEpoch(epoch, func() { r.limits[level] = l }) {
		l.life.Release()
		return nil, false
	}
	l.alarm.Set(l.given, func() { r.late(level, l) })
	return nil, true
}

// disarm stops the timeout at level, as a result is here in time. If what ended
// the work was the deadline of the ctx around, the error says so.
func (r *runner[In, Out]) disarm(epoch, level int, err error) (error, bool) {
	var l *limit
	if !r.inEpoch(epoch, func() { l, r.limits[level] = r.limits[level], nil }) {
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
