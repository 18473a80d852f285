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

// ErrSpent is why [Budget] does not allow a retry or a hedge: it has nothing left.
var ErrSpent = errors.New("the budget is spent")

// RetryBudget is the gate that [Budget] makes.
type RetryBudget struct {
	settings
	share float64

	mu    sync.Mutex
	count window // all: first calls; marked: extra calls
}

// Budget returns a gate that limits extra calls, which are retries and hedges, to a share of the calls. A share of 0.1 allows one extra call for ten
// calls in its [Window]. So a service in trouble does not get more and more calls. [Min] extra calls are always allowed in a window, whatever the share
// is. Give the budget to [task.Retry] or [task.Task.Hedge]. Several tasks may have the same budget.
//
// Options: [Name], [Min], [Window]. A share that is not above 0 and at most 1 panics.
// Keys: there is one budget, whatever the key is.
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

// Called counts a first call, which may need an extra call later. Package task calls it.
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
	after := b.count.sum
	after.marked++
	if after.marked > b.min && after.share() > b.share {
		return 0, &task.RejectedError{Err: ErrSpent}
	}
	b.count.add(0, 1)
	return 0, nil
}

// Answered implements [task.Gate].
func (b *RetryBudget) Answered(uint64, observe.Outcome) {}

// Left implements [task.Gate].
func (b *RetryBudget) Left(uint64) {}
