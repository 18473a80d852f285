package guard

import (
	"context"
	"errors"
	"fmt"
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
		calls:    calls, per: per, interval: (per + time.Duration(calls) - 1) / time.Duration(calls),
	}
	l.ahead = times(l.interval, l.burst-1)
	return l
}

// times is n times d, or the longest time.
func times(d time.Duration, n int) time.Duration {
	const most = 1 << 60
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
	return &Limiter{settings: l.settings, calls: l.calls, per: l.per, interval: l.interval, ahead: l.ahead}
}

// Enter implements [task.Gate].
func (l *Limiter) Enter(ctx context.Context, key string) (ticket uint64, err error) {
	taken, wait := l.reserve(ctx, key)
	if wait == 0 {
		return 0, nil
	}
	return 0, l.early(ctx, key, taken, wait)
}

// early handles a call that comes too soon: it waits, or is rejected. (A goroutine begins with a small stack, so the common path through a gate
// has small frames, and what is rare is in functions of its own.)
//
//go:noinline
func (l *Limiter) early(ctx context.Context, key string, taken pace, wait time.Duration) error {
	if taken.due == 0 {
		return &task.RejectedError{Wait: wait, Err: ErrRate}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	if cause := future.Cause(ctx); cause != nil {
		l.giveBack(key, taken)
		return cause
	}
	return nil
}

// reserve takes the next place for a call, and says how long to wait for it. The pace is zero if it has not taken one: then
// the call may come again after wait.
func (l *Limiter) reserve(ctx context.Context, key string) (taken pace, wait time.Duration) {
	if key == "" {
		l.mu.Lock()
		t := now()
		if t < l.latest { // another clock
			l.one = pace{}
		}
		l.latest = t
		taken, wait = l.next(ctx, &l.one, t)
		l.mu.Unlock()
		return taken, wait
	}
	s, hash := l.keys().shardOf(key)
	s.mu.Lock()
	t := now()
	taken, wait = l.next(ctx, s.find(hash, t), t)
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
func (l *Limiter) next(ctx context.Context, p *pace, t instant) (taken pace, wait time.Duration) {
	due := max(p.due, t)
	wait = max(0, due.sub(t)-l.ahead)
	if wait > 0 && !l.mayWait(ctx, wait) {
		return pace{}, wait
	}
	p.due = due.add(l.interval)
	return *p, wait
}

// mayWait reports whether a call may wait so long.
//
//go:noinline
func (l *Limiter) mayWait(ctx context.Context, wait time.Duration) bool {
	if wait > times(l.interval, l.queue) {
		return false
	}
	end, limited := ctx.Deadline()
	return !limited || time.Until(end) > wait
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
