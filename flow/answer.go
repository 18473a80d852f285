package flow

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	recovery "github.com/jade-go/jade/recover"
)

var (
	errAnswered = errors.New("the run is answered")
	answered    = &future.CanceledError{Cause: errAnswered}
)

// ending is the last part of a run, in which functions of the user's may still hold the answer up. Each is called by
// one goroutine; at the limit another one takes over, and begins a new epoch.
type ending[Out any] struct {
	mu    sync.Mutex
	epoch int
	stage stage
	i     int // the function that is being called
	ans   seam.Answer[Out]
}

// stage is what holds the answer up.
type stage int

const (
	byNothing  stage = iota
	byNoOneYet       // the goroutine that is to call one has not begun
	byHook           // a function of OnError or Catch
	byDegraded       // one of Degraded
	byObserver
	byNobody // the answer has been given
)

// end returns the ending of the run. There is none before somebody needs it.
func (c *call[In, Out]) end() *ending[Out] {
	if e := c.ending.Load(); e != nil {
		return e
	}
	c.ending.CompareAndSwap(nil, new(ending[Out]))
	return c.ending.Load()
}

// hold notes what holds the answer up now, and reports whether epoch is still the present one.
func (c *call[In, Out]) hold(epoch int, s stage, i int, ans seam.Answer[Out]) bool {
	e := c.end()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.epoch != epoch {
		return false
	}
	e.stage, e.i, e.ans = s, i, ans
	return true
}

// resolve is told why the run has failed, by who has decided that. It answers,
// after OnError was told and Catch has had its say.
func (c *call[In, Out]) resolve(err error) {
	ans := seam.Answer[Out]{Err: err}
	if len(c.flow.told)+len(c.flow.catches) == 0 {
		c.answer(0, ans)
		return
	}
	c.members.Add(1)
	if c.expired.Load() { // who gives up the calls has to see to it that the answer comes in time
		c.hold(0, byNoOneYet, 0, ans)
		go c.hooks(0, 0, ans)
		return
	}
	c.hooks(0, 0, ans)
}

// hooks calls the functions of OnError and then of Catch, from the i-th on, and
// answers. It leaves the run when it returns.
func (c *call[In, Out]) hooks(epoch, i int, ans seam.Answer[Out]) {
	defer c.Leave()
	for ; i < len(c.flow.told)+len(c.flow.catches); i++ {
		if !c.hold(epoch, byHook, i, ans) {
			return
		}
		var ok bool
		if ans, ok = c.hook(epoch, i, ans); !ok {
			return
		}
	}
	c.answer(epoch, ans)
}

// hook calls one of them. If that does not return, a new goroutine goes on.
func (c *call[In, Out]) hook(epoch, i int, ans seam.Answer[Out]) (after seam.Answer[Out], ok bool) {
	returned := false
	defer func() {
		if !returned {
			err := engine.Thrown(recover())
			c.members.Add(1)
			go c.hooks(epoch, i+1, seam.Answer[Out]{Err: c.hookFailed(i, errors.Join(ans.Err, err))})
		}
	}()
	switch told := c.flow.told; {
	case i < len(told) && c.expired.Load():
		c.tellBeside(c.around, told[i], ans.Err)
	case i < len(told):
		told[i](c.spareCtx(), c.in, ans.Err)
	case ans.Err != nil && c.mayCatch():
		failed := ans.Err
		ans.Value, ans.Err = c.flow.catches[i-len(told)](c.spareCtx(), c.in, failed)
		ans.Degraded = nil
		if ans.Err == nil {
			ans.Degraded = failed
		}
	}
	returned = true
	return ans, true
}

// tellBeside tells a function of OnError in a goroutine of its own, which the scope joins.
func (c *call[In, Out]) tellBeside(ctx context.Context, tell func(context.Context, In, error), err error) {
	in := c.in
	engine.Callback(ctx, c.plan.name+": OnError", func() { tell(ctx, in, err) })
}

// mayCatch reports whether somebody waits for the answer of a Catch, and there is time for it. After a
// Timeout without a Reserve it has the caller's ctx.
func (c *call[In, Out]) mayCatch() bool {
	switch {
	case c.fate.Load() == leftAlone:
		return false
	case c.limit.spares():
		return c.spareCtx().Err() == nil && c.now().Before(c.limit.end)
	}
	return c.around.Err() == nil
}

// hookFailed names the function that has not returned.
func (c *call[In, Out]) hookFailed(i int, err error) error {
	if i < len(c.flow.told) {
		return c.ownFailed("OnError", err)
	}
	return c.ownFailed("Catch", err)
}

