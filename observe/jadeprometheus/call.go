package jadeprometheus

import (
	"sync/atomic"

	"github.com/jade-go/jade/observe"
)

// call is a call while it runs. It is counted once: when it ends, or before that when it is given up.
type call struct {
	series   *series
	task     *taskSeries // nil for a run
	node     string      // empty for a run, an element and an attempt
	exemplar *exemplar   // nil: there is none
	stage    atomic.Uint32
}

// Stages of a call.
const (
	running uint32 = iota
	givenUp        // but it still runs
	over
)

func begin(s *series, of *taskSeries, node string, e *exemplar) func(observe.Outcome) {
	c := &call{series: s, task: of, node: node, exemplar: e}
	s.begins()
	return c.end
}

func (c *call) end(o observe.Outcome) {
	if o.Status == observe.StatusStraggler {
		c.giveUp(o)
		return
	}
	switch c.stage.Swap(over) {
	case running:
		c.series.ends(o, c.exemplar)
		if o.Err != nil && c.task != nil && c.series.of.durations != nil { // a call is counted once, whatever its attempts
			c.task.reject(c.node, o.Err)
		}
	case givenUp:
		c.straggles(-1)
	}
}

// giveUp is told that nobody waits for the call any more. It may return at this very moment.
func (c *call) giveUp(o observe.Outcome) {
	c.straggles(+1) // before the call can see it
	if !c.stage.CompareAndSwap(running, givenUp) {
		c.straggles(-1)
		return
	}
	c.series.ends(o, c.exemplar)
}

func (c *call) straggles(more float64) {
	if c.task != nil {
		c.task.stragglers.Add(more)
	}
}
