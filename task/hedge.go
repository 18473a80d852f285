package task

import (
	"context"
	"fmt"
	"time"

	"github.com/jade-go/jade/internal/seam"
)

// Hedge starts a second try beside the first one, if the first one has no result after the time of after. The first success wins. Then the ctx of the
// other try ends, and the scope waits for its goroutine. If one try fails while the other one runs, the call waits for the other one. If both fail, the
// failures are joined. If the first try fails before a second one has started, the call fails: use [Task.Retry] to try again after a failure.
//
// Both tries may run at the same time and both may succeed, so the function must be safe to call twice. Each try enters the gates inside of the Hedge.
//
// The budget decides whether a second try is made; guard.Budget makes one. Its Enter is called before each second try. Its method Called(), if it has
// one, is called for each call, as for a [Retry]. If the budget is nil, there is no limit.
//
// Panics: an after of zero or less panics. A panic of the function is the failure of that try.
// Cancellation: both tries end with ctx. The losing try ends with a cause that matches [combinators.ErrLost].
// Cost: a dozen allocations and a timer.
func (t Task[In, Out]) Hedge(after time.Duration, budget Gate) Task[In, Out] {
	was := t.must("Hedge")
	if after <= 0 {
		panic("task.Task.Hedge: the time is " + after.String() + ", and must be positive")
	}
	return was.hedge(hedge[In, Out]{after: after}, budget, Policy{Hedge: Hedging{After: after}})
}

// HedgeAt is [Task.Hedge] with a time that it measures itself: the second try starts when the first one takes longer than this percentile of the last
// calls (at most 128). The percentile is from 50 to below 100. At 95, about one call in twenty has a second try. Until 20 calls were measured, there is no
// second try.
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
	Percentile float64       `json:"percentile,omitempty"` // of the times of the last calls
}

// String is the hedge in a few words, such as "hedge after 50ms" or "hedge at p95".
func (h Hedging) String() string {
	if h.After > 0 {
		return "hedge after " + h.After.String()
	}
	return fmt.Sprintf("hedge at p%v", h.Percentile)
}

// hedge is what a task with a Hedge calls in place of its function: it makes one or two tries of what is inside. It implements [seam.Starter].
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

// alter changes the definition and, if it has a Hedge, also the definition inside of the Hedge.
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

// hosted is a host of a call that a runner of this package makes.
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
