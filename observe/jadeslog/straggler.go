package jadeslog

import (
	"time"

	"github.com/jade-go/jade/observe"
)

// overstay is how much longer a straggler may run without that being worth a line.
const overstay = time.Second

// giveUp is told that nobody waits for the call any more.
func (c *call) giveUp(o observe.Outcome) {
	attempt := c.about.Kind == observe.KindAttempt && c.around != nil
	late := !attempt && isLate(o) && !c.isVictim(o)
	c.lost = o
	c.late.Store(late)
	if late {
		c.note(failure{err: o.Err, status: o.Status, of: c}) // before the run is told that it has failed of that
	}
	if !c.stage.CompareAndSwap(running, givenUp) {
		return // it returns at this very moment
	}
	switch {
	case late:
		if c.run != nil && !c.isForEffect() {
			c.hold(o, false)
			return
		}
		c.write(warn, MessageStraggler, o, time.Now(), 0)
	case attempt:
		c.around.keep(c)
		c.write(debug, MessageAttempt, o, time.Now(), 0)
	default: // it has just been cancelled: most return at once
		c.write(debug, MessageStraggler, o, time.Now(), 0)
	}
}

// isVictim reports whether the run was answered because something else in it had failed.
func (c *call) isVictim(o observe.Outcome) bool {
	if c.around == nil || c.around.isUp() {
		return false
	}
	f, found := c.around.origin(o)
	return found && f.status != observe.StatusStraggler
}

// returned is told how a straggler has ended after all.
func (c *call) returned(o observe.Outcome) {
	level := debug
	if c.late.Load() || o.Elapsed-c.lost.Elapsed >= overstay {
		level = info
	}
	if o.Panic != nil && !c.isKnown(o) { // nobody else will tell of it
		c.write(levelOf(o), MessageFailed, o, time.Now(), 0)
		return
	}
	c.write(level, MessageReturned, o, time.Now(), 0)
}

// isAnotherTry counts an attempt that begins. If an earlier one that was given up still runs, that is put on record.
func (c *call) isAnotherTry() {
	c.around.tries.Add(1)
	if c.about.Attempt < 2 {
		return
	}
	for run := c.run; run != nil; run = run.around.run {
		run.tries.Add(1)
		if run.around == nil {
			break
		}
	}
	c.around.settle(nil)
}

// keep keeps an attempt that was given up until it is known what becomes of its task.
func (c *call) keep(attempt *call) {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	in := c.insides()
	in.held = append(in.held, attempt)
}

// settle makes the records of the attempts that were given up and still run,
// unless the task fails of just that.
func (c *call) settle(err error) {
	for _, attempt := range c.release() {
		if attempt.stage.Load() == givenUp && !wraps(err, attempt.lost.Err) {
			attempt.late.Store(true)
			attempt.write(warn, MessageStraggler, attempt.lost, time.Now(), 0)
		}
	}
}

func (c *call) release() (held []*call) {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	if c.inside != nil {
		held, c.inside.held = c.inside.held, nil
	}
	return held
}
