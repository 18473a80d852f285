package task

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jade-go/jade/internal/chance"
	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

// Retry says how often and how fast to try again. The wait doubles from one
// attempt to the next: Delay, 2 Delay, 4 Delay, … up to MaxDelay. If the failure says how long
// to wait, by a method RetryAfter() time.Duration, it is that instead.
type Retry struct {
	Attempts int           // how many in all, the first included; at least 1
	Delay    time.Duration // before the second attempt; zero: at once
	MaxDelay time.Duration // the longest wait, at least Delay; zero: no limit
	// Jitter is the share of each wait that is random, from 0 to 1: a wait of d
	// lasts between (1-Jitter) d and d. (0.5 and 1 are the "equal" and the "full"
	// jitter of "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
	Jitter float64
	// If says which failures to try again; nil: those that another attempt can change, see [recovery.Repeatable].
	If func(error) bool
	// Budget decides whether another attempt is made; guard.Budget makes one. Its Enter is called before each attempt after the first. If it rejects
	// the attempt, the call fails with the failure that it has. Its method Called(), if it has one, is called for each first attempt. Several tasks may
	// have the same budget. If it is nil, there is no limit.
	Budget Gate
}

func (p Retry) check() {
	switch {
	case p.Attempts < 1:
		panic(fmt.Sprintf("task.Task.Retry: Attempts is %d, and must be at least 1", p.Attempts))
	case p.Delay < 0 || p.MaxDelay < 0:
		panic(fmt.Sprintf("task.Task.Retry: a delay is %s, and must not be negative", min(p.Delay, p.MaxDelay)))
	case p.MaxDelay > 0 && p.MaxDelay < p.Delay:
		panic(fmt.Sprintf("task.Task.Retry: MaxDelay is %s, and must be at least the Delay of %s", p.MaxDelay, p.Delay))
	case !(p.Jitter >= 0 && p.Jitter <= 1):
		panic(fmt.Sprintf("task.Task.Retry: Jitter is %v, and must be from 0 to 1", p.Jitter))
	}
}

func (p Retry) backoff() Backoff {
	return Backoff{Attempts: p.Attempts, Delay: p.Delay, MaxDelay: p.MaxDelay, Jitter: p.Jitter}
}

// wait is how long to wait after so many attempts.
func (p Retry) wait(ctx context.Context, made int) time.Duration {
	most := p.MaxDelay
	if most == 0 {
		most = math.MaxInt64
	}
	d := min(p.Delay, most)
	for ; made > 1 && d > 0 && d < most; made-- {
		if d > most/2 {
			d = most
		} else {
			d *= 2
		}
	}
	if p.Jitter > 0 {
		d -= time.Duration(p.Jitter * chance.Float(ctx) * float64(d))
	}
	return d
}

// wants reports whether to try again after err.
func (p Retry) wants(ctx context.Context, err error) bool {
	if p.If != nil {
		return p.If(err)
	}
	return recovery.Repeatable(ctx, err)
}

// retryAfter is how long to wait after err: as it says, or else as the backoff does.
func retryAfter(err error, backoff time.Duration) time.Duration {
	if e, ok := errtree.Find[interface{ RetryAfter() time.Duration }](err); ok {
		if wait := e.RetryAfter(); wait > 0 {
			return wait
		}
	}
	return backoff
}
