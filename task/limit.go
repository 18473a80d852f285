package task

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
)

// limit is a timeout that runs: its timer, and the ctx of what is inside of it.
// It is made anew for each attempt.
type limit struct {
	task  string
	begun time.Time
	life  engine.Life
	alarm *alarm.Alarm
}

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
	for ; level < len(r.limits); level++ {
		if l := r.limits[level]; l != nil {
			return l.life.Context()
		}
	}
	return r.ctx
}

// arm starts the timeout at level. It fails with the cause if the ctx around has ended.
func (r *runner[In, Out]) arm(turn, level int) (err error, ok bool) {
	d := r.d.policies[level].limit
	l := &limit{task: r.d.name, begun: time.Now(), alarm: new(alarm.Alarm)}
	around := r.ctxAt(level + 1)
	l.life, err = engine.Begin(around, l, engine.Terms{Watched: true, Until: l.begun.Add(d)})
	if err != nil {
		return r.inherited(around, l, err), r.mine(turn)
	}
	r.mu.Lock()
	ok = r.turn == turn
	if ok {
		r.limits[level] = l
	}
	r.mu.Unlock()
	if !ok {
		l.life.Release()
		return nil, false
	}
	l.alarm.Set(d, func() { r.late(level, l) })
	return nil, true
}

// disarm stops the timeout at level, as a result is here in time. If what ended
// the work was the deadline of the ctx around, the error says so.
func (r *runner[In, Out]) disarm(turn, level int, err error) (error, bool) {
	r.mu.Lock()
	if r.turn != turn {
		r.mu.Unlock()
		return err, false
	}
	l := r.limits[level]
	r.limits[level] = nil
	r.mu.Unlock()
	l.release()
	return r.inherited(r.ctxAt(level+1), l, err), true
}

// inherited makes a deadline of the ctx around one that names the task.
func (r *runner[In, Out]) inherited(around context.Context, l *limit, err error) error {
	if _, ours := errors.AsType[*deadline.Error](err); ours || !passed(err) || !passed(around.Err()) {
		return err
	}
	return deadline.Inherited(around, l.task, l.begun, err)
}

// passed reports whether err is a deadline. A panic in a method of err counts as no.
func passed(err error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, context.DeadlineExceeded)
}

// late is the timer's goroutine: it takes the turn from whoever is inside of
// the limit, and carries the call on.
func (r *runner[In, Out]) late(level int, l *limit) {
	if !r.crew.Join() {
		return
	}
	defer r.crew.Leave()
	r.mu.Lock()
	if r.limits[level] != l {
		r.mu.Unlock()
		return
	}
	r.turn++
	turn := r.turn
	inside := make([]*limit, level+1)
	copy(inside, r.limits)
	clear(r.limits[:level+1])
	trial := r.trial
	r.trial = nil
	r.mu.Unlock()

	err := &deadline.Error{Name: l.task, Limit: r.d.policies[level].limit, Elapsed: time.Since(l.begun)}
	l.life.End(err)
	for _, given := range inside {
		if given != nil {
			given.release()
		}
	}
	var none Out
	if trial != nil && !r.told(turn, level+1, none, err, func() { trial.straggles(err) }) {
		return
	}
	r.finish(r.carry(turn, level+1, none, err))
}
