package flow

import (
	"context"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
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

func (e *effects) release() {
	if e.alarm != nil {
		e.alarm.Release()
	}
	e.life.Release()
}
