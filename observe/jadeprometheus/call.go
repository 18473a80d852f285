package jadeprometheus

import (
	"sync/atomic"

	"github.com/jade-go/jade/observe"
	"github.com/prometheus/client_golang/prometheus"
)

// call is a call while it runs. It is counted once: when it ends, or before that when it is given up.
type call struct {
	series     *series
	stragglers prometheus.Gauge // nil for a run
	exemplar   *exemplar        // nil: there is none
	stage      atomic.Uint32
}

// Stages of a call.
const (
	running uint32 = iota
	givenUp        // but it still runs
	over
)

func begin(s *series, stragglers prometheus.Gauge, e *exemplar) func(observe.Outcome) {
	c := &call{series: s, stragglers: stragglers, exemplar: e}
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
	if c.stragglers != nil {
		c.stragglers.Add(more)
	}
}
