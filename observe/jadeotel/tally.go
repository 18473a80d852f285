package jadeotel

import (
	"context"
	"sync/atomic"

	"github.com/jade-go/jade/observe"
)

// tally is what is measured of a call: once, when it ends, or before that when it is given up.
type tally struct {
	series *series
	kind   observe.Kind
	stage  atomic.Uint32
}

// Stages of a call.
const (
	running uint32 = iota
	givenUp        // but it still runs
	over
)

// news is what an outcome says.
type news int

const (
	nothing  news = iota // that is not known already
	ended                // the call has ended
	lost                 // it was given up, and still runs
	returned             // it was given up, and has ended now
)

// hear is told each outcome of the call. The two of a straggler may come at once.
func (t *tally) hear(o observe.Outcome) news {
	if o.Status != observe.StatusStraggler {
		if t.stage.Swap(over) == running {
			return ended
		}
		t.series.stragglers.add(-1)
		return returned
	}
	t.series.stragglers.add(+1) // before it can return
	if t.stage.CompareAndSwap(running, givenUp) {
		return lost
	}
	t.series.stragglers.add(-1)
	return nothing
}

func (t *tally) measure(ctx context.Context, o observe.Outcome) {
	t.series.ends(ctx, t.kind, o)
	t.series.loses(ctx, o)
}

// unrecorded is a call without a span, inside one whose span is not recorded.
type unrecorded struct {
	tally
	ctx context.Context
}

func (c *unrecorded) end(o observe.Outcome) {
	switch c.hear(o) {
	case ended, lost:
		c.measure(c.ctx, o)
	}
}
