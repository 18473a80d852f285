package fc

import (
	"context"
	"strconv"
	"time"
)

// longest is the longest timeout that the platform lets a function have: 86,400 s. A deadline that is further away
// than that, in either direction, is none: it has another unit, or is broken.
const longest = 24 * time.Hour

// limited is ctx with the deadline of the invocation, if that is known.
func (i *invocation) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := i.deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end)
}

// deadline is what the platform has told. Custom runtimes are told only a timeout, which begins when the invocation comes.
func (i *invocation) deadline() (end time.Time, ok bool) {
	ms, err := strconv.ParseInt(i.header.Get("X-Fc-Function-Deadline"), 10, 64)
	if end = time.UnixMilli(ms); err == nil && end.Sub(i.begun).Abs() <= longest {
		return end, true
	}
	name := "X-Fc-Function-Timeout"
	if i.kind == initialize {
		name = "X-Fc-Initialization-Timeout"
	}
	timeout := i.seconds(name)
	return i.begun.Add(timeout), timeout > 0
}

// seconds is the duration that a header has, 0 if there is none that makes sense.
func (i *invocation) seconds(name string) time.Duration {
	n, err := strconv.ParseInt(i.header.Get(name), 10, 64)
	if err != nil || n < 0 || n > int64(longest/time.Second) {
		return 0
	}
	return time.Duration(n) * time.Second
}

// How long an event may take to arrive, and an answer to be taken: if the invocation has no deadline, and at least.
const (
	transfer      = 30 * time.Second
	leastTransfer = time.Second
)

// readUntil is when to give up an event that does not arrive. An invocation whose deadline is over is read all the same: then it
// fails as late, and not as unreadable.
func (i *invocation) readUntil() time.Time {
	end, ok := i.deadline()
	if !ok {
		return i.begun.Add(transfer)
	}
	if least := i.begun.Add(leastTransfer); end.Before(least) {
		return least
	}
	return end
}
