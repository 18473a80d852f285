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
	alarm *alarm.Alarm
}

func beginEffects(r *run, around context.Context) (*effects, error) {
	begun := time.Now()
	until, limited := r.life.Context().Deadline()
	life, err := r.begin(r.life.Base(), until)
	if err != nil {
		return nil, err
	}
	e := &effects{life: life, ctx: life.Context()}
	if r.life.Base() != around {
		e.ctx = engine.WithValues(e.ctx, around)
	}
	if limited {
		e.alarm = new(alarm.Alarm)
		limit := time.Until(until)
		e.alarm.Set(limit, func() {
			if r.Join() {
				life.End(&deadline.Error{Name: r.late(), Limit: limit, Elapsed: time.Since(begun)})
				r.Leave()
			}
		})
	}
	return e, nil
}

func (e *effects) release() {
	if e.alarm != nil {
		e.alarm.Release()
	}
	e.life.Release()
}
