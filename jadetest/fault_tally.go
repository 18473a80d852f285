package jadetest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jade-go/jade/observe"
)

// tally notes the calls of a run and how they ended, as a trace does, but no texts: there are thousands of runs.
type tally struct {
	begun time.Time

	mu    sync.Mutex
	calls []tallied // in the order of their beginning: the run itself first
	root  observe.Outcome
}

// tallied is one call of a run. One that has not ended is a straggler. One that returns at the very instant at which it is given up is not: whether
// the observer hears that it was given up depends on who is first.
type tallied struct {
	path        []string
	node        string
	kind        observe.Kind
	number      int // of an attempt or an element
	status      observe.Status
	from, until time.Duration
}

// Begin implements [observe.Observer].
func (y *tally) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	y.mu.Lock()
	defer y.mu.Unlock()
	i := len(y.calls)
	y.calls = append(y.calls, tallied{c.Path, cmp.Or(c.Node, c.Task), c.Kind, max(c.Attempt, c.Element), observe.StatusStraggler, c.Start.Sub(y.begun), -1})
	return ctx, func(o observe.Outcome) { y.end(i, o) }
}

func (y *tally) end(i int, o observe.Outcome) {
	y.mu.Lock()
	defer y.mu.Unlock()
	call, until := &y.calls[i], y.calls[i].from+o.Elapsed
	if call.until < 0 || call.until == until && o.Status != observe.StatusStraggler { // or else it was given up before, and has returned now
		call.until, call.status = until, o.Status
		if i == 0 {
			y.root = o
		}
	}
}

// run is how the run itself ended.
func (y *tally) run() observe.Outcome {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.root
}

// count is how many calls ended so, attempts aside.
func (y *tally) count(status observe.Status) (n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, c := range y.calls {
		if c.status == status && c.kind != observe.KindAttempt {
			n++
		}
	}
	return n
}

// sorted lists the calls in an order that does not depend on which of those that begin at once is first.
func (y *tally) sorted() []tallied {
	y.mu.Lock()
	calls := slices.Clone(y.calls)
	y.mu.Unlock()
	slices.SortFunc(calls, tallied.compare)
	return calls
}

func (c tallied) compare(other tallied) int {
	return cmp.Or(slices.Compare(c.path, other.path), strings.Compare(c.node, other.node), cmp.Compare(c.kind, other.kind), cmp.Compare(c.number, other.number),
		cmp.Compare(c.from, other.from), cmp.Compare(c.until, other.until), cmp.Compare(c.status, other.status))
}
