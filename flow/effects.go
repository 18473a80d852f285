package flow

import (
	"context"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
)

// effects is the part of a run that goes on when it has been answered: what
// runs for an [Also]. Its ctx is not that of the run, which ends with the
// answer, but one of the user's call, also if the run is part of another: so it
// ends with the scope. What deadline the run has, it has too.
type effects struct {
	life  engine.Life
	ctx   context.Context
	run   *run
	until time.Time // zero: no limit
	begun time.Time
	alarm *alarm.Alarm // set once the run is answered: until then its own ends the effects
}

func beginEffects(r *run, around context.Context) (*effects, error) {
	begun := time.Now()
	var until time.Time
	limited := r.limit != nil
	if limited {
		until = r.limit.end
	}
	life, err := r.begin(r.life.Base(), until)
	if err != nil {
		return nil, err
	}
	e := &effects{life: life, ctx: life.Context(), run: r, begun: begun}
	if r.life.Base() != around {
		e.ctx = engine.WithValues(e.ctx, around)
	}
	if limited {
		e.until, e.alarm = until, new(alarm.Alarm)
	}
	return e, nil
}

// answered is told that the run is: what deadline it had is for the effects alone now.
func (e *effects) answered() {
	if e == nil || e.alarm == nil {
		return
	}
	e.alarm.Set(time.Until(e.until), func() {
		if e.run.Join() {
			e.life.End(&deadline.Error{Name: e.run.late(), Limit: e.until.Sub(e.begun), Elapsed: time.Since(e.begun)})
			e.run.Leave()
		}
	})
}

// tellLost tells the observer of effects that cannot begin any more, as what they wait for was cut off. The caller is a member.
func (r *run) tellLost() {
	if r.observer == nil {
		return
	}
	for n, why := range r.st.lostEffects(r.effects.ctx.Err() != nil) {
		r.beside(func() { r.observer.lose(n, why) }) // as it may not return
	}
}

// lostEffects are the failures of the nodes that run for an effect and not for the answer: all of them if there is no more time
// for effects, or else those that have failed of what the limit has given up.
func (st *state) lostEffects(isOver bool) map[int32]error {
	d := st.demand
	d.mu.Lock()
	defer d.mu.Unlock()
	lost := map[int32]error{}
	for n := range st.plan.specs {
		s, err := &st.plan.specs[n], st.errs[n]
		if s.effect && !s.answer && d.phase[n] == made && err != nil && (isOver || d.late != nil && consistsOf(err, d.late)) {
			lost[int32(n)] = err
		}
	}
	return lost
}

// consistsOf reports whether the failure err of a node is late, or has it among its parts. It calls no method of a user's, so it
// may be called under a lock.
func consistsOf(err, late error) (is bool) {
	errtree.Walk(err, func(err error) errtree.Next {
		switch {
		case err == late:
			is = true
			return errtree.Stop
		case errtree.IsTame(err):
			return errtree.Inside
		}
		return errtree.Beside
	})
	return is
}

func (e *effects) release() {
	if e.alarm != nil {
		e.alarm.Release()
	}
	e.life.Release()
}
