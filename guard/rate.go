package guard

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// ErrRate is why [Rate] rejects a call: it comes too soon.
var ErrRate = errors.New("too many calls")

// Limiter is the gate that [Rate] makes.
type Limiter struct {
	settings
	calls    int
	per      time.Duration
	interval time.Duration // between two calls
	ahead    time.Duration // how much earlier than its due time a call may come, because of the burst
	longest  time.Duration // how long a call may wait, because of the queue

	mu     sync.Mutex
	one    pace // of calls without a key
	latest instant

	table atomic.Pointer[table] // of calls with a key; nil before the first
}

// pace is when the next call is due: all that is known of a key. (This is the generic cell rate algorithm, ITU-T I.371,
// with the burst as its tolerance.)
type pace struct{ due instant }

// defaultKeys is how many keys are told apart without [Keys].
const defaultKeys = 1 << 16

// Rate returns a gate that lets a number of calls in for each per, such as 100 calls a second. Calls enter one at a time, at equal distances; with
// [Burst] some may enter at once. In any stretch of time, at most Burst calls enter beside those that the rate allows in that time.
// A call that comes too soon is rejected with [ErrRate], and the rejection says how long to wait. With [Queue] some calls wait for their time
// instead, unless it is at or after the deadline of their ctx.
//
// Options: [Name], [Burst], [Queue], [Keys]. Rate panics if calls is below 1, or if per is not positive or has less than a nanosecond for each call.
// Keys: with [task.Task.GateBy] each key has a limit of its own. The memory is fixed. If it is full, a new key takes over the place and the used-up
// limit of the key that is least busy. So a busy key never gets more calls than its limit, and a new key may get fewer.
// Cancellation: a call that waits gives up when its ctx ends.
func Rate(calls int, per time.Duration, opts ...Option) *Limiter {
	const where = "guard.Rate"
	if calls < 1 {
		panic(fmt.Sprintf("%s: the number of calls is %d, and must be at least 1", where, calls))
	}
	if per <= 0 || per/time.Duration(calls) == 0 {
		panic(fmt.Sprintf("%s: %d calls per %s are too many: there must be a nanosecond for each", where, calls, per))
	}
	l := &Limiter{
		settings: settings{burst: 1, keys: defaultKeys}.apply(where, opts, "Name", "Burst", "Queue", "Keys"),
		calls:    calls, per: per, interval: 1 + (per-1)/time.Duration(calls), // rounded up
	}
	left := math.MaxInt64 - l.interval // of the longest Duration, so that no sum of the three is longer
	l.ahead = times(l.interval, l.burst-1, left)
	l.longest = times(l.interval, l.queue, left-l.ahead)
	return l
}

// times is n times d, but at most most.
func times(d time.Duration, n int, most time.Duration) time.Duration {
	if n > 0 && d > most/time.Duration(n) {
		return most
	}
	return d * time.Duration(n)
}

// Describe implements [task.Gate].
func (l *Limiter) Describe() task.Policy {
	return task.Policy{Gate: task.Admission{Kind: "rate", Name: l.name, Calls: l.calls, Per: l.per, Burst: l.burst, Queue: l.queue}}
}

// Fresh implements [task.Gate].
func (l *Limiter) Fresh() task.Gate {
	return &Limiter{settings: l.settings, calls: l.calls, per: l.per, interval: l.interval, ahead: l.ahead, longest: l.longest}
}

// Enter implements [task.Gate].
func (l *Limiter) Enter(ctx context.Context, key string) (ticket uint64, err error) {
	_, wait := l.reserve(key, 0)
	if wait == 0 {
		return 0, nil
	}
	return 0, l.early(ctx, key, wait)
}

// early handles a call that comes too soon: it waits, or is rejected. (A goroutine begins with a small stack, so the common path through a gate
// has small frames, and what is rare is in functions of its own.)
//
//go:noinline
func (l *Limiter) early(ctx context.Context, key string, wait time.Duration) error {
	var taken pace
	if wait <= l.longest {
		taken, wait = l.reserve(key, endOf(ctx))
	}
	if taken.due == 0 {
		return &task.RejectedError{Wait: wait, Err: ErrRate}
	}
	in := false
	defer func() {
		if !in { // also if a method of ctx has panicked
			l.giveBack(key, taken)
		}
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	cause := future.Cause(ctx)
	in = cause == nil
	return cause
}

// endOf returns when the deadline of ctx is.
func endOf(ctx context.Context) instant {
	end, limited := ctx.Deadline()
	if !limited {
		return never
	}
	return now().add(max(0, time.Until(end)))
}

// reserve takes the next place for a call, if its time is before the instant before, and says how long to wait for it. The pace is zero if it has
// not taken one: then the call may come again after wait. No method of a ctx is called under the lock, because a ctx may block.
func (l *Limiter) reserve(key string, before instant) (taken pace, wait time.Duration) {
	if key == "" {
		l.mu.Lock()
		t := now()
		if t < l.latest { // another clock
			l.one = pace{}
		}
		l.latest = t
		taken, wait = l.next(&l.one, t, before)
		l.mu.Unlock()
		return taken, wait
	}
	s, hash := l.keys().shardOf(key)
	s.mu.Lock()
	t := now()
	taken, wait = l.next(s.find(hash, t), t, before)
	s.mu.Unlock()
	return taken, wait
}

func (l *Limiter) keys() *table {
	if t := l.table.Load(); t != nil {
		return t
	}
	l.table.CompareAndSwap(nil, newTable(l.settings.keys))
	return l.table.Load()
}

// next is reserve for a caller that holds the lock of p.
func (l *Limiter) next(p *pace, t, before instant) (taken pace, wait time.Duration) {
	due := max(p.due, t)
	wait = max(0, due.sub(t)-l.ahead)
	if wait > 0 && (wait > l.longest || t.add(wait) >= before) {
		return pace{}, wait
	}
	p.due = due.add(l.interval)
	return *p, wait
}

// giveBack returns a place that is not used, if it is the last one that was taken: no later call has been delayed because of it then.
func (l *Limiter) giveBack(key string, taken pace) {
	if key == "" {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.undo(&l.one, taken)
		return
	}
	s, hash := l.keys().shardOf(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	l.undo(s.find(hash, now()), taken)
}

func (l *Limiter) undo(p *pace, taken pace) {
	if p.due == taken.due {
		p.due = p.due.add(-l.interval)
	}
}

// Answered implements [task.Gate].
func (l *Limiter) Answered(uint64, observe.Outcome) {}

// Left implements [task.Gate].
func (l *Limiter) Left(uint64) {}
