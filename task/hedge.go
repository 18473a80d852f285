package task

import (
	"context"
	"fmt"
	"time"

	"github.com/jade-go/jade/internal/seam"
)

// Hedge starts a second try of what is inside of it beside the first if that has no result after some time. The first success
// wins; the ctx of the other try ends then, and its goroutine is joined by the scope. If a try fails, the other one is waited for if it runs. If both fail, the
// failures are joined. A failure before the second try is the failure of the call: for that there is [Task.Retry].
//
// The budget, such as one that guard.Budget makes, is asked before a second try, and told of calls as that of a [Retry] is. If it does not let
// the second try in, there is none. Nil: nobody is asked. A second try enters the gates inside of it by itself, and
// runs at the same time as the first: what is hedged must be safe to do twice.
//
// Panics: an after of zero or less. A panic of the function is the failure of that try.
// Cancellation: both tries end with ctx. The losing try ends with a cause that matches [combinators.ErrLost].
// Cost: a dozen allocations and a timer.
func (t Task[In, Out]) Hedge(after time.Duration, budget Gate) Task[In, Out] {
	was := t.must("Hedge")
	if after <= 0 {
		panic("task.Task.Hedge: the time is " + after.String() + ", and must be positive")
	}
	return was.hedge(hedge[In, Out]{after: after}, budget, Policy{Hedge: Hedging{After: after}})
}

// HedgeAt is [Task.Hedge] with a time that is found out: the second try starts when the first takes longer than a percentile of the last
// hundred or so, from 50 to below 100. At 95, one call in twenty has a second try. As long as there were fewer than twenty calls, there is none.
func (t Task[In, Out]) HedgeAt(percentile float64, budget Gate) Task[In, Out] {
	was := t.must("HedgeAt")
	if !(percentile >= 50 && percentile < 100) {
		panic(fmt.Sprintf("task.Task.HedgeAt: the percentile is %v, and must be from 50 to below 100", percentile))
	}
	return was.hedge(hedge[In, Out]{seen: &latencies{percentile: percentile}}, budget, Policy{Hedge: Hedging{Percentile: percentile}})
}

// Hedging describes when a second try starts beside the first.
type Hedging struct {
	After      time.Duration `json:"after,omitempty"`      // in nanoseconds
	Percentile float64       `json:"percentile,omitempty"` // of the calls before
}

// String is the hedge in a few words, such as "hedge after 50ms" or "hedge at p95".
func (h Hedging) String() string {
	if h.After > 0 {
		return "hedge after " + h.After.String()
	}
	return fmt.Sprintf("hedge at p%v", h.Percentile)
}

// hedge is what a task does that has a Hedge: it makes a try of what is inside, or two. It implements [seam.Starter].
type hedge[In, Out any] struct {
	inside          *definition[In, Out]
	after           time.Duration
	seen            *latencies // instead of after
	policy[In, Out]            // with the budget
}

// hedge puts h around the task.
func (d definition[In, Out]) hedge(h hedge[In, Out], budget Gate, about Policy) Task[In, Out] {
	inside := d
	h.inside, about.Kind = &inside, kindHedge
	h.pays(budget, &about)
	d.policies, d.limits, d.tries, d.budgeted = nil, false, false, false
	d.row, d.bent, d.passages = 0, false, nil
	d.fn, d.wrapped, d.middleware, d.quiet, d.hides = nil, nil, nil, nil, false
	d.gated = d.gated || budget != nil
	d.about = append(d.about[:len(d.about):len(d.about)], about)
	d.starter, d.hedged = &h, &h
	return Task[In, Out]{&d}
}

// alter makes a change to the definition and, if it is hedged, to what is inside of that.
func (d *definition[In, Out]) alter(change func(*definition[In, Out])) {
	change(d)
	if d.hedged == nil {
		return
	}
	h, inside := *d.hedged, *d.hedged.inside
	inside.alter(change)
	h.inside = &inside
	d.starter, d.hedged = &h, &h
}

// hosted is where a call of a runner ends that works for this package.
type hosted[In, Out any] interface {
	seam.Host[Out]
	runner() *runner[In, Out]
}

func (a arrival[In, Out]) runner() *runner[In, Out] { return a.r }

// Start implements [seam.Starter]: the caller's goroutine makes the first try.
func (h *hedge[In, Out]) Start(ctx context.Context, in In, host seam.Host[Out]) {
	around := host.(hosted[In, Out]).runner()
	if !around.crew.Join() {
		return // long over
	}
	r := &race[In, Out]{hedge: h, around: around, ctx: ctx, in: in, host: host, begun: time.Now()}
	r.running.Store(1)
	if c, ok := host.(seam.Carrier); ok {
		c.Carry(r)
	}
	r.start()
}
