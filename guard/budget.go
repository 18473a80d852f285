package guard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// ErrSpent is why a retry or a hedge is not made for which [Budget] has nothing left.
var ErrSpent = errors.New("the budget is spent")

// RetryBudget is the gate that [Budget] makes.
type RetryBudget struct {
	settings
	share float64

	mu    sync.Mutex
	count window // first calls, and extra calls as the marked ones
}

// Budget returns a gate that limits extra calls, which are retries and hedges, to a share of the calls: 0.1 is one extra call for ten calls in its window.
// So a dependency in trouble is not asked more and more often. [Min] extra calls are allowed in a window whatever the share is. One budget
// may be that of several tasks: see Budget of [task.Retry], and [task.Task.Hedge].
//
// Options: [Name], [Min], [Window]. A share that is not above 0 and at most 1 panics.
// Keys: one budget for all of them.
func Budget(share float64, opts ...Option) *RetryBudget {
	const where = "guard.Budget"
	if !(share > 0 && share <= 1) {
		panic(fmt.Sprintf("%s: the share is %v, and must be above 0 and at most 1", where, share))
	}
	return newBudget(share, settings{min: 10, window: 10 * time.Second}.apply(where, opts, "Name", "Min", "Window"))
}

func newBudget(share float64, s settings) *RetryBudget {
	return &RetryBudget{settings: s, share: share, count: newWindow(s.window)}
}

// Describe implements [task.Gate].
func (b *RetryBudget) Describe() task.Policy {
	return task.Policy{Gate: task.Admission{Kind: "budget", Name: b.name, Share: b.share, Min: b.min, Window: b.window}}
}

// Fresh implements [task.Gate].
func (b *RetryBudget) Fresh() task.Gate { return newBudget(b.share, b.settings) }

// Called counts a call that may need an extra one. Package task calls it.
func (b *RetryBudget) Called() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count.at(now())
	b.count.add(1, 0)
}

// Enter implements [task.Gate]: it lets an extra call in.
func (b *RetryBudget) Enter(context.Context, string) (ticket uint64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count.at(now())
	extra := b.count.sum.marked + 1
	if extra > b.min && float64(extra) > b.share*float64(b.count.sum.all) {
		return 0, &task.RejectedError{Err: ErrSpent}
	}
	b.count.add(0, 1)
	return 0, nil
}

// Answered implements [task.Gate].
func (b *RetryBudget) Answered(uint64, observe.Outcome) {}

// Left implements [task.Gate].
func (b *RetryBudget) Left(uint64) {}
