package flow

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

var errAnswered = errors.New("the run is answered")

// resolve is told why the run has failed, by who has decided that. It answers,
// after OnError was told and Catch has had its say.
func (c *call[In, Out]) resolve(err error) {
	ans := task.Answer[Out]{Err: err}
	if len(c.flow.told)+len(c.flow.catches) == 0 {
		c.answer(ans)
		return
	}
	c.members.Add(1)
	c.hooks(0, ans)
}

// hooks calls the functions of OnError and then of Catch, from the i-th on, and
// answers. It leaves the run when it returns.
func (c *call[In, Out]) hooks(i int, ans task.Answer[Out]) {
	defer c.Leave()
	for ; i < len(c.flow.told)+len(c.flow.catches); i++ {
		var ok bool
		if ans, ok = c.hook(i, ans); !ok {
			return
		}
	}
	c.answer(ans)
}

// hook calls one of them. If that does not return, a new goroutine goes on.
func (c *call[In, Out]) hook(i int, ans task.Answer[Out]) (after task.Answer[Out], ok bool) {
	returned := false
	defer func() {
		if !returned {
			err := engine.Thrown(recover())
			c.members.Add(1)
			go c.hooks(i+1, task.Answer[Out]{Err: c.hookFailed(i, errors.Join(ans.Err, err))})
		}
	}()
	if told := c.flow.told; i < len(told) {
		told[i](c.hookCtx(), c.in, ans.Err)
	} else if ans.Err != nil && c.fate.Load() != leftAlone && c.around.Err() == nil {
		failed := ans.Err
		ans.Value, ans.Err = c.flow.catches[i-len(told)](c.hookCtx(), c.in, failed)
		ans.Degraded = nil
		if ans.Err == nil {
			ans.Degraded = failed
		}
	}
	returned = true
	return ans, true
}

// hookFailed names the function that has not returned.
func (c *call[In, Out]) hookFailed(i int, err error) error {
	e := &Error{Flow: c.plan.name, Node: "Catch", Place: c.plan.place, Err: err, plan: c.plan, node: none, root: err, class: recovery.ClassifyIn(c.around, err)}
	if i < len(c.flow.told) {
		e.Node = "OnError"
	}
	return e
}

// hookCtx is the caller's ctx, as work of the run: done when the run is answered.
func (c *call[In, Out]) hookCtx() context.Context {
	if c.aside == nil {
		life, err := c.run.begin(c.around, time.Time{})
		if err != nil {
			return c.around // it has ended
		}
		c.aside = life
	}
	return c.aside.Context()
}

// answer is called once, by who has set over or was told to go on.
func (c *call[In, Out]) answer(ans task.Answer[Out]) {
	if c.alarm != nil {
		c.alarm.Release()
	}
	c.effects.answered()
	if c.watch == nil {
		c.finish(ans)
		return
	}
	if fate := c.fate.Load(); fate == expired || fate == leftAlone {
		defer c.finish(ans)
		c.watch.answered(answer{ans.Err, ans.Degraded}, func() {})
		return
	}
	c.watch.answered(answer{ans.Err, ans.Degraded}, func() { c.finish(ans) })
}

func (c *call[In, Out]) finish(ans task.Answer[Out]) {
	if c.aside != nil {
		c.aside.Release()
	}
	if c.host == nil {
		c.promise.Complete(ans.Value, ans.Err)
		return
	}
	c.life.End(&future.CanceledError{Cause: errAnswered})
	c.host.Finish(ans)
}

// tell is told that an effect has failed.
func (c *call[In, Out]) tell(err error) {
	switch {
	case len(c.flow.told) > 0:
		c.members.Add(1)
		c.tellFrom(0, err)
	case c.watch == nil: // nobody else hears of it
		c.life.Report(c.plan.name, err)
	}
}

// tellFrom tells the functions of OnError from the i-th on. It leaves the run when it returns.
func (c *call[In, Out]) tellFrom(i int, err error) {
	defer c.Leave()
	returned := false
	defer func() {
		if !returned {
			c.life.Report(c.plan.name+": OnError", engine.Thrown(recover()))
			c.members.Add(1)
			go c.tellFrom(i+1, err)
		}
	}()
	for ; i < len(c.flow.told); i++ {
		c.flow.told[i](c.effects.ctx, c.in, err)
	}
	returned = true
}

// drop lets go of what the user gave, as the ctx of the run may be kept.
func (c *call[In, Out]) drop() {
	var none In
	c.in, c.around, c.host, c.flow = none, nil, nil, nil
}
