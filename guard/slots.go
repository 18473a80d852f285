package guard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// ErrFull is why [Slots] rejects a call: all slots are in use, and the queue is full.
var ErrFull = errors.New("all slots are in use")

// Bulkhead is the gate that [Slots] makes.
type Bulkhead struct {
	settings
	slots int

	taken   atomic.Uint64 // the lower 32 bits: slots in use; the upper ones: calls that wait, which change under the lock only
	mu      sync.Mutex
	waiting list
}

// oneWaits is one call that waits, in taken.
const oneWaits = 1 << 32

// Slots returns a gate that lets at most n calls in at the same time: a bulkhead. A call keeps its slot until everything that it has started
// has returned, even if a Timeout has given the call up. With [Queue] more calls wait for a slot. All others are rejected with [ErrFull].
//
// A call that holds a slot must not wait for another call that needs a slot of the same gate. If all calls did so, they would wait for each other
// until their deadline.
//
// Options: [Name], [Queue]. An n below 1 panics.
// Cancellation: a call that waits gives up when its ctx ends. No slot is lost by that.
// Keys: there is one limit, whatever the key is.
func Slots(n int, opts ...Option) *Bulkhead {
	const where = "guard.Slots"
	if n < 1 || uint64(n) >= oneWaits {
		panic(fmt.Sprintf("%s: the number of slots is %d, and must be at least 1", where, n))
	}
	return &Bulkhead{settings: settings{}.apply(where, opts, "Name", "Queue"), slots: n}
}

// Describe implements [task.Gate].
func (b *Bulkhead) Describe() task.Policy {
	return task.Policy{Gate: task.Admission{Kind: "slots", Name: b.name, Slots: b.slots, Queue: b.queue}}
}

// Fresh implements [task.Gate].
func (b *Bulkhead) Fresh() task.Gate { return &Bulkhead{settings: b.settings, slots: b.slots} }

// InUse returns how many slots are taken.
func (b *Bulkhead) InUse() int { return int(b.taken.Load() % oneWaits) }

// Waiting returns how many calls wait for a slot.
func (b *Bulkhead) Waiting() int { return int(b.taken.Load() / oneWaits) }

// Enter implements [task.Gate].
func (b *Bulkhead) Enter(ctx context.Context, _ string) (ticket uint64, err error) {
	if b.take() {
		return 0, nil
	}
	if b.queue == 0 {
		return 0, b.full()
	}
	b.mu.Lock()
	if b.take() { // meanwhile
		b.mu.Unlock()
		return 0, nil
	}
	if b.Waiting() >= b.queue {
		b.mu.Unlock()
		return 0, b.full()
	}
	if !b.queues() { // a slot has become free at this very moment
		b.mu.Unlock()
		return 0, nil
	}
	w := &waiter{turn: make(chan struct{})}
	b.waiting.push(w)
	b.mu.Unlock()
	return 0, b.await(ctx, w)
}

func (b *Bulkhead) full() error { return &task.RejectedError{Err: ErrFull} }

// take takes a slot, if there is one and nobody waits for it.
func (b *Bulkhead) take() bool {
	for {
		n := b.taken.Load()
		if n >= uint64(b.slots) { // or somebody waits
			return false
		}
		if b.taken.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// queues counts one more that waits; or takes a slot, if there is one, and reports false. The caller has the lock.
func (b *Bulkhead) queues() bool {
	for {
		n := b.taken.Load()
		waits := n >= uint64(b.slots)
		next := n + 1
		if waits {
			next = n + oneWaits
		}
		if b.taken.CompareAndSwap(n, next) {
			return waits
		}
	}
}

// await waits until a call that leaves hands its slot to w.
func (b *Bulkhead) await(ctx context.Context, w *waiter) error {
	in := false
	defer func() {
		if !in { // also if a method of ctx has panicked
			b.giveUp(w)
		}
	}()
	select {
	case <-w.turn:
	case <-ctx.Done():
	}
	cause := future.Cause(ctx)
	in = cause == nil
	return cause
}

func (b *Bulkhead) giveUp(w *waiter) {
	b.mu.Lock()
	queued := b.waiting.remove(w)
	if queued {
		b.taken.Add(^uint64(oneWaits - 1))
	}
	b.mu.Unlock()
	if !queued {
		b.Left(0) // it has got one at this very moment
	}
}

// Answered implements [task.Gate].
func (b *Bulkhead) Answered(uint64, observe.Outcome) {}

// Left implements [task.Gate].
func (b *Bulkhead) Left(uint64) {
	for {
		n := b.taken.Load()
		if n >= oneWaits {
			break
		}
		if b.taken.CompareAndSwap(n, n-1) {
			return
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if w := b.waiting.pop(); w != nil {
		b.taken.Add(^uint64(oneWaits - 1)) // the slot is handed on
		close(w.turn)
		return
	}
	b.taken.Add(^uint64(0))
}