// ownFailed is the failure of a function of the flow itself.
func (c *call[In, Out]) ownFailed(name string, err error) error {
	return c.plan.ownFailed(c.around, name, err)
}

func (p *plan) ownFailed(ctx context.Context, name string, err error) error {
	return &Error{Flow: p.name, Node: name, Place: p.place, Err: err, plan: p, node: none, root: err, class: recovery.ClassifyIn(ctx, err)}
}

// answer is called by who has decided what the answer is.
func (c *call[In, Out]) answer(epoch int, ans seam.Answer[Out]) {
	if !c.hold(epoch, byObserver, 0, ans) {
		return
	}
	w := c.observer
	if w == nil {
		c.finish()
		return
	}
	how := answer{ans.Err, ans.Degraded, ans.Losses}
	switch {
	case !c.expired.Load() && c.fate.Load() != leftAlone: // the observer is told first: see runObserver.tell
	case c.given.Load(): // by who has no time for an observer
		c.answeredBeside(how)
		c.finish()
		return
	default:
		c.finish()
	}
	w.answered(&c.run, how)
}

func (c *call[In, Out]) answeredBeside(how answer) {
	w := c.observer
	c.beside(func() { w.answered(&c.run, how) })
}

// finish gives the answer that holds. The first to call it does so.
func (c *call[In, Out]) finish() {
	e := c.end()
	e.mu.Lock()
	over, ans := e.stage == byNobody, e.ans
	e.stage = byNobody
	e.epoch++
	e.ans = seam.Answer[Out]{}
	e.mu.Unlock()
	if over {
		return
	}
	c.limit.release()
	c.endReserve()
	c.closeSpare()
	c.effects.answered()
	c.undoing.answered()
	if c.host == nil {
		c.promise.Complete(ans.Value, ans.Err)
		return
	}
	c.life.End(answered)
	ans.Late = c.expired.Load()
	if _, asks := c.host.(seam.Outlived); asks && c.isAlone() {
		c.gone() // before the answer: otherwise the next call could find the gates of the task still taken
	}
	c.host.Finish(ans)
}

// hurry is called when the limit has passed: the answer waits for no function of OnError any more, and for no observer.
func (c *call[In, Out]) hurry() {
	e := c.end()
	e.mu.Lock()
	switch ans := e.ans; {
	case e.stage == byObserver:
		e.mu.Unlock()
		c.finish()
	case e.stage == byHook && e.i < len(c.flow.told):
		e.epoch++
		epoch, i := e.epoch, e.i
		e.mu.Unlock()
		c.members.Add(1)
		go c.hooks(epoch, i+1, ans)
	default:
		e.mu.Unlock()
	}
}

// cutShort is called when the time of the run is over: it waits for no function of Catch or Degraded any more.
func (c *call[In, Out]) cutShort(at time.Time) {
	e := c.end()
	e.mu.Lock()
	stage, ans := e.stage, e.ans
	switch {
	case stage == byHook && c.limit.spares(), stage == byDegraded:
		e.epoch++
		epoch := e.epoch
		e.mu.Unlock()
		if stage == byDegraded {
			ans = seam.Answer[Out]{Err: c.ownFailed("Degraded", c.lateAs(c.plan.name+": Degraded", at))}
		}
		c.answer(epoch, ans)
	default:
		e.mu.Unlock()
		c.hurry()
	}
}

// tell is told that an effect has failed.
func (c *call[In, Out]) tell(err error) {
	c.tellLost()
	switch {
	case len(c.flow.told) > 0 && c.expired.Load():
		for _, told := range c.flow.told {
			c.tellBeside(c.around, told, err)
		}
	case len(c.flow.told) > 0:
		c.members.Add(1)
		c.tellFrom(0, err)
	case c.observer == nil: // nobody else hears of it
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

// isAlone reports whether no function of the run can be running any more: the member that gives the answer is the only one. It may report false
// although none runs, while another goroutine is about to leave.
func (c *call[In, Out]) isAlone() bool { return c.members.Load() == 1 && len(c.st.missing()) == 0 }

// gone tells the task that stands for the run, once, that nothing of it runs any more.
func (c *call[In, Out]) gone() {
	if f := c.flow; f != nil && f.terms != nil && f.terms.last != nil && !c.left {
		c.left = true
		close(f.terms.last.gone)
	}
	if h, ok := c.host.(seam.Outlived); ok && !c.left {
		c.left = true
		h.Gone()
	}
}

// drop lets go of what the user gave, as the ctx of the run may be kept.
func (c *call[In, Out]) drop() {
	var none In
	c.in, c.host, c.flow = none, nil, nil
}
